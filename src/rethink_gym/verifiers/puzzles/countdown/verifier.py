"""The verifier of countdown: is the expression legal, and does it come to the target?"""

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
from rethink_gym.verifiers.puzzles.countdown.tree import Exact, evaluate, leaves_of, parse_tree
from rethink_gym.verifiers.verifier import Verifier, read_options

__all__ = ["CountdownVerifier"]


class CountdownVerifier(Verifier):
    """Accepts every expression that reaches the target by the rules.

    The gold answer is one solution in which every number of the puzzle stands, such as
    ``(13-9)*6``; so it says both the numbers and the target. An answer is an expression
    of + - * / and brackets, found as `extract_answer` says, which may go on with
    ``= 24``. It may use each number once, and must reach the target exactly. Nothing else
    is read: no signs in front of numbers, no powers, no digits put together.

    Args:
        use_all: Whether every number must be used.

    Raises:
        ArgumentError: If ``use_all`` is no truth value.
    """

    def __init__(self, *, use_all: bool = False) -> None:
        if not isinstance(use_all, bool):
            raise argument_error("use_all", "True or False", use_all)
        self.use_all = use_all

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Judge one answer.

        Args:
            answer: What the agent said.
            problem: The puzzle; its gold is a solution that uses all numbers.

        Returns:
            The verdict; its score is 1 or 0. Its feedback says which rule is broken or
            what the expression comes to.

        Raises:
            VerifierError: If the gold answer of the problem is no expression.
        """
        numbers, target = _read_gold(problem.gold)
        found = extract_answer(answer)
        if found is None:
            return Verdict(0.0, False, Reason.NO_ANSWER)
        try:
            fault = self._find_fault(found.text, numbers, target)
        except OverLimitError as error:
            return _refused(Reason.OVER_LIMIT, found.text, f"The expression is too long: {error}.")
        except UndefinedError:
            return _refused(Reason.DIFFERENT, found.text, "The expression divides by zero.")
        except ExpressionError as error:
            fault = f"The answer is no expression of + - * / and brackets: {error}."
            return _refused(Reason.UNREADABLE, found.text, fault)
        if fault:
            return _refused(Reason.DIFFERENT, found.text, fault)
        return Verdict(1.0, True, Reason.EQUAL, found.text, f"it comes to {target}")

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {"type": "countdown", "use_all": self.use_all}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned; options may be left out.

        Raises:
            ArgumentError: If there is an option that is not known.
        """
        return cls(**read_options(data, ("use_all",)))

    def _find_fault(self, text: str, numbers: Counter[int], target: Exact) -> str:
        """Say what is wrong with an expression; nothing if it is right."""
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


def _refused(reason: Reason, text: str, fault: str) -> Verdict:
    return Verdict(0.0, False, reason, text, fault, feedback=fault)


@lru_cache(maxsize=8192)
def _read_gold(gold: str) -> tuple[Counter[int], Exact]:
    """Return the numbers of a puzzle and its target."""
    try:
        tree = parse_tree(gold)
        return Counter(leaves_of(tree)), evaluate(tree)
    except ExpressionError as error:
        raise VerifierError(
            f"The gold answer of a countdown problem must be an expression in which all of "
            f"its numbers stand, got {gold!r}."
        ) from error
