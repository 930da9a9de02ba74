r"""The verifier of mathematical answers.

An answer is compared with the gold answer from the cheapest way to the dearest:
as numbers, as text, as trees, by evaluation, and only then by sympy, in another
process and under a deadline.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Self

from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.extraction import Mark, extract_answer
from rethink_gym.verifiers.number import Number, are_numbers_equal, read_number
from rethink_gym.verifiers.verifier import Verifier

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

    In a worked text the answer is found as `extract_answer` says, and the verdict's
    ``detail`` names what marked it. An answer is never run, and judging it takes
    bounded time, from any thread.

    Args:
        mode: ``"response"`` if the answer must be found in a worked text;
            ``"answer"`` if the text is the answer.
        precision: Significant digits from which a rounded decimal will do.
        timeout_s: Seconds that a comparison may take: CPU seconds of evaluation, and
            what is left of them for sympy, where it is asked at all, by the clock.

    Raises:
        ArgumentError: If an argument is out of its range.
    """

    def __init__(
        self, *, mode: str = "response", precision: int = 6, timeout_s: float = 1.0
    ) -> None:
        self.mode = check_choice("mode", mode, MODES)
        self.precision = check_count("precision", precision)
        if not (isinstance(timeout_s, int | float) and math.isfinite(timeout_s) and timeout_s > 0):
            raise argument_error("timeout_s", "a number of seconds above 0", timeout_s)
        self.timeout_s = float(timeout_s)

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Judge one answer.

        Args:
            answer: What the agent said.
            problem: The problem it answers; its gold may be an answer, or a worked
                solution that ends in a box or behind ``####``.

        Returns:
            The verdict; its score is 1 if the answer is right, else 0.

        Raises:
            VerifierError: If the process that runs sympy cannot be started.
        """
        if self.mode == "response":
            found = extract_answer(answer)
            if found is None:
                return _NO_ANSWER
            text, mark = found
            place = _PLACES[mark]
        else:
            text, place = answer.strip(), ""
            if not text:
                return _NO_ANSWER
        gold = problem.gold
        number = read_number(text)
        if number is not None:
            gold_number = _gold_number(gold)
            if gold_number is not None:
                if are_numbers_equal(number, gold_number, self.precision):
                    return Verdict(1.0, True, Reason.EQUAL, text, place)
                return Verdict(0.0, False, Reason.DIFFERENT, text, place)
        # Loaded when first needed: plain numbers need none of it.
        from rethink_gym.verifiers.expression.judgement import judge_expression

        reason, detail = judge_expression(
            text, _gold_answer(gold), precision=self.precision, timeout_s=self.timeout_s
        )
        correct = reason is Reason.EQUAL
        detail = f"{place}; {detail}" if place and detail else place or detail
        return Verdict(float(correct), correct, reason, text, detail)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {
            "type": "math",
            "mode": self.mode,
            "precision": self.precision,
            "timeout_s": self.timeout_s,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned; options may be left out.

        Raises:
            ArgumentError: If there is an option that is not known.
        """
        options = {name: value for name, value in data.items() if name != "type"}
        for name in options:
            check_choice("option", name, ("mode", "precision", "timeout_s"))
        return cls(**options)


_NO_ANSWER = Verdict(0.0, False, Reason.NO_ANSWER)
_PLACES = {mark: f"found by: {mark}" for mark in Mark}


@lru_cache(maxsize=8192)
def _gold_answer(gold: str) -> str:
    """Find the answer in a gold that is a worked solution; any other is the answer."""
    if "\\boxed" not in gold and "\\fbox" not in gold and "####" not in gold:
        return gold
    found = extract_answer(gold)
    return gold if found is None else found.text


@lru_cache(maxsize=8192)
def _gold_number(gold: str) -> Number | None:
    return read_number(_gold_answer(gold))
