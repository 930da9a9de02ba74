"""Small Python functions to write, generated with their tests."""

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

    There are more than forty families of them: lists of numbers, numbers and their digits,
    strings, lists of words, dictionaries, grids, strings that hold data, predicates. A
    function is a chain of stages, each of which matters to its value.

    **Example.** ``def keep_numbers(values: list[int]) -> list[int]:`` with the docstring
    ``Keep a number only if it is a multiple of 3.`` Answer: a function, such as
    ``return [x for x in values if x % 3 == 0]``.

    **Difficulty.** ``level`` is the number of stages: 1, such as to keep the even numbers, to
    5; conditional changes and rarer tests come in at level 2, tests joined by and/or at 3.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000. They are disjoint in
    what the functions do, not only in how that is worded: the hash of the program says
    which split it belongs to, whatever the names and examples. At level 1 there are few
    different functions (some hundreds in ``test``), which come again with other names,
    wordings and examples.

    **Reward.** 1 if the function passes all tests, else 0. The examples are among the
    tests; ten or more others are hidden: edge cases, typical ones, and some that tell a
    stage left out or a number off by one. `CodeVerifier` with ``score="dense"`` gives the
    share of tests passed instead.

    **Termination.** After the last attempt.

    **Ids.** ``Code-v0``, ``CodeSelfCorrect-v0``.

    Args:
        level: From 1 to 5.
        family: One of `FAMILIES`, such as ``"keep_numbers"``; None for all of them.

    Raises:
        ArgumentError: If there is no such level or family.
    """

    name: ClassVar = "code"

    def __init__(self, level: int = 1, *, family: str | None = None) -> None:
        if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= _MAX_LEVEL:
            raise argument_error("level", f"a whole number from 1 to {_MAX_LEVEL}", level)
        self.level = level
        self.family = None if family is None else check_choice("family", family, FAMILIES)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments."""
        return {"level": self.level, "family": self.family}

    def draw(self, rng: TaskRNG) -> Exercise:
        """Draw one function, and the seed of how it is presented."""
        family = self.family or rng.choice(_FAMILIES)
        return Exercise(draw_program(rng, family, self.level), rng.randbelow(1 << 64))

    def identify(self, question: Exercise) -> str:
        """Return what the function does; names, wording and examples are no part of it."""
        return question.program.identity

    def render_prompt(self, question: Exercise) -> str:
        """Show the head of the function and its docstring."""
        return question.prompt

    def solve(self, question: Exercise) -> tuple[str, str | None]:
        """Return the tests, and the function."""
        return question.make_tests().to_gold(), f"```python\n{question.source}```"

    def make_verifier(self) -> Verifier:
        """Build the verifier that runs the tests."""
        return CodeVerifier()
