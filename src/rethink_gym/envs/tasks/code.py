"""Small Python functions to write, generated together with their tests."""

from typing import ClassVar

from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.tasks.program import FAMILIES, Exercise, draw_program
from rethink_gym.errors import argument_error, check_choice
from rethink_gym.verifiers.code import CodeVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Code"]

_MAX_LEVEL = 5
_FAMILIES = tuple(FAMILIES)


class Code(GeneratedTask[Exercise]):
    """Small Python functions to write from a signature, a docstring and three examples.

    There are more than forty families of functions: about lists of numbers, numbers and
    their digits, strings, lists of words, dictionaries, grids, strings that hold data, and
    predicates. A function is a chain of stages, and every stage affects its value.

    **Example.** ``def keep_numbers(values: list[int]) -> list[int]:`` with the docstring
    ``Keep a number only if it is a multiple of 3.`` Answer: a function, such as
    ``return [x for x in values if x % 3 == 0]``.

    **Difficulty.** ``level`` is the number of stages, from 1 (such as keeping the even
    numbers) to 5. Conditional changes and rarer tests start at level 2, tests joined by
    and/or at level 3.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems. The splits are
    disjoint in what the functions do, not only in the wording: the hash of the program
    decides its split, and names and examples do not matter. Level 1 has few different
    functions (some hundreds in ``test``), which are repeated with other names, wordings and
    examples.

    **Reward.** 1 if the function passes all tests, else 0. The tests are the three examples
    and ten or more hidden tests: edge cases, typical cases, and cases that detect a missing
    stage or a number that is off by one. `CodeVerifier` with ``score="dense"`` gives the
    fraction of passed tests instead.

    **Termination.** After the last attempt.

    **Ids.** ``Code-v0``, ``CodeSelfCorrect-v0``.

    Args:
        level: Number of stages, from 1 to 5.
        family: One of `FAMILIES`, such as ``"keep_numbers"``; None for all families.

    Raises:
        ArgumentError: If ``level`` is not from 1 to 5, or ``family`` is unknown.
    """

    name: ClassVar = "code"

    def __init__(self, level: int = 1, *, family: str | None = None) -> None:
        if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= _MAX_LEVEL:
            raise argument_error("level", f"a whole number from 1 to {_MAX_LEVEL}", level)
        self.level = level
        self.family = None if family is None else check_choice("family", family, FAMILIES)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {"level": self.level, "family": self.family}

    def draw(self, rng: TaskRNG) -> Exercise:
        """Draw one program, and the seed of its names, wording and examples."""
        family = self.family or rng.choice(_FAMILIES)
        return Exercise(draw_program(rng, family, self.level), rng.randbelow(1 << 64))

    def identify(self, question: Exercise) -> str:
        """Return what the function does, without names, wording and examples."""
        return question.program.identity

    def render_prompt(self, question: Exercise) -> str:
        """Return a prompt with the first line of the function and its docstring."""
        return question.prompt

    def solve(self, question: Exercise) -> tuple[str, str | None]:
        """Return the tests, and the function as the worked solution."""
        return question.make_tests().to_gold(), f"```python\n{question.source}```"

    def make_verifier(self) -> Verifier:
        """Build the verifier that runs the tests."""
        return CodeVerifier()
