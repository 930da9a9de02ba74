"""Judges one answer text against a gold text, by all means short of plain numbers."""

from functools import lru_cache

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.expression.clock import cpu_left_s, limited_cpu
from rethink_gym.verifiers.expression.comparison import Comparison
from rethink_gym.verifiers.expression.parser import parse
from rethink_gym.verifiers.expression.symbolic import are_symbolically_equal
from rethink_gym.verifiers.expression.tree import (
    ExpressionError,
    Node,
    OverLimitError,
    TimedOutError,
    UnreadableError,
)
from rethink_gym.verifiers.extraction import extract_answer

__all__ = ["judge_expression"]


def judge_expression(
    text: str, gold: str, *, precision: int, timeout_s: float
) -> tuple[Reason, str]:
    """Judge an answer.

    Args:
        text: The answer.
        gold: The right answer, or a sentence or formula that states it.
        precision: Significant digits from which a rounded decimal will do.
        timeout_s: CPU seconds for evaluation; sympy gets what is left of them.

    Returns:
        Why the answer is right or wrong, and what is to be said about that.

    Raises:
        VerifierError: If the process that runs sympy cannot be started.
    """
    gold_answer, gold_tree = _read_gold(gold)
    if "".join(text.split()) == "".join(gold_answer.split()) and isinstance(gold_tree, str):
        return Reason.EQUAL, "the same text"
    try:
        tree = parse(text)
    except UnreadableError as error:
        return Reason.UNREADABLE, str(error)
    except (OverLimitError, RecursionError) as error:
        return Reason.OVER_LIMIT, str(error)
    if isinstance(gold_tree, str):
        return Reason.DIFFERENT, gold_tree
    try:
        with limited_cpu(timeout_s):
            equal = _comparison(precision).are_equal(tree, gold_tree)
    except TimedOutError as error:
        return Reason.TIMED_OUT, str(error)
    except (OverLimitError, RecursionError) as error:
        return Reason.OVER_LIMIT, str(error)
    except ExpressionError as error:
        return Reason.DIFFERENT, str(error)
    return (Reason.EQUAL if equal else Reason.DIFFERENT), ""


@lru_cache(maxsize=8192)
def _read_gold(gold: str) -> tuple[str, Node | str]:
    """Read a gold answer once: its text, and its tree or why there is none."""
    try:
        return gold, parse(gold)
    except (OverLimitError, RecursionError) as error:
        return gold, f"the gold answer is compared as text only: {error}"
    except UnreadableError as error:
        found = extract_answer(gold)
        if found is not None and found.text != gold.strip():
            return _read_gold(found.text)
        return gold, f"the gold answer is compared as text only: {error}"


@lru_cache(maxsize=64)
def _comparison(precision: int) -> Comparison:
    return Comparison(precision, _ask_sympy)


def _ask_sympy(left: Node, right: Node) -> bool:
    return are_symbolically_equal(left, right, max(cpu_left_s(), 0.0))
