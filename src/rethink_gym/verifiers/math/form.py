"""The verifier of answers whose form matters as much as their value."""

import re
from collections.abc import Sequence
from typing import Any

from rethink_gym.errors import argument_error
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.extraction import extract_answer
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.number import read_number

__all__ = ["FormVerifier"]

_FREE_CONSTANT = "+C"

_ASSIGNMENTS = re.compile(r"[a-z]=[^,=]+(?:, [a-z]=[^,=]+)+")
_UNWORKED = re.compile(r"\\(?:int|sum|prod|lim)(?![A-Za-z])|[∫∑∏]|frac\s*\{\s*d\s*\}")
"""Operations of calculus, whose values take long to find: no answer holds them."""


class FormVerifier(MathVerifier):
    """Judges a mathematical answer by its value and by its form.

    What `MathVerifier` accepts must also be worked out as far as the gold answer and
    stand in its form, so that nothing is won by repeating the question: a number where
    the gold is one; a fraction in lowest terms, a decimal or a percentage, as the gold
    is; the unit of the gold, or none; a sum of unlike terms where the gold is
    multiplied out, factors that cannot be split where it is factored; a value for
    every name. What is wrong with the form is the verdict's ``feedback``.

    In a gold such as ``x=1, y=2`` every name must get its value, which must be a number;
    values without names must stand in the order of the gold. A gold that ends in ``+C``
    is an antiderivative: any that differs by a constant is right, with or without a
    letter for it.

    The arguments are those of `MathVerifier`.
    """

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Judge one answer.

        Args:
            answer: What the agent said.
            problem: The problem it answers; its gold is in the form that is wanted.

        Returns:
            The verdict; its score is 1 if value and form are right, else 0.

        Raises:
            VerifierError: If the process that judges slow answers cannot be started.
        """
        gold = problem.gold
        found = self._judge_at_once(answer, gold)
        if found is not None:
            return found
        judged = self._verify_quickly(answer, problem)
        if not isinstance(judged, Verdict):
            [judged] = self._verify_slowly([judged])
        return _with_form(judged, gold)

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
        golds = [problem.gold for problem in problems]
        found = list(map(self._judge_at_once, answers, golds))
        rest = [at for at, verdict in enumerate(found) if verdict is None]
        if rest:
            left = [answers[at] for at in rest], [problems[at] for at in rest]
            for at, verdict in zip(rest, super().verify_batch(*left), strict=True):
                found[at] = _with_form(verdict, golds[at])
        return [verdict for verdict in found if verdict is not None]

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        return {**super().to_dict(), "type": "form"}

    def _judge_at_once(self, answer: str, gold: str) -> Verdict | None:
        """Judge what takes no comparison of values, or another one than usual."""
        judged = self._verify_plainly(answer, gold)
        if judged is not None:
            return _with_form(judged, gold)
        is_number = read_number(gold) is not None
        if is_number and (
            ("\\" not in answer and answer.isascii()) or not _UNWORKED.search(answer)
        ):
            return None
        text = self._found(answer)
        if not text:
            return Verdict(0.0, False, Reason.NO_ANSWER, detail="there is no answer")
        if text == gold:
            return Verdict(1.0, True, Reason.EQUAL, text, "the gold answer as it is written")
        if _UNWORKED.search(text) and not _UNWORKED.search(gold):
            return _refused(text, "an operation of calculus is left", "it is not worked out")
        # Loaded when first needed: plain numbers need none of it.
        if gold.endswith(_FREE_CONSTANT):
            from rethink_gym.verifiers.math.expression.comparison.antiderivative import (
                judge_antiderivative,
            )

            reason, detail = judge_antiderivative(text, gold, self.timeout_s)
        elif _ASSIGNMENTS.fullmatch(gold):
            from rethink_gym.verifiers.math.expression.comparison.assignment import (
                judge_assignments,
            )

            reason, detail = judge_assignments(text, gold)
        else:
            return None
        correct = reason is Reason.EQUAL
        return Verdict(float(correct), correct, reason, text, detail)

    def _found(self, answer: str) -> str:
        """Return the answer in a text, empty if there is none."""
        if self.mode == "answer":
            return answer.strip()
        found = extract_answer(answer)
        return "" if found is None else found.text


def _with_form(verdict: Verdict, gold: str) -> Verdict:
    """Take back the verdict on an answer whose value is right and whose form is not."""
    if not verdict.correct or verdict.answer is None or verdict.answer == gold:
        return verdict
    from rethink_gym.verifiers.math.expression.comparison.form import flaw_of

    flaw = flaw_of(verdict.answer, gold)
    if not flaw:
        return verdict
    return _refused(verdict.answer, f"{verdict.detail}, but {flaw}", flaw)


def _refused(text: str, detail: str, flaw: str) -> Verdict:
    told = f"The answer is not in the form that was asked for: {flaw}."
    return Verdict(0.0, False, Reason.DIFFERENT, text, detail, feedback=told)
