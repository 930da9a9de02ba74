"""Judges one answer text against a gold text, by all means short of plain numbers.

What evaluation settles within a few hundredths of a second is judged here; what takes
longer, or sympy, is deferred to a worker process that can be killed.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.extraction import extract_answer
from rethink_gym.verifiers.math.expression.comparison.comparison import Comparison, Decide, Equality
from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.text import worded
from rethink_gym.verifiers.math.expression.tree import (
    ExpressionError,
    Node,
    OverLimitError,
    TimedOutError,
    UnreadableError,
)
from rethink_gym.verifiers.math.expression.values.time_limit import limited_cpu

__all__ = ["QUICK_SHARE", "Judgement", "Question", "judge_question", "judge_quickly"]

QUICK_SHARE = 0.05
"""Share of its CPU seconds that an answer gets before it is deferred to a worker."""


class Judgement(NamedTuple):
    """Why an answer is right or wrong.

    Attributes:
        reason: Of the verdict.
        detail: What was read on both sides, and what decided.
    """

    reason: Reason
    detail: str


class Question(NamedTuple):
    """An answer that takes long to judge.

    Attributes:
        text: The answer.
        gold: The right answer, or a sentence or formula that states it.
        equality: What counts as the same.
    """

    text: str
    gold: str
    equality: Equality

    def to_dict(self) -> dict[str, Any]:
        """Return the question as plain JSON data, for `judge_question`."""
        return {"text": self.text, "gold": self.gold, "equality": self.equality.to_dict()}


class _DeferredError(Exception):
    """Evaluation alone does not tell; no `ExpressionError`, so that nobody answers it."""


def judge_quickly(
    text: str, gold: str, equality: Equality, timeout_s: float
) -> Judgement | Question:
    """Judge an answer unless that takes long.

    Args:
        text: The answer.
        gold: The right answer, or a sentence or formula that states it.
        equality: What counts as the same.
        timeout_s: CPU seconds that the whole judging may take; at most a twentieth is
            spent here.

    Returns:
        Why the answer is right or wrong, or the question that a worker must answer.
    """
    try:
        with limited_cpu(timeout_s * QUICK_SHARE):
            return _judge(text, gold, equality, _defer)
    except (_DeferredError, TimedOutError):
        return Question(text, gold, equality)


def judge_question(question: dict[str, Any]) -> dict[str, str]:
    """Judge an answer for as long as it takes; only a worker process may call this.

    Args:
        question: What `Question.to_dict` returned.

    Returns:
        The reason and the detail of the judgement.
    """
    from rethink_gym.verifiers.math.expression.comparison.symbolic import are_symbolically_equal

    equality = Equality(**question["equality"])
    judgement = _judge(question["text"], question["gold"], equality, are_symbolically_equal)
    return {"reason": judgement.reason.value, "detail": judgement.detail}


def _judge(text: str, gold: str, equality: Equality, decide: Decide) -> Judgement:
    gold_answer, gold_tree, gold_words = _read_gold(gold)
    if gold_tree is None and "".join(text.split()) == "".join(gold_answer.split()):
        return Judgement(Reason.EQUAL, f"the same text; the gold {gold_words}")
    try:
        tree = parse(text)
    except UnreadableError as error:
        return Judgement(Reason.UNREADABLE, str(error))
    except (OverLimitError, RecursionError) as error:
        return Judgement(Reason.OVER_LIMIT, str(error))
    if gold_tree is None:
        return Judgement(Reason.DIFFERENT, f"compared as text, since the gold {gold_words}")
    sides = f"read as {worded(tree)} against {gold_words}"
    comparison = Comparison(equality, decide)
    try:
        equal = comparison.accepts(gold_tree, tree)
    except TimedOutError:
        raise
    except (OverLimitError, RecursionError) as error:
        return Judgement(Reason.OVER_LIMIT, f"{sides}: {error}")
    except ExpressionError as error:
        return Judgement(Reason.DIFFERENT, f"{sides}: {error}")
    if equal:
        return Judgement(Reason.EQUAL, f"{sides}: the same, compared {comparison.basis}")
    return Judgement(Reason.DIFFERENT, f"{sides}: not the same, compared {comparison.basis}")


@lru_cache(maxsize=8192)
def _read_gold(gold: str) -> tuple[str, Node | None, str]:
    """Read a gold answer once: its text, its tree if it has one, and that in words."""
    try:
        tree = parse(gold)
        return gold, tree, worded(tree)
    except (OverLimitError, RecursionError) as error:
        return gold, None, f"is beyond the limits: {error}"
    except UnreadableError as error:
        found = extract_answer(gold)
        if found is not None and found.text != gold.strip():
            return _read_gold(found.text)
        return gold, None, f"is no mathematics: {error}"


def _defer(left: Node, right: Node) -> bool:
    raise _DeferredError
