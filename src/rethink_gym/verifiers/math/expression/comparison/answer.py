"""Compare the text of an answer with the text of the gold answer.

What evaluation decides within a few hundredths of a second is decided here. What takes
longer, or needs sympy, becomes a question to a worker process that can be killed.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.extraction import extract_answer
from rethink_gym.verifiers.math.expression.comparison.comparison import (
    Comparison,
    DecideSymbolically,
)
from rethink_gym.verifiers.math.expression.comparison.equality import Equality
from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.text import plain_text
from rethink_gym.verifiers.math.expression.tree import (
    ExpressionError,
    Node,
    OverLimitError,
    TimedOutError,
    UnreadableError,
)
from rethink_gym.verifiers.math.expression.values.time_limit import limited_cpu

__all__ = [
    "QUICK_FRACTION",
    "ComparisonQuestion",
    "ComparisonResult",
    "compare_at_once",
    "compare_question",
]

QUICK_FRACTION = 0.05
"""Fraction of its CPU time that a comparison may take before it goes to a worker."""


class ComparisonResult(NamedTuple):
    """Whether and why an answer is correct.

    Attributes:
        reason: Reason of the verdict.
        detail: What was read on both sides, and what decided.
    """

    reason: Reason
    detail: str


class ComparisonQuestion(NamedTuple):
    """A comparison for a worker process.

    Attributes:
        text: The answer.
        gold: The gold answer, or a sentence or formula that states it.
        equality: What counts as the same.
    """

    text: str
    gold: str
    equality: Equality

    def to_dict(self) -> dict[str, Any]:
        """Return the question as plain JSON data, for `compare_question`."""
        return {"text": self.text, "gold": self.gold, "equality": self.equality.to_dict()}


class _DeferredError(Exception):
    """Evaluation does not decide; not an `ExpressionError`, so that it is not caught as one."""


def compare_at_once(
    text: str, gold: str, equality: Equality, timeout_s: float
) -> ComparisonResult | ComparisonQuestion:
    """Compare an answer with the gold answer unless that is slow.

    Args:
        text: The answer.
        gold: The gold answer, or a sentence or formula that states it.
        equality: What counts as the same.
        timeout_s: CPU seconds of the whole comparison; `QUICK_FRACTION` of it is spent here.

    Returns:
        The result, or the question to a worker process.
    """
    try:
        with limited_cpu(timeout_s * QUICK_FRACTION):
            return _compare(text, gold, equality, _defer)
    except (_DeferredError, TimedOutError):
        return ComparisonQuestion(text, gold, equality)


def compare_question(question: dict[str, Any]) -> dict[str, str]:
    """Compare without a time limit; only for a worker process, which can be killed.

    Args:
        question: The dictionary returned by `ComparisonQuestion.to_dict`.

    Returns:
        The reason and the detail of the result.
    """
    from rethink_gym.verifiers.math.expression.comparison.symbolic import are_symbolically_equal

    equality = Equality(**question["equality"])
    result = _compare(question["text"], question["gold"], equality, are_symbolically_equal)
    return {"reason": result.reason.value, "detail": result.detail}


def _compare(
    text: str, gold: str, equality: Equality, decide: DecideSymbolically
) -> ComparisonResult:
    gold_answer, gold_tree, gold_words = _parse_gold(gold)
    if gold_tree is None and "".join(text.split()) == "".join(gold_answer.split()):
        return ComparisonResult(Reason.EQUAL, f"the same text; the gold {gold_words}")
    try:
        tree = parse(text)
    except UnreadableError as error:
        return ComparisonResult(Reason.UNREADABLE, str(error))
    except (OverLimitError, RecursionError) as error:
        return ComparisonResult(Reason.OVER_LIMIT, str(error))
    if gold_tree is None:
        detail = f"compared as text, since the gold {gold_words}"
        return ComparisonResult(Reason.DIFFERENT, detail)
    sides = f"read as {plain_text(tree)} against {gold_words}"
    comparison = Comparison(equality, decide)
    try:
        is_equal = comparison.accepts(gold_tree, tree)
    except TimedOutError:
        raise
    except (OverLimitError, RecursionError) as error:
        return ComparisonResult(Reason.OVER_LIMIT, f"{sides}: {error}")
    except ExpressionError as error:
        return ComparisonResult(Reason.DIFFERENT, f"{sides}: {error}")
    if is_equal:
        return ComparisonResult(Reason.EQUAL, f"{sides}: the same, compared {comparison.basis}")
    detail = f"{sides}: not the same, compared {comparison.basis}"
    return ComparisonResult(Reason.DIFFERENT, detail)


@lru_cache(maxsize=8192)
def _parse_gold(gold: str) -> tuple[str, Node | None, str]:
    """Return the text of a gold answer, its tree, and that tree as plain text.

    The tree is None if the gold cannot be parsed; the last text then says why.
    """
    try:
        tree = parse(gold)
        return gold, tree, plain_text(tree)
    except (OverLimitError, RecursionError) as error:
        return gold, None, f"is beyond the limits: {error}"
    except UnreadableError as error:
        extraction = extract_answer(gold)
        if extraction is not None and extraction.text != gold.strip():
            return _parse_gold(extraction.text)
        return gold, None, f"is not mathematics: {error}"


def _defer(left: Node, right: Node) -> bool:
    raise _DeferredError
