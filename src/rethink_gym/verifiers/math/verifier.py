r"""The verifier of mathematical answers.

An answer is compared with the gold answer from the cheapest way to the dearest:
as numbers, as text, as trees, by evaluation, and only then by sympy, in another
process and under a deadline.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.extraction import Mark, extract_answer, plain_answer
from rethink_gym.verifiers.math.expression.comparison.comparison import Equality
from rethink_gym.verifiers.number import (
    MAX_CHARS,
    Number,
    are_numbers_equal,
    is_written_whole,
    read_number,
)
from rethink_gym.verifiers.verifier import Verifier, read_options

if TYPE_CHECKING:
    from rethink_gym.verifiers.math.expression.comparison.judgement import Question

__all__ = ["MathVerifier"]

MODES = ("answer", "response")


class MathVerifier(Verifier):
    r"""Judges a mathematical answer by its value.

    Both sides may be LaTeX, Unicode or plain signs: numbers, expressions, lists,
    tuples, intervals, (in)equations, matrices, ratios, quantities with units, or
    words. What one side leaves out, such as a unit or the name of the unknown,
    does not matter; what contradicts does. A decimal equals a value that never
    ends if it is what that is rounded to. Hedges such as ``5 or 6`` equal only
    themselves. The verdict does not depend on which side is the gold one.

    In a worked text the answer is found as `extract_answer` says. The verdict's
    ``detail`` names what marked it, what was read on both sides and what decided; so it
    may name the gold answer. An answer is never run, and judging it takes bounded time,
    from any thread or process.

    Args:
        mode: ``"response"`` if the answer must be found in a worked text;
            ``"answer"`` if the text is the answer.
        precision: Significant digits from which a rounded decimal will do for a value
            that never ends.
        units: ``"optional"``: a unit that one side leaves out does not matter, one
            that contradicts does. ``"required"``: a unit that one side has must stand
            on the other too. ``"ignored"``: only the figures are compared.
        percent: ``"either"``: 25% is 0.25 and also 25. ``"value"``: it is 0.25 alone.
        multiple: ``"all"``: all of several right answers are needed. ``"any"``: one
            or more of the gold's answers will do, and nothing else.
        ordered: Whether lists without brackets and sets must stand in order; tuples
            always must.
        timeout_s: CPU seconds that a comparison may take. CPU time, so that the
            verdict does not depend on how loaded the machine is.

    Raises:
        ArgumentError: If an argument is out of its range.
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

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Judge one answer.

        Args:
            answer: What the agent said.
            problem: The problem it answers; its gold may be an answer, or a worked
                solution that ends in a box or behind ``####``.

        Returns:
            The verdict; its score is 1 if the answer is right, else 0.

        Raises:
            VerifierError: If the process that judges slow answers cannot be started.
        """
        found = self._verify_quickly(answer, problem)
        return found if isinstance(found, Verdict) else self._verify_slowly([found])[0]

    def verify_batch(self, answers: Sequence[str], problems: Sequence[Problem]) -> list[Verdict]:
        """Judge many answers; the slow ones spread over worker processes.

        Args:
            answers: What the agents said.
            problems: The problem that each of them answers; as many as answers.

        Returns:
            One verdict per answer, in order; each as `verify` gives it.

        Raises:
            ArgumentError: If there are not as many problems as answers.
            VerifierError: If a worker process cannot be started.
        """
        if len(answers) != len(problems):
            raise argument_error("problems", f"as many as answers ({len(answers)})", len(problems))
        found = list(map(self._verify_quickly, answers, problems))
        slow = [item for item in found if not isinstance(item, Verdict)]
        if not slow:
            return [item for item in found if isinstance(item, Verdict)]
        verdicts = iter(self._verify_slowly(slow))
        return [item if isinstance(item, Verdict) else next(verdicts) for item in found]

    def _verify_plainly(self, answer: str, gold: str) -> Verdict | None:
        """Judge a message that marks a whole number, where the gold is one; None for all else."""
        if self._needs_units or self.mode != "response":
            return None
        return (_judge_short if len(answer) <= MAX_CHARS else _judge_whole)(answer, gold)

    def _verify_quickly(self, answer: str, problem: Problem) -> "Verdict | _Slow":
        judged = self._verify_plainly(answer, problem.gold)
        if judged is not None:
            return judged
        if self.mode == "response":
            text, place = plain_answer(answer), _PLAIN_PLACE
            if text is None:
                found = extract_answer(answer)
                if found is None:
                    return _NOTHING_FOUND
                text, place = found.text, _PLACES[found.mark]
        else:
            text, place = answer.strip(), ""
            if not text:
                return _EMPTY
        is_short = len(text) <= MAX_CHARS  # what is longer is no plain number
        if is_short and not (self._needs_units and "$" in text + problem.gold):
            judged = _judge_numbers(text, problem.gold, place, self._precision, self._percent)
            if judged is not None:
                return judged
        # Loaded when first needed: plain numbers need none of it.
        from rethink_gym.verifiers.math.expression.comparison.judgement import (
            Judgement,
            judge_quickly,
        )

        judgement = judge_quickly(text, _gold_answer(problem.gold), self.equality, self.timeout_s)
        if isinstance(judgement, Judgement):
            return _verdict(text, judgement.reason, place + judgement.detail)
        return _Slow(text, place, judgement)

    def _verify_slowly(self, slow: "list[_Slow]") -> list[Verdict]:
        from rethink_gym.verifiers.math.expression.comparison.judgement import QUICK_SHARE
        from rethink_gym.verifiers.worker_pool import shared_pool

        budgets_s = [self.timeout_s * (1 - QUICK_SHARE)] * len(slow)
        replies = shared_pool().ask_all([item.question.to_dict() for item in slow], budgets_s)
        return [
            _verdict(item.text, Reason(reply["reason"]), item.place + reply["detail"])
            for item, reply in zip(slow, replies, strict=True)
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
        """Build a verifier from what `to_dict` returned; options may be left out.

        Raises:
            ArgumentError: If there is an option that is not known.
        """
        known = [name for name in cls().to_dict() if name != "type"]
        return cls(**read_options(data, known))


class _Slow(NamedTuple):
    """An answer that a worker must judge, and where it was found."""

    text: str
    place: str
    question: "Question"


_NOTHING_FOUND = Verdict(
    0.0, False, Reason.NO_ANSWER, detail="no rule of extraction finds an answer in the text"
)
_EMPTY = Verdict(0.0, False, Reason.NO_ANSWER, detail="the answer is empty")
_PLACES = {mark: f"found by: {mark}; " for mark in Mark}
_PLAIN_PLACE = _PLACES[Mark.LINE]


def _verdict(text: str, reason: Reason, detail: str) -> Verdict:
    correct = reason is Reason.EQUAL
    return Verdict(float(correct), correct, reason, text, detail)


def _judge_whole(answer: str, gold: str) -> Verdict | None:
    # What most answers are. Two such texts are equal numbers only if they are the same.
    if not is_written_whole(gold):
        return None
    text = plain_answer(answer)
    if text is None or not is_written_whole(text):
        return None
    if text == gold:
        return Verdict(1.0, True, Reason.EQUAL, text, f"{_PLAIN_PLACE}{text} equals {gold}")
    detail = f"{_PLAIN_PLACE}{text} does not equal {gold}"
    return Verdict(0.0, False, Reason.DIFFERENT, text, detail)


# Short messages are often the same again, others never.
_judge_short = lru_cache(maxsize=8192)(_judge_whole)


@lru_cache(maxsize=8192)
def _judge_numbers(
    text: str, gold: str, place: str, precision: int, percent: str
) -> Verdict | None:
    """Compare two plain numbers; None if one of the texts is none."""
    number = read_number(text)
    if number is None:
        return None
    right, shown = _gold_number(gold)
    if right is None:
        return None
    if are_numbers_equal(number, right, precision, percent):
        return Verdict(1.0, True, Reason.EQUAL, text, f"{place}{text} equals {shown}")
    return Verdict(0.0, False, Reason.DIFFERENT, text, f"{place}{text} does not equal {shown}")


@lru_cache(maxsize=8192)
def _gold_answer(gold: str) -> str:
    """Find the answer in a gold that is a worked solution; any other is the answer."""
    if "\\boxed" not in gold and "\\fbox" not in gold and "####" not in gold:
        return gold
    found = extract_answer(gold)
    return gold if found is None else found.text


@lru_cache(maxsize=8192)
def _gold_number(gold: str) -> tuple[Number | None, str]:
    """Read a gold that is a plain number, and what it was written as."""
    text = _gold_answer(gold)
    return read_number(text), text.strip()
