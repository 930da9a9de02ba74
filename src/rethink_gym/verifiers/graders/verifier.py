"""Adapter that uses a grader as a verifier in environments."""

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
_ANSWER_FAILURES = {
    ErrorKind.SAMPLE_PARSE_ERROR: Reason.UNREADABLE,
    ErrorKind.TRUNCATED_OBSERVATION_ERROR: Reason.OVER_LIMIT,
}
"""Failures caused by the answer, not by the grader; they never raise."""


class GraderVerifier(Verifier):
    """Verifies an answer with a grader.

    The answer is ``sample.output_text``. The item has the problem's ``id``, ``prompt``,
    ``gold`` and ``solution`` and the fields of `Problem.item`, which take precedence. An
    answer is correct if it passes the grader's threshold, or, without a threshold, if its
    score is 1.

    Args:
        grader: The grader.
        missing: Treatment of a missing score: ``"zero"`` gives a verdict with score 0,
            reason ``error`` and the failures as detail; ``"raise"`` raises.
        fields: Additional names in the item for fields of the problem, such as
            ``{"reference_answer": "gold"}``.

    Raises:
        ArgumentError: If ``grader`` is not a `Grader`, ``missing`` is unknown, or a value of
            ``fields`` is not a field of a problem.

    Examples:
        >>> from rethink_gym.problem import Problem
        >>> from rethink_gym.verifiers.graders import GraderVerifier, grader_from_dict
        >>> grader = grader_from_dict({
        ...     "type": "string_check",
        ...     "name": "exact",
        ...     "input": "{{sample.output_text}}",
        ...     "reference": "{{item.gold}}",
        ...     "operation": "eq",
        ... })
        >>> GraderVerifier(grader).verify("4", Problem("sum/0", "2+2=?", "4")).correct
        True
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
        """Grade one answer.

        Args:
            answer: The answer, as the agent wrote it.
            problem: The problem.

        Returns:
            The verdict, with the grader's score.

        Raises:
            VerifierError: If the score is missing, the answer did not cause the failure, and
                ``missing`` is ``"raise"``.
            MissingExtraError: If a library that the grader needs is not installed.
            ArgumentError: If the grader's judge or embedding is missing.
            SandboxError: If the grader needs a sandbox and this system has none.
        """
        item = {field: getattr(problem, field) for field in _PROBLEM_FIELDS}
        item |= {name: item[field] for name, field in self.fields.items()}
        item |= problem.item or {}
        grade = self.grader.grade(answer, item)
        if grade.score is None:
            return self._missing_verdict(grade, answer)
        correct = grade.score >= 1.0 if grade.passed is None else grade.passed
        reason = Reason.EQUAL if correct else grade.reason or Reason.DIFFERENT
        # The grader's verifier can accept an answer whose score is below the threshold.
        if not correct and reason is Reason.EQUAL:
            reason = Reason.DIFFERENT
        return Verdict(grade.score, correct, reason, answer, grade.detail)

    def _missing_verdict(self, grade: Grade, answer: str) -> Verdict:
        reasons = {_ANSWER_FAILURES.get(kind, Reason.ERROR) for kind in grade.errors}
        reason = reasons.pop() if len(reasons) == 1 else Reason.ERROR
        words = "; ".join(f"{kind}: {detail}" for kind, detail in grade.errors.items())
        if reason is Reason.ERROR and self.missing == "raise":
            raise VerifierError(f"The grader {self.grader.name!r} gave no score: {words}.")
        return Verdict(0.0, False, reason, answer, words)

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, without the judge and the embedding."""
        return {
            "type": "grader",
            "grader": self.grader.to_dict(),
            "missing": self.missing,
            "fields": dict(self.fields),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned; all options but the grader are optional.

        The grader has no judge and no embedding. If it needs one, build it by
        `grader_from_dict` and pass it to the constructor.

        Raises:
            ArgumentError: If the grader is missing, or an option is unknown or its value is
                not allowed.
        """
        options = {name: value for name, value in data.items() if name != "type"}
        for name in options:
            check_choice("option", name, ("grader", "missing", "fields"))
        return cls(grader_from_dict(options.pop("grader", None)), **options)
