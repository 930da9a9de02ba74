"""Makes a verifier of a grader, so that environments can use it."""

from collections.abc import Mapping
from typing import Any, Self

from rethink_gym.errors import VerifierError, argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.graders.from_json import grader_from_dict
from rethink_gym.verifiers.graders.grade import ErrorKind, Grade
from rethink_gym.verifiers.graders.grader import Grader
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["GraderVerifier"]

_PROBLEM_FIELDS = ("id", "prompt", "gold", "solution")
_MISSING = ("zero", "raise")
_ANSWERS_FAULTS = {
    ErrorKind.SAMPLE_PARSE_ERROR: Reason.UNREADABLE,
    ErrorKind.TRUNCATED_OBSERVATION_ERROR: Reason.OVER_LIMIT,
}
"""Failures that an answer can cause; they are no fault of the grader and never raise."""


class GraderVerifier(Verifier):
    """Judges an answer by a grader.

    The answer is ``sample.output_text``; the item holds the problem's ``id``, ``prompt``,
    ``gold`` and ``solution``, and the fields of the row that the problem was made from,
    which come first where names are the same. An answer is correct if the grader says
    that it passed, or, without a threshold, if its score is 1.

    Args:
        grader: The grader.
        missing: What becomes of a missing score: ``"zero"`` is a verdict of score 0 whose
            reason is ``error`` and whose detail says what went wrong; ``"raise"`` raises.
        fields: Further names in the item, such as ``{"reference_answer": "gold"}``: the
            field of the problem by the name that the grader's templates use.

    Raises:
        ArgumentError: If an argument is not what it must be.
    """

    def __init__(
        self, grader: Grader, *, missing: str = "zero", fields: Mapping[str, str] | None = None
    ) -> None:
        if not isinstance(grader, Grader):
            raise argument_error("grader", "a Grader", grader, "Build it by grader_from_dict.")
        self.grader = grader
        self.missing = check_choice("missing", missing, _MISSING)
        self.fields = dict(fields or {})
        for field in self.fields.values():
            check_choice("field of a problem", field, _PROBLEM_FIELDS)

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Judge one answer.

        Args:
            answer: What the agent said.
            problem: The problem it answers.

        Returns:
            The verdict; its score is the grader's.

        Raises:
            VerifierError: If the score is missing through no fault of the answer, and
                ``missing`` says so.
            MissingExtraError: If the grader lacks a library.
            ArgumentError: If the grader lacks a judge or an embedding.
            SandboxError: If the grader lacks a sandbox.
        """
        item = {field: getattr(problem, field) for field in _PROBLEM_FIELDS}
        item |= {name: item[field] for name, field in self.fields.items()}
        item |= problem.item or {}
        grade = self.grader.grade(answer, item)
        if grade.score is None:
            return self._missing_verdict(grade, answer)
        correct = grade.score >= 1.0 if grade.passed is None else grade.passed
        reason = Reason.EQUAL if correct else grade.reason or Reason.DIFFERENT
        if not correct and reason is Reason.EQUAL:  # right, and still below the threshold
            reason = Reason.DIFFERENT
        return Verdict(grade.score, correct, reason, answer, grade.detail)

    def _missing_verdict(self, grade: Grade, answer: str) -> Verdict:
        reasons = {_ANSWERS_FAULTS.get(kind, Reason.ERROR) for kind in grade.errors}
        reason = reasons.pop() if len(reasons) == 1 else Reason.ERROR
        words = "; ".join(f"{kind}: {detail}" for kind, detail in grade.errors.items())
        if reason is Reason.ERROR and self.missing == "raise":
            raise VerifierError(f"The grader {self.grader.name!r} gave no score: {words}.")
        return Verdict(0.0, False, reason, answer, words)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, without judge and embedding."""
        return {
            "type": "grader",
            "grader": self.grader.to_dict(),
            "missing": self.missing,
            "fields": dict(self.fields),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned; only the grader must be there.

        A grader that needs a judge or an embedding gets none this way; build it by
        `grader_from_dict` and hand it over.

        Raises:
            ArgumentError: If there is no grader, or an option is unknown or wrong.
        """
        options = {name: value for name, value in data.items() if name != "type"}
        for name in options:
            check_choice("option", name, ("grader", "missing", "fields"))
        return cls(grader_from_dict(options.pop("grader", None)), **options)
