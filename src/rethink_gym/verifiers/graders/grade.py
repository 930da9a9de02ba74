"""What a grader says of one sample: a score, or that there is none, and what went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rethink_gym.verdict import Reason

__all__ = ["ErrorKind", "Failure", "Grade"]


class ErrorKind(StrEnum):
    """How a grader can fail; the names are those of the known run endpoint."""

    FORMULA_PARSE_ERROR = "formula_parse_error"
    """The formula of a multi grader has no finite value for these scores."""
    SAMPLE_PARSE_ERROR = "sample_parse_error"
    """The sample had to be JSON, and is none."""
    TRUNCATED_OBSERVATION_ERROR = "truncated_observation_error"
    """A text is longer than the grader reads."""
    UNRESPONSIVE_REWARD_ERROR = "unresponsive_reward_error"
    """The grader gave no score within the time allowed."""
    INVALID_VARIABLE_ERROR = "invalid_variable_error"
    """A template names something that the item or the sample does not have."""
    OTHER_ERROR = "other_error"
    """Any other failure of the grader."""
    PYTHON_GRADER_SERVER_ERROR = "python_grader_server_error"
    """The sandbox of a python grader failed."""
    PYTHON_GRADER_RUNTIME_ERROR = "python_grader_runtime_error"
    """The program of a python grader failed."""
    MODEL_GRADER_SERVER_ERROR = "model_grader_server_error"
    """The judge, or the model that embeds texts, failed."""
    MODEL_GRADER_REFUSAL_ERROR = "model_grader_refusal_error"
    """The judge refused to judge."""
    MODEL_GRADER_PARSE_ERROR = "model_grader_parse_error"
    """What the judge said holds no judgement that can be read."""


_DETAILS = {
    ErrorKind.PYTHON_GRADER_SERVER_ERROR: "python_grader_server_error_type",
    ErrorKind.PYTHON_GRADER_RUNTIME_ERROR: "python_grader_runtime_error_details",
    ErrorKind.MODEL_GRADER_SERVER_ERROR: "model_grader_server_error_details",
}


class Failure(Exception):  # noqa: N818  # becomes part of a grade, never reaches a caller
    """A grader cannot give a score; `Grader.grade` makes a grade without one of it.

    Args:
        kind: What went wrong.
        detail: The same in words for a person.
    """

    def __init__(self, kind: ErrorKind, detail: str) -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, kw_only=True)
class Grade:
    """The grade of one sample.

    Attributes:
        name: Name of the grader.
        type: Its type, such as ``"string_check"``.
        score: In [0, 1]; None if it is missing, which is not the same as 0.
        value: The score in the grader's own range, as formulas and thresholds see it;
            None if it is missing.
        passed: Whether ``value`` reaches the grader's threshold; None if there is no
            threshold or no value.
        is_clipped: Whether the value lay outside the grader's range.
        sub_scores: The value of each part of a multi grader by its name; None where it
            is missing.
        errors: What went wrong in words, by kind. An error of a part that the formula
            does not use leaves the score as it is.
        seconds: Wall-clock time that grading took.
        detail: What decided, in words for a person.
        reason: Why, as the verifier says; None for types that ask no verifier.
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
        """Return the grade as plain JSON data, laid out like the known run endpoint's.

        A missing score is None here, where the endpoint would write 0; ``passed``,
        ``is_clipped`` and ``detail`` are ours.
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
