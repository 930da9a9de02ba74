"""Result of grading one sample: a score, or the reasons why the score is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rethink_gym.verdict import Reason

__all__ = ["ErrorKind", "Failure", "Grade"]


class ErrorKind(StrEnum):
    """Kind of a grader's failure, named as in OpenAI's endpoint that runs graders."""

    FORMULA_PARSE_ERROR = "formula_parse_error"
    """The formula of a multi grader has no finite value for these scores."""
    SAMPLE_PARSE_ERROR = "sample_parse_error"
    """The sample must be JSON and is not."""
    TRUNCATED_OBSERVATION_ERROR = "truncated_observation_error"
    """A text exceeds the grader's length limit."""
    UNRESPONSIVE_REWARD_ERROR = "unresponsive_reward_error"
    """The grader exceeded its time limit."""
    INVALID_VARIABLE_ERROR = "invalid_variable_error"
    """A template uses a variable that the item or the sample does not have."""
    OTHER_ERROR = "other_error"
    """Any other failure of the grader."""
    PYTHON_GRADER_SERVER_ERROR = "python_grader_server_error"
    """The sandbox of a python grader failed."""
    PYTHON_GRADER_RUNTIME_ERROR = "python_grader_runtime_error"
    """The program of a python grader failed."""
    MODEL_GRADER_SERVER_ERROR = "model_grader_server_error"
    """The judge, or the embedding model, failed."""
    MODEL_GRADER_REFUSAL_ERROR = "model_grader_refusal_error"
    """The judge refused to reply."""
    MODEL_GRADER_PARSE_ERROR = "model_grader_parse_error"
    """The judge's reply contains no readable score or label."""


_DETAILS = {
    ErrorKind.PYTHON_GRADER_SERVER_ERROR: "python_grader_server_error_type",
    ErrorKind.PYTHON_GRADER_RUNTIME_ERROR: "python_grader_runtime_error_details",
    ErrorKind.MODEL_GRADER_SERVER_ERROR: "model_grader_server_error_details",
}


class Failure(Exception):  # noqa: N818  # becomes part of a grade, never reaches a caller
    """A grader cannot compute a score; `Grader.grade` turns it into a grade without score.

    Args:
        kind: Kind of the failure.
        detail: Description for people.
    """

    def __init__(self, kind: ErrorKind, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Grade:
    """Grade of one sample.

    Attributes:
        name: Name of the grader.
        type: Type of the grader, such as ``"string_check"``.
        score: Score in [0, 1]; None if it is missing, which differs from 0.
        value: Score in the grader's own range, as used by formulas and thresholds; None if
            it is missing.
        passed: Whether ``value`` reaches the grader's threshold; None without a threshold
            or value.
        is_clipped: Whether the value was outside the grader's range.
        sub_scores: Value of each part of a multi grader by name; None if it is missing.
        errors: Descriptions of the failures by kind. A failure of a part that the formula
            does not use does not affect the score.
        seconds: Wall-clock time of grading.
        detail: Explanation of the score for people.
        reason: Reason of the verifier; None for types without a verifier.
    """

    name: str
    type: str
    score: float | None
    value: float | None = None
    passed: bool | None = None
    is_clipped: bool = False
    sub_scores: Mapping[str, float | None] = field(default_factory=dict)
    errors: Mapping[ErrorKind, str] = field(default_factory=dict)
    seconds: float = 0.0
    detail: str = ""
    reason: Reason | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the grade as JSON data with the layout of OpenAI's endpoint.

        Two things differ: a missing score is None where the endpoint writes 0, and
        ``passed``, ``is_clipped`` and ``detail`` are additional.
        """
        errors: dict[str, bool | str | None] = {}
        for kind in ErrorKind:
            errors[kind.value] = kind in self.errors
            if kind in _DETAILS:
                errors[_DETAILS[kind]] = self.errors.get(kind)
        return {
            "reward": self.score,
            "sub_rewards": dict(self.sub_scores),
            "metadata": {
                "name": self.name,
                "type": self.type,
                "errors": errors,
                "execution_time": self.seconds,
                "scores": {self.name: self.value, **self.sub_scores},
                "token_usage": None,
                "sampled_model_name": None,
                "passed": self.passed,
                "is_clipped": self.is_clipped,
                "detail": self.detail,
            },
            "model_grader_token_usage_per_model": {},
        }
