"""Verifier of Countdown: checks that an expression is legal and reaches the target."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Self

from rethink_gym.errors import VerifierError, argument_error
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.extraction import extract_answer
from rethink_gym.verifiers.math.expression.tree import (
    ExpressionError,
    OverLimitError,
    UndefinedError,
)
from rethink_gym.verifiers.puzzles.countdown.canonical import canonical_solution
from rethink_gym.verifiers.puzzles.countdown.solver import find_solutions
from rethink_gym.verifiers.puzzles.countdown.tree import Exact, evaluate, leaves_of, parse_tree
from rethink_gym.verifiers.puzzles.given import accepted, refused
from rethink_gym.verifiers.verifier import Verifier, read_options

__all__ = ["CountdownVerifier"]

MAX_LISTED_NUMBERS = 5
"""Maximum number of numbers whose solutions are listed: 0.1 seconds for 5, seconds for 6."""


class CountdownVerifier(Verifier):
    """Accepts every legal expression that reaches the target.

    The gold answer is a solution that uses every number of the puzzle, such as
    ``(13-9)*6``; it determines the numbers and the target. An answer is an expression of
    + - * / and brackets, optionally followed by ``= 24``. It may use each number once and
    must reach the target exactly. Signs before numbers, powers and concatenated digits are
    not allowed.

    Args:
        use_all: Whether every number must be used, as in the game of 24.

    Raises:
        ArgumentError: If ``use_all`` is not a boolean.

    Examples:
        >>> from rethink_gym.problem import Problem
        >>> from rethink_gym.verifiers.puzzles.countdown import CountdownVerifier
        >>> problem = Problem("countdown/0", "Reach 24 with 6, 9, 13.", "(13-9)*6")
        >>> CountdownVerifier().verify("A: 6*(13-9) = 24", problem).correct
        True
        >>> CountdownVerifier().verify("A: 13+9", problem).feedback
        'The expression comes to 22, not to 24.'
    """

    def __init__(self, *, use_all: bool = False) -> None:
        if not isinstance(use_all, bool):
            raise argument_error("use_all", "True or False", use_all)
        self.use_all = use_all

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Verify one answer.

        Args:
            answer: The text that the agent wrote; `extract_answer` finds the answer in it.
            problem: The puzzle; its gold answer is a solution that uses all numbers.

        Returns:
            The verdict, with score 1 or 0. Its feedback names the violated rule or the value
            of the expression.

        Raises:
            VerifierError: If the gold answer of the problem is not an expression.
        """
        numbers, target = _parse_gold(problem.gold)
        extracted = extract_answer(answer)
        if extracted is None:
            return Verdict(0.0, False, Reason.NO_ANSWER)
        text = extracted.text
        try:
            fault = self._find_fault(text, numbers, target)
        except OverLimitError as error:
            return refused(Reason.OVER_LIMIT, text, f"The expression is too long: {error}.")
        except UndefinedError:
            return refused(Reason.DIFFERENT, text, "The expression divides by zero.")
        except ExpressionError as error:
            fault = f"The answer is no expression of + - * / and brackets: {error}."
            return refused(Reason.UNREADABLE, text, fault)
        if fault:
            return refused(Reason.DIFFERENT, text, fault)
        return accepted(text, f"it comes to {target}")

    def list_solutions(self, problem: Problem) -> frozenset[str] | None:
        """List the canonical forms of all solutions of a puzzle.

        Args:
            problem: The puzzle; its gold answer is a solution that uses all numbers.

        Returns:
            The canonical forms; None if the puzzle has more than five numbers, or a number
            or target that is not a whole number of at least 1.

        Raises:
            VerifierError: If the gold answer of the problem is not an expression.
        """
        numbers, target = _parse_gold(problem.gold)
        is_listed = numbers.total() <= MAX_LISTED_NUMBERS and min(numbers) >= 1
        if not is_listed or not isinstance(target, int) or target < 1:
            return None
        return frozenset(find_solutions(list(numbers.elements()), target, use_all=self.use_all))

    def canonical_solution(self, answer: str, problem: Problem) -> str:
        """Return the form that all equivalent solutions share.

        Args:
            answer: A correct answer, with or without ``= 24`` at its end.
            problem: The puzzle.

        Returns:
            The form that the function `canonical_solution` returns.
        """
        expression = answer.strip(" .$").partition("=")[0]
        return canonical_solution(expression) or answer.strip()

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {"type": "countdown", "use_all": self.use_all}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned; options may be left out.

        Raises:
            ArgumentError: If an option is unknown or its value is not allowed.
        """
        return cls(**read_options(data, ("use_all",)))

    def _find_fault(self, text: str, numbers: Counter[int], target: Exact) -> str:
        """Return the fault of an expression, as feedback to the agent; empty if it is correct."""
        text, *rest = text.rstrip(" .").strip("$").split("=")
        tree = parse_tree(text)
        used = Counter(leaves_of(tree))
        for number, count in used.items():
            if not numbers[number]:
                return f"There is no number {number}."
            if count > numbers[number]:
                return f"The number {number} is used too often."
        value = evaluate(tree)
        if value != target:
            return f"The expression comes to {value}, not to {target}."
        if rest and (len(rest) > 1 or parse_tree(rest[0]) != target):
            return f"What stands behind the sign of equality is not {target}."
        if self.use_all and used != numbers:
            return "Not all of the numbers are used."
        return ""


@lru_cache(maxsize=8192)
def _parse_gold(gold: str) -> tuple[Counter[int], Exact]:
    """Return the numbers and the target of a puzzle."""
    try:
        tree = parse_tree(gold)
        return Counter(leaves_of(tree)), evaluate(tree)
    except ExpressionError as error:
        raise VerifierError(
            f"The gold answer of a countdown problem must be an expression of all its "
            f"numbers, got {gold!r}."
        ) from error
