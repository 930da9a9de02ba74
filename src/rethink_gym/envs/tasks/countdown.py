"""Countdown: reach a target from given numbers with + - * /."""

from typing import ClassVar, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_count
from rethink_gym.problem import Solution
from rethink_gym.verifiers.puzzles.countdown import (
    MAX_NUMBERS,
    CountdownVerifier,
    Operation,
    Tree,
    canonical_text,
    moves_of,
    parse_tree,
)
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Countdown", "explain_solution", "list_numbers"]

Sketch: TypeAlias = "int | tuple[str, Sketch, Sketch]"
"""A number, or operator and operands. Most draws are discarded, and tuples are cheaper to create
than an `Operation`."""

Puzzle: TypeAlias = tuple[list[int], int, Sketch]
"""The numbers, the target, and a solution that uses all numbers."""

MAX_DRAWS = 10_000


class Countdown(GeneratedTask[Puzzle]):
    """A target to reach from given numbers with + - * / and brackets.

    Each number may be used once or left out. Every expression that reaches the target is
    correct. In `rethink_gym.verifiers.puzzles.countdown`, `find_solutions` lists all solutions
    of a puzzle. Two answers are the same solution if `canonical_solution` returns the same
    text for both.

    **Example.** ``Reach 24 with the numbers 6, 9 and 13. Answer with one expression of +, -,
    *, / and brackets that uses each number at most once.`` Answer: ``(13-9)*6``.

    **Difficulty.** ``min_numbers`` and ``max_numbers`` bound how many numbers are given: 2
    are easy, 6 are as hard as in the television show. ``max_number`` and ``max_target`` bound
    the numbers and the target. There is always a solution that uses all numbers and whose
    intermediate results are positive integers; there may be shorter ones.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems. The splits are
    disjoint: the hash of a question's text decides its split, and the text lists the numbers
    in ascending order.

    **Reward.** 1 for an expression that obeys the rules and reaches the target, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``Countdown-v0``, ``CountdownSelfCorrect-v0``, ``CountdownSteps-v0``.

    Args:
        min_numbers: Minimum number of given numbers, at least 2.
        max_numbers: Maximum number of given numbers, at most 6.
        max_number: Largest number, at least 2; the smallest is 1.
        max_target: Largest target, at least 2; the smallest is 1.
        use_all: Whether every number must be used.

    Raises:
        ArgumentError: If ``min_numbers``, ``max_number`` or ``max_target`` is less than 2,
            ``max_numbers`` is less than ``min_numbers`` or more than 6, or ``use_all`` is
            not a bool.

    References:
        Gandhi et al., "Stream of Search (SoS): Learning to Search in Language", 2024,
        section 3 (arXiv:2404.03683).
    """

    name: ClassVar = "countdown"

    def __init__(
        self,
        *,
        min_numbers: int = 3,
        max_numbers: int = 4,
        max_number: int = 20,
        max_target: int = 100,
        use_all: bool = False,
    ) -> None:
        self.min_numbers = check_count("min_numbers", min_numbers, 2)
        self.max_numbers = check_count("max_numbers", max_numbers, min_numbers)
        if max_numbers > MAX_NUMBERS:
            raise argument_error("max_numbers", f"at most {MAX_NUMBERS}", max_numbers)
        self.max_number = check_count("max_number", max_number, 2)
        self.max_target = check_count("max_target", max_target, 2)
        if not isinstance(use_all, bool):
            raise argument_error("use_all", "True or False", use_all)
        self.use_all = use_all

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "min_numbers": self.min_numbers,
            "max_numbers": self.max_numbers,
            "max_number": self.max_number,
            "max_target": self.max_target,
            "use_all": self.use_all,
        }

    def draw(self, rng: TaskRNG) -> Puzzle:
        """Draw numbers and combine them at random, until the result is a valid target."""
        num_numbers = rng.randint(self.min_numbers, self.max_numbers)
        for _ in range(MAX_DRAWS):
            numbers = [1 + number for number in rng.integers(self.max_number, size=num_numbers)]
            target, solution = _combine(rng, numbers)
            if target <= self.max_target and (self.use_all or target not in numbers):
                return sorted(numbers), target, solution
        raise argument_error(
            "max_target", "large enough to be reached from such numbers", self.max_target
        )

    def render_prompt(self, question: Puzzle) -> str:
        """Return a prompt that asks for an expression."""
        numbers, target, _ = question
        rule = "each number exactly once" if self.use_all else "each number at most once"
        return (
            f"Reach {target} with the numbers {list_numbers(numbers)}. Answer with one "
            f"expression of +, -, *, / and brackets that uses {rule}.\n{ANSWER_FORMAT}"
        )

    def solve(self, question: Puzzle) -> tuple[str, Solution]:
        """Return a solution that uses all numbers, and a function that writes its moves."""
        return explain_solution(canonical_text(_tree_of(question[2])))

    def make_verifier(self) -> Verifier:
        """Build the verifier of expressions."""
        return CountdownVerifier(use_all=self.use_all)


def list_numbers(numbers: list[int]) -> str:
    """Write numbers as in a sentence, such as ``6, 9 and 13``."""
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}"


def explain_solution(gold: str) -> tuple[str, Solution]:
    """Return a solution with its worked solution, move by move.

    Args:
        gold: A solution in its canonical form.

    Returns:
        ``gold``, and a function that writes the moves and ``gold`` as the final answer.
    """
    return gold, lambda: "\n".join((*moves_of(parse_tree(gold)), f"A: {gold}"))


def _tree_of(sketch: Sketch) -> Tree:
    if isinstance(sketch, int):
        return sketch
    operator, left, right = sketch
    return Operation(operator, _tree_of(left), _tree_of(right))


def _combine(rng: TaskRNG, numbers: list[int]) -> tuple[int, Sketch]:
    """Combine two numbers at a time, so that all results are positive integers."""
    left: list[tuple[int, Sketch]] = [(number, number) for number in numbers]
    for size in range(len(numbers), 1, -1):
        one = left.pop(rng.randbelow(size))
        other = left.pop(rng.randbelow(size - 1))
        (large, more), (small, less) = (one, other) if one[0] >= other[0] else (other, one)
        allowed = "+" if large == small else "+-"
        if small > 1:
            allowed += "*" if large % small else "*/"
        operator = rng.choice(allowed)
        value = (
            large + small
            if operator == "+"
            else large - small
            if operator == "-"
            else large * small
            if operator == "*"
            else large // small
        )
        left.append((value, (operator, more, less)))
    return left[0]
