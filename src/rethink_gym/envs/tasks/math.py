"""A mix of generated mathematical problems in five levels."""

import hashlib
from typing import ClassVar

from rethink_gym.envs.task import Task
from rethink_gym.envs.tasks.arithmetic import Arithmetic
from rethink_gym.envs.tasks.linear_equation import LinearEquation
from rethink_gym.errors import argument_error
from rethink_gym.problem import Problem
from rethink_gym.verifiers.math import MathVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["MathMix"]


class MathMix(Task):
    """Generated mathematical problems, harder from level to level.

    ===== ==============================================================
    level problems
    ===== ==============================================================
    1     the problems of `Arithmetic()`, one for one
    2     sums of numbers up to 20 (2 of 3); one-sided equations
    3     chains with products (1 of 2); two-sided equations
    4     chains of numbers up to 99 (1 of 3); rational solutions
    5     chains of up to 12 numbers up to 999 (1 of 3); rational
          solutions and large coefficients
    ===== ==============================================================

    The splits hold different problems in every level, since each question belongs
    to one split by its text alone (see `GeneratedTask`).

    Args:
        level: From 1 (problems that a very small model can learn) to 5.

    Raises:
        ArgumentError: If there is no such level.
    """

    name: ClassVar = "math"

    def __init__(self, level: int = 1) -> None:
        if isinstance(level, bool) or not isinstance(level, int) or level not in _LEVELS:
            raise argument_error("level", f"a whole number from 1 to {len(_LEVELS)}", level)
        self.level = level
        self._parts = _LEVELS[level]

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits: ``train``, ``validation`` and ``test``."""
        return self._parts[0].splits

    def size(self, split: str) -> int:
        """Return how many problems a split holds."""
        return self._parts[0].size(split)

    def problem(self, index: int, split: str) -> Problem:
        """Return one problem; the same index and split always give the same one.

        Raises:
            ArgumentError: If there is no such split or index.
        """
        part = self._parts[0]
        if len(self._parts) > 1:
            place = f"{self.name}|{self.level}|{split}|{index}"
            digest = hashlib.blake2b(place.encode(), digest_size=8).digest()
            part = self._parts[int.from_bytes(digest) % len(self._parts)]
        drawn = part.problem(index, split)
        return Problem(
            f"{self.name}/level{self.level}/{split}/{index}",
            drawn.prompt,
            drawn.gold,
            drawn.solution,
        )

    def make_verifier(self) -> Verifier:
        """Build the verifier of numbers and expressions."""
        return MathVerifier()


_RATIONAL = LinearEquation(
    max_coefficient=20, max_constant=99, max_solution=20, max_denominator=4, two_sided=True
)
_LARGE_RATIONAL = LinearEquation(
    max_coefficient=99, max_constant=999, max_solution=99, max_denominator=12, two_sided=True
)
_LEVELS: dict[int, tuple[Task, ...]] = {
    1: (Arithmetic(),),
    2: (
        *[Arithmetic(min_terms=3, max_terms=6, max_operand=20)] * 2,
        LinearEquation(),
    ),
    3: (
        Arithmetic(min_terms=3, max_terms=6, max_operand=20, operators="+-*"),
        LinearEquation(two_sided=True),
    ),
    4: (
        Arithmetic(min_terms=4, max_terms=8, max_operand=99, operators="+-*"),
        *[_RATIONAL] * 2,
    ),
    5: (
        Arithmetic(min_terms=6, max_terms=12, max_operand=999, operators="+-*"),
        *[_LARGE_RATIONAL] * 2,
    ),
}
"""The tasks of each level, all equally likely; a task with more weight stands there twice."""
