"""The game of 24: reach 24 from four numbers, each used once."""

from functools import lru_cache
from typing import ClassVar

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.tasks.countdown import explain_solution, list_numbers
from rethink_gym.errors import argument_error, check_count
from rethink_gym.problem import Solution
from rethink_gym.verifiers.puzzles.countdown import (
    CountdownVerifier,
    find_solutions,
    moves_of,
    parse_tree,
)
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Game24"]

TARGET = 24
NUM_NUMBERS = 4
MAX_DRAWS = 1_000


class Game24(GeneratedTask[list[int]]):
    """Four numbers from which to reach 24 with + - * / and brackets.

    Each number must be used exactly once. All puzzles have a solution. Hands of four
    different numbers are equally likely; hands with repeated numbers are rarer. Every
    expression that reaches 24 is correct; `find_solutions` of
    `rethink_gym.verifiers.puzzles.countdown` lists them all.

    **Example.** ``Make 24 from the numbers 3, 3, 8 and 8. Answer with one expression of +, -,
    *, / and brackets that uses each number exactly once.`` Answer: ``8/(3-8/3)``.

    **Difficulty.** ``max_number`` bounds the numbers: 13 as in a deck of cards, 99 for
    hard ones. ``min_solutions`` and ``max_solutions`` bound the number of solutions of a
    puzzle: many make it easy, a single one makes it hard.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 draws. The splits are
    disjoint: the hash of a question's text decides its split, and the text lists the numbers
    in ascending order. There are only 1,362 puzzles with numbers up to 13, so problems are
    repeated.

    **Reward.** 1 for an expression that uses all numbers and has the value 24, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``Game24-v0``, ``Game24SelfCorrect-v0``.

    Args:
        max_number: Largest number, at least 9; the smallest is 1.
        min_solutions: Minimum number of solutions, at least 1.
        max_solutions: Maximum number of solutions; None for no limit.

    Raises:
        ArgumentError: If ``max_number`` is less than 9, ``min_solutions`` is less than 1, or
            ``max_solutions`` is less than ``min_solutions``.

    References:
        Yao et al., "Tree of Thoughts: Deliberate Problem Solving with Large Language
        Models", 2023, section 4.1 (arXiv:2305.10601).
    """

    name: ClassVar = "game24"

    def __init__(
        self, *, max_number: int = 13, min_solutions: int = 1, max_solutions: int | None = None
    ) -> None:
        self.max_number = check_count("max_number", max_number, 9)
        self.min_solutions = check_count("min_solutions", min_solutions)
        self.max_solutions = (
            None
            if max_solutions is None
            else check_count("max_solutions", max_solutions, min_solutions)
        )

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "max_number": self.max_number,
            "min_solutions": self.min_solutions,
            "max_solutions": self.max_solutions,
        }

    def draw(self, rng: TaskRNG) -> list[int]:
        """Draw numbers until the number of solutions is in its range."""
        for _ in range(MAX_DRAWS):
            numbers = sorted(rng.integers(self.max_number, size=NUM_NUMBERS))
            hand = [1 + number for number in numbers]
            num_solutions = _solve(*hand)[0]
            if num_solutions >= self.min_solutions and (
                self.max_solutions is None or num_solutions <= self.max_solutions
            ):
                return hand
        raise argument_error(
            "min_solutions", "a number of solutions that some puzzle has", self.min_solutions
        )

    def render_prompt(self, question: list[int]) -> str:
        """Return a prompt that asks for an expression."""
        return (
            f"Make {TARGET} from the numbers {list_numbers(question)}. Answer with one "
            "expression of +, -, *, / and brackets that uses each number exactly once.\n"
            f"{ANSWER_FORMAT}"
        )

    def solve(self, question: list[int]) -> tuple[str, Solution]:
        """Return the simplest solution, and a function that writes its moves."""
        return explain_solution(_solve(*question)[1])

    def make_verifier(self) -> Verifier:
        """Build the verifier of expressions."""
        return CountdownVerifier(use_all=True)


@lru_cache(maxsize=16384)
def _solve(*numbers: int) -> tuple[int, str]:
    """Return the number of solutions of a puzzle, and the simplest solution."""
    solutions = find_solutions(numbers, TARGET, use_all=True)
    # Solutions are sorted by length, so this is the shortest one with the fewest fractions.
    plain = (solution for solution in solutions if not _num_fractions(solution))
    simplest = next(plain, None) or min(solutions, key=_num_fractions, default="")
    return len(solutions), simplest


def _num_fractions(solution: str) -> int:
    """Count the intermediate results that are fractions: they make a puzzle hard."""
    if "/" not in solution:
        return 0
    return sum("/" in move.partition("=")[2] for move in moves_of(parse_tree(solution)))
