"""The verifier of answers whose form matters as much as their value."""

import re
from collections.abc import Sequence
from typing import Any

from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.extraction import extract_answer
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.number import read_number
from rethink_gym.verifiers.verifier import Pending

__all__ = ["FormVerifier"]

_FREE_CONSTANT = "+C"

_ASSIGNMENTS = re.compile(r"[a-z]=[^,=]+(?:, [a-z]=[^,=]+)+")
_CALCULUS = re.compile(r"\\(?:int|sum|prod|lim)(?![A-Za-z])|[∫∑∏]|frac\s*\{\s*d\s*\}")
"""Operations of calculus. A final answer has none of them, and evaluating them is slow."""


class FormVerifier(MathVerifier):
    """Verify a mathematical answer by its value and by its form.

    An answer that `MathVerifier` accepts must also be worked out as far as the gold answer
    and have its form, so that repeating the question is not a correct answer: a number if
    the gold is one; a fraction in lowest terms, a decimal or a percentage, as the gold is;
    the unit of the gold, or none; a sum of unlike terms if the gold is multiplied out;
    irreducible factors if the gold is factored; a value for every name. The verdict's
    ``feedback`` says what is wrong with the form.

    In a gold such as ``x=1, y=2`` every name must get its value, which must be a number;
    values without names must be in the order of the gold. A gold that ends in ``+C`` is an
    antiderivative: any answer that differs by a constant is correct, with or without a
    letter for it.

    The arguments are those of `MathVerifier`.
    """

    def verify_at_once(self, answer: str, problem: Problem) -> Verdict | Pending:
        """Verify one answer unless that needs a worker process."""
        gold = problem.gold
        verdict = self.verify_whole_number(answer, gold)
        if verdict is not None:
            return verdict
        is_plain = "\\" not in answer and answer.isascii()  # most answers, and quick to see
        if read_number(gold) is None or (not is_plain and _CALCULUS.search(answer)):
            verdict = self._verify_special(answer, gold)
            if verdict is not None:
                return verdict
        result = super().verify_at_once(answer, problem)
        return result if isinstance(result, Pending) else _with_form(result, gold)

    def verify_slow_batch(self, pending: Sequence[Pending]) -> list[Verdict]:
        """Verify answers in worker processes."""
        verdicts = super().verify_slow_batch(pending)
        return [
            _with_form(verdict, item.problem.gold)
            for verdict, item in zip(verdicts, pending, strict=True)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {**super().to_dict(), "type": "form"}

    def _verify_special(self, answer: str, gold: str) -> Verdict | None:
        """Verify what needs no comparison of values, or another one; None for all else."""
        text = self._extract(answer)
        if not text:
            return Verdict(0.0, False, Reason.NO_ANSWER, detail="there is no answer")
        if text == gold:
            return Verdict(1.0, True, Reason.EQUAL, text, "the gold answer as it is written")
        if _CALCULUS.search(text) and not _CALCULUS.search(gold):
            return _refuse(text, "an operation of calculus is left", "it is not worked out")
        # Imported here because plain numbers do not need it, and it takes 10 ms to load.
        if gold.endswith(_FREE_CONSTANT):
            from rethink_gym.verifiers.math.expression.comparison.antiderivative import (
                compare_antiderivatives,
            )

            reason, detail = compare_antiderivatives(text, gold, self.timeout_s)
        elif _ASSIGNMENTS.fullmatch(gold):
            from rethink_gym.verifiers.math.expression.comparison.assignment import (
                compare_assignments,
            )

            reason, detail = compare_assignments(text, gold)
        else:
            return None
        correct = reason is Reason.EQUAL
        return Verdict(float(correct), correct, reason, text, detail)

    def _extract(self, answer: str) -> str:
        """Return the answer in a message; empty if it has no answer."""
        if self.mode == "answer":
            return answer.strip()
        extraction = extract_answer(answer)
        return "" if extraction is None else extraction.text


def _with_form(verdict: Verdict, gold: str) -> Verdict:
    """Reject an accepted answer if its form is wrong."""
    if not verdict.correct or verdict.answer is None or verdict.answer == gold:
        return verdict
    from rethink_gym.verifiers.math.expression.comparison.form import flaw_of

    flaw = flaw_of(verdict.answer, gold)
    if not flaw:
        return verdict
    return _refuse(verdict.answer, f"{verdict.detail}, but {flaw}", flaw)


def _refuse(text: str, detail: str, flaw: str) -> Verdict:
    feedback = f"The answer is not in the form that was asked for: {flaw}."
    return Verdict(0.0, False, Reason.DIFFERENT, text, detail, feedback=feedback)
