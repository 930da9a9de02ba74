r"""The verifier of mathematical answers.

An answer is compared with the gold answer by the cheapest check that decides: as plain
numbers, as text, as trees, by evaluation, and only then by sympy, in a worker process with
a CPU-time limit.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Self

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.extraction import Mark, extract_answer, plain_answer
from rethink_gym.verifiers.math.expression.comparison.equality import Equality
from rethink_gym.verifiers.number import (
    MAX_CHARS,
    Number,
    are_numbers_equal,
    is_written_whole,
    read_number,
)
from rethink_gym.verifiers.verifier import Pending, Verifier, read_options

__all__ = ["MathVerifier"]

MODES = ("answer", "response")


class MathVerifier(Verifier):
    r"""Verify a mathematical answer by its value.

    Both sides may be LaTeX, Unicode or plain characters: numbers, expressions, lists,
    tuples, intervals, equations and inequalities, matrices, ratios, quantities with units,
    or words. What one side leaves out, such as a unit or the name of the unknown, does not
    matter; a contradiction does. A rounded decimal equals a value whose decimals do not
    end. Alternatives such as ``5 or 6`` equal only themselves. The verdict does not depend
    on which side is the gold answer.

    In a worked text, `extract_answer` finds the answer. The verdict's ``detail`` names the
    rule that found it, what was read on both sides and what decided; it may reveal the
    gold answer. An answer is never run. Verification takes bounded time and works in any
    thread or process.

    Args:
        mode: ``"response"`` if the answer must be found in a worked text;
            ``"answer"`` if the text is the answer.
        precision: Minimum number of significant digits of a rounded decimal.
        units: ``"optional"``: a unit that one side leaves out does not matter, but
            different units do. ``"required"``: both sides must have the unit.
            ``"ignored"``: only the numbers are compared.
        percent: ``"either"``: 25% equals 0.25 and also 25. ``"value"``: it equals 0.25 only.
        multiple: ``"all"``: all of several gold answers are needed. ``"any"``: one or more
            of them are enough, and nothing else may be in the answer.
        ordered: Whether lists without brackets and sets are compared in order; tuples
            always are.
        timeout_s: Maximum CPU seconds of a comparison. CPU time, so that the verdict does
            not depend on the load of the machine.

    Raises:
        ArgumentError: If ``mode``, ``units``, ``percent`` or ``multiple`` is not one of its
            choices, ``precision`` is below 1, ``ordered`` is not a bool, or ``timeout_s``
            is not a finite number above 0.
    """

    def __init__(
        self,
        *,
        mode: str = "response",
        precision: int = 6,
        units: str = "optional",
        percent: str = "either",
        multiple: str = "all",
        ordered: bool = False,
        timeout_s: float = 1.0,
    ) -> None:
        self.mode = check_choice("mode", mode, MODES)
        self.equality = Equality(
            precision=precision, units=units, percent=percent, multiple=multiple, ordered=ordered
        )
        if not (isinstance(timeout_s, int | float) and math.isfinite(timeout_s) and timeout_s > 0):
            raise argument_error("timeout_s", "a number of seconds above 0", timeout_s)
        self.timeout_s = float(timeout_s)
        self._precision, self._percent = precision, percent
        self._needs_units = units == "required"
        self._allows_whole_numbers = mode == "response" and not self._needs_units

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Verify one answer.

        Args:
            answer: The agent's message.
            problem: The problem that it answers. Its gold may be an answer, or a worked
                solution that ends in a box or after ``####``.

        Returns:
            The verdict; its score is 1 if the answer is correct, else 0.

        Raises:
            VerifierError: If the worker process for slow answers cannot be started.
        """
        result = self.verify_at_once(answer, problem)
        return self.verify_slow_batch([result])[0] if isinstance(result, Pending) else result

    def verify_at_once(self, answer: str, problem: Problem) -> Verdict | Pending:
        """Verify one answer unless that needs a worker process."""
        gold = problem.gold
        verdict = self.verify_whole_number(answer, gold)
        if verdict is not None:
            return verdict
        if self.mode == "response":
            text, source = plain_answer(answer), _PLAIN_SOURCE
            if text is None:
                extraction = extract_answer(answer)
                if extraction is None:
                    return _NO_ANSWER
                text, source = extraction.text, _SOURCES[extraction.mark]
        else:
            text, source = answer.strip(), ""
            if not text:
                return _EMPTY
        is_short = len(text) <= MAX_CHARS  # a longer text is not a plain number
        if is_short and not (self._needs_units and "$" in text + gold):
            verdict = _compare_numbers(text, gold, source, self._precision, self._percent)
            if verdict is not None:
                return verdict
        # Imported here because plain numbers do not need it, and it takes 10 ms to load.
        from rethink_gym.verifiers.math.expression.comparison.answer import (
            ComparisonResult,
            compare_at_once,
        )

        result = compare_at_once(text, _gold_answer(gold), self.equality, self.timeout_s)
        if isinstance(result, ComparisonResult):
            return _make_verdict(text, result.reason, source + result.detail)
        return Pending(problem, _SlowAnswer(text, source, result.to_dict()))

    def verify_whole_number(self, answer: str, gold: str) -> Verdict | None:
        """Verify a message that ends in ``A: 12`` if the gold is a whole number too.

        Args:
            answer: The agent's message.
            gold: The gold answer.

        Returns:
            The verdict; None if ``answer`` or ``gold`` is anything else, or if the options
            do not allow this check alone.
        """
        if not self._allows_whole_numbers:
            return None
        is_short = len(answer) <= MAX_CHARS  # short messages often repeat, long ones never do
        return (_compare_whole_cached if is_short else _compare_whole)(answer, gold)

    def verify_slow_batch(self, pending: Sequence[Pending]) -> list[Verdict]:
        """Verify answers in worker processes."""
        from rethink_gym.verifiers.math.expression.comparison.answer import QUICK_FRACTION
        from rethink_gym.verifiers.worker_pool import shared_pool

        answers: list[_SlowAnswer] = [item.work for item in pending]
        budgets_s = [self.timeout_s * (1 - QUICK_FRACTION)] * len(answers)
        replies = shared_pool().ask_all([answer.question for answer in answers], budgets_s)
        return [
            _make_verdict(answer.text, Reason(reply["reason"]), answer.source + reply["detail"])
            for answer, reply in zip(answers, replies, strict=True)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {
            "type": "math",
            "mode": self.mode,
            **self.equality.to_dict(),
            "timeout_s": self.timeout_s,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from the dictionary returned by `to_dict`; options may be left out.

        Raises:
            ArgumentError: If ``data`` has an unknown option, or an option has a wrong value.
        """
        known = [name for name in cls().to_dict() if name != "type"]
        return cls(**read_options(data, known))


class _SlowAnswer(NamedTuple):
    """An answer for a worker process.

    Attributes:
        text: The answer.
        source: Start of the verdict's ``detail``: the rule that found the answer.
        question: What the worker must decide, as plain JSON data.
    """

    text: str
    source: str
    question: dict[str, Any]


_NO_ANSWER = Verdict(
    0.0, False, Reason.NO_ANSWER, detail="no rule of extraction finds an answer in the text"
)
_EMPTY = Verdict(0.0, False, Reason.NO_ANSWER, detail="the answer is empty")
_SOURCES = {mark: f"found by: {mark}; " for mark in Mark}
_PLAIN_SOURCE = _SOURCES[Mark.LINE]


def _make_verdict(text: str, reason: Reason, detail: str) -> Verdict:
    correct = reason is Reason.EQUAL
    return Verdict(float(correct), correct, reason, text, detail)


def _compare_whole(answer: str, gold: str) -> Verdict | None:
    """Compare a message that ends in ``A: 12`` with a whole number; None if it is not that.

    Most answers are like this. Two whole numbers in shortest form are equal only if
    their texts are.
    """
    if not is_written_whole(gold):
        return None
    text = plain_answer(answer)
    if text is None or not is_written_whole(text):
        return None
    if text == gold:
        return Verdict(1.0, True, Reason.EQUAL, text, f"{_PLAIN_SOURCE}{text} equals {gold}")
    detail = f"{_PLAIN_SOURCE}{text} does not equal {gold}"
    return Verdict(0.0, False, Reason.DIFFERENT, text, detail)


_compare_whole_cached = lru_cache(maxsize=8192)(_compare_whole)


@lru_cache(maxsize=8192)
def _compare_numbers(
    text: str, gold: str, source: str, precision: int, percent: str
) -> Verdict | None:
    """Compare two plain numbers; None if one of the texts is not a plain number."""
    number = read_number(text)
    if number is None:
        return None
    gold_number, gold_text = _gold_number(gold)
    if gold_number is None:
        return None
    if are_numbers_equal(number, gold_number, precision, percent):
        return Verdict(1.0, True, Reason.EQUAL, text, f"{source}{text} equals {gold_text}")
    detail = f"{source}{text} does not equal {gold_text}"
    return Verdict(0.0, False, Reason.DIFFERENT, text, detail)


@lru_cache(maxsize=8192)
def _gold_answer(gold: str) -> str:
    """Return the answer in a gold that is a worked solution; any other gold unchanged."""
    if "\\boxed" not in gold and "\\fbox" not in gold and "####" not in gold:
        return gold
    extraction = extract_answer(gold)
    return gold if extraction is None else extraction.text


@lru_cache(maxsize=8192)
def _gold_number(gold: str) -> tuple[Number | None, str]:
    """Return the number that a gold is, None if it is not a plain number, and its text."""
    text = _gold_answer(gold)
    return read_number(text), text.strip()
