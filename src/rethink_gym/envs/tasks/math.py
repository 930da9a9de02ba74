"""A mix of all generated mathematics, in five levels."""

import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

from rethink_gym.envs.tasks.arithmetic import Arithmetic
from rethink_gym.envs.tasks.base.task import GeneratedTask, Task
from rethink_gym.envs.tasks.calculus import Calculus
from rethink_gym.envs.tasks.fraction import Fractions
from rethink_gym.envs.tasks.linear_equation import LinearEquation
from rethink_gym.envs.tasks.linear_system import LinearSystem
from rethink_gym.envs.tasks.modular import ModularArithmetic
from rethink_gym.envs.tasks.number_theory import NumberTheory
from rethink_gym.envs.tasks.polynomial import Polynomial
from rethink_gym.envs.tasks.sequence import NumberSequence
from rethink_gym.envs.tasks.unit_conversion import UnitConversion
from rethink_gym.envs.tasks.word_problem import WordProblem
from rethink_gym.errors import argument_error
from rethink_gym.problem import Problem
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["MathMix"]


class MathMix(Task):
    """All generated mathematics, mixed by weights, harder from level to level.

    Level 1 is `Arithmetic()` alone. Levels 2 to 5 mix these tasks. The second column is the
    weight of a task, out of 22; the third describes levels 2, 3, 4 and 5:

    ================== == ============================================================
    task               of levels 2 to 5
    ================== == ============================================================
    Arithmetic         4  sums up to 20; with products; numbers up to 99; up to 999
    LinearEquation     3  one-sided; two-sided; fractions; large coefficients
    Fractions          3  lowest terms; all kinds; three terms; larger numbers
    Polynomial         2  values; degree 2; degree 3; degree 4
    Calculus           2  derivatives; integrals; four terms; sin, cos and exp
    LinearSystem       1  small; two unknowns; larger numbers; three unknowns
    NumberSequence     2  arithmetic; all kinds up to the 6th, 9th, 12th term
    NumberTheory       1  common divisors up to 50; all kinds up to 100, 500, 2,000
    ModularArithmetic  1  remainders; all kinds modulo up to 12, 50, 200
    UnitConversion     1  times; all kinds without decimals; with one, with three
    WordProblem        2  two steps; up to three; three to five; four to eight, distractors
    ================== == ============================================================

    **Example.** ``Compute 3-1-6-9+4-1+9+6.`` Answer: ``5``.

    **Difficulty.** A very small model can learn ``level=1``; ``level=5`` is hard to solve
    without paper.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems. The splits are
    disjoint, within a level and between levels: the hash of a question's text decides its
    split.

    **Reward.** 1 for the correct answer in the required form, else 0.

    **Termination.** After the last attempt; in ``MathSteps-v0``, with the final answer.

    **Ids.** ``Math-v0``, ``MathSelfCorrect-v0``, ``MathSteps-v0``.

    Args:
        level: Level of difficulty, from 1 to 5.

    Raises:
        ArgumentError: If ``level`` is not an integer from 1 to 5.
    """

    name: ClassVar = "math"

    def __init__(self, level: int = 1) -> None:
        if isinstance(level, bool) or not isinstance(level, int) or level not in _LEVELS:
            raise argument_error("level", f"a whole number from 1 to {len(_LEVELS)}", level)
        self.level = level
        self._tasks = _LEVELS[level]

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits: ``train``, ``validation`` and ``test``."""
        return self._tasks[0].splits

    def size(self, split: str) -> int:
        """Return the number of problems of a split."""
        return self._tasks[0].size(split)

    def problem(self, index: int, split: str) -> Problem:
        """Return one problem; the same index and split always give the same problem.

        Raises:
            ArgumentError: If ``split`` is not one of `splits`, or ``index`` is out of range.
        """
        task = self._tasks[0]
        if len(self._tasks) > 1:
            key = f"{self.name}|{self.level}|{split}|{index}"
            digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
            task = self._tasks[int.from_bytes(digest) % len(self._tasks)]
        return task.problem_as(f"{self.name}/level{self.level}/{split}/{index}", index, split)

    def make_verifier(self) -> Verifier:
        """Build the verifier of answers in a required form."""
        return FormVerifier()


def _weighted(tasks: Mapping[GeneratedTask[Any], int]) -> tuple[GeneratedTask[Any], ...]:
    """Repeat each task as many times as its weight, so that a uniform choice is weighted."""
    return tuple(task for task, weight in tasks.items() for _ in range(weight))


_LEVELS: dict[int, tuple[GeneratedTask[Any], ...]] = {
    1: (Arithmetic(),),
    2: _weighted(
        {
            Arithmetic(min_terms=3, max_terms=6, max_operand=20): 4,
            LinearEquation(): 3,
            Fractions(kind="simplify"): 3,
            Polynomial(kind="evaluate", max_coefficient=5, max_point=3): 2,
            Calculus(kind="derivative", num_terms=2): 2,
            LinearSystem(max_coefficient=2, max_solution=5): 1,
            NumberSequence(kind="arithmetic", max_position=6): 2,
            NumberTheory(kind="gcd", max_number=50): 1,
            ModularArithmetic(kind="remainder", max_modulus=9, max_operand=20): 1,
            UnitConversion(kind="time", max_value=60, max_decimals=0): 1,
            WordProblem(max_steps=2): 2,
        }
    ),
    3: _weighted(
        {
            Arithmetic(min_terms=3, max_terms=6, max_operand=20, operators="+-*"): 4,
            LinearEquation(two_sided=True): 3,
            Fractions(): 3,
            Polynomial(): 2,
            Calculus(num_terms=2): 2,
            LinearSystem(): 1,
            NumberSequence(max_position=6): 2,
            NumberTheory(max_number=100): 1,
            ModularArithmetic(max_modulus=12): 1,
            UnitConversion(max_decimals=0): 1,
            WordProblem(): 2,
        }
    ),
    4: _weighted(
        {
            Arithmetic(min_terms=4, max_terms=8, max_operand=99, operators="+-*"): 4,
            LinearEquation(
                max_coefficient=20,
                max_constant=99,
                max_solution=20,
                max_denominator=4,
                two_sided=True,
            ): 3,
            Fractions(num_terms=3, max_numerator=20, max_denominator=20, max_whole=500): 3,
            Polynomial(max_degree=3, max_leading=2): 2,
            Calculus(num_terms=4, max_exponent=4, max_coefficient=20): 2,
            LinearSystem(max_coefficient=12, max_solution=20): 1,
            NumberSequence(max_start=50, max_step=20, max_ratio=4, max_position=9): 2,
            NumberTheory(max_number=500): 1,
            ModularArithmetic(max_modulus=50, max_operand=500, max_exponent=20): 1,
            UnitConversion(): 1,
            WordProblem(min_steps=3, max_steps=5, max_number=50): 2,
        }
    ),
    5: _weighted(
        {
            Arithmetic(min_terms=6, max_terms=12, max_operand=999, operators="+-*"): 4,
            LinearEquation(
                max_coefficient=99,
                max_constant=999,
                max_solution=99,
                max_denominator=12,
                two_sided=True,
            ): 3,
            Fractions(
                num_terms=4,
                max_numerator=60,
                max_denominator=60,
                max_decimals=4,
                max_whole=5_000,
            ): 3,
            Polynomial(max_degree=4, max_leading=4, max_constant=12, max_coefficient=20): 2,
            Calculus(num_terms=5, max_exponent=6, max_coefficient=30, functions=True): 2,
            LinearSystem(num_unknowns=3, max_coefficient=12, max_solution=30): 1,
            NumberSequence(max_start=99, max_step=50, max_ratio=5, max_position=12): 2,
            NumberTheory(max_number=2_000): 1,
            ModularArithmetic(max_modulus=200, max_operand=5_000, max_exponent=60): 1,
            UnitConversion(max_value=5_000, max_decimals=3): 1,
            WordProblem(min_steps=4, max_steps=8, max_number=99, num_distractors=1): 2,
        }
    ),
}
"""The tasks of each level, repeated by weight; all entries are equally likely."""
