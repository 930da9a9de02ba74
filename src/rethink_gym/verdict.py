"""The judgement of an answer, and why it was reached."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

__all__ = ["Reason", "StepScore", "Verdict"]


class Reason(StrEnum):
    """Why an answer got its verdict; "wrong" is never mixed up with "unreadable"."""

    EQUAL = "equal"
    """The answer was read and is right."""
    DIFFERENT = "different"
    """The answer was read and is not (wholly) right."""
    NO_ANSWER = "no_answer"
    """No answer was found in the text."""
    UNREADABLE = "unreadable"
    """An answer was found, and it means nothing to the verifier."""
    OVER_LIMIT = "over_limit"
    """The answer is longer, deeper or bigger than the verifier reads."""
    TIMED_OUT = "timed_out"
    """The answer could not be judged within the time allowed."""
    ERROR = "error"
    """The verifier itself failed; counted and surfaced, never silently a 0."""


@dataclass(frozen=True, slots=True)
class StepScore:
    """The score of one step of a worked solution.

    Attributes:
        start: Index of the step's first character in the text.
        end: Index behind its last character.
        score: In [0, 1], or None where nothing could be checked.
    """

    start: int
    end: int
    score: float | None


@dataclass(frozen=True, slots=True, init=False)
class Verdict:
    """The judgement of one answer.

    Attributes:
        score: The reward of the answer, in [0, 1].
        correct: Whether the answer is accepted as right.
        reason: Why.
        answer: The answer that was judged, as found in the text; None if none was.
        detail: What decided, in words for a person.
        steps: Scores of the steps of the solution, if the verifier gives them.
        feedback: What the agent may be told of why the answer failed, such as the test
            that did; empty if there is nothing to say beyond `reason`.
        isolation: How the program of the answer was kept from the machine, such as
            ``"strict"``; None if the answer is no program or none was run.

    Raises:
        ValueError: If ``score`` is not a number in [0, 1].
    """

    score: float
    correct: bool
    reason: Reason
    answer: str | None = None
    detail: str = ""
    steps: tuple[StepScore, ...] = ()
    feedback: str = ""
    isolation: str | None = None

    def __init__(
        self,
        score: float,
        correct: bool,
        reason: Reason,
        answer: str | None = None,
        detail: str = "",
        steps: tuple[StepScore, ...] = (),
        feedback: str = "",
        isolation: str | None = None,
    ) -> None:
        if not 0.0 <= score <= 1.0:  # false for what is no number, too
            raise ValueError(f"score must be a number in [0, 1], got {score!r}")
        _set_score(self, score)
        _set_correct(self, correct)
        _set_reason(self, reason)
        _set_answer(self, answer)
        _set_detail(self, detail)
        _set_steps(self, steps)
        _set_feedback(self, feedback)
        _set_isolation(self, isolation)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verdict from what `to_dict` returned."""
        return cls(
            score=data["score"],
            correct=data["correct"],
            reason=Reason(data["reason"]),
            answer=data["answer"],
            detail=data["detail"],
            steps=tuple(StepScore(**step) for step in data["steps"]),
            feedback=data.get("feedback", ""),
            isolation=data.get("isolation"),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain JSON data."""
        return {
            "score": self.score,
            "correct": self.correct,
            "reason": self.reason._value_,  # as .value, in a fifth of the time
            "answer": self.answer,
            "detail": self.detail,
            "steps": tuple(map(asdict, self.steps)) if self.steps else (),
            "feedback": self.feedback,
            "isolation": self.isolation,
        }


# A frozen dataclass sets its fields by object.__setattr__, which takes three times as long.
_set_score, _set_correct, _set_reason, _set_answer = (
    getattr(Verdict, name).__set__ for name in ("score", "correct", "reason", "answer")
)
_set_detail, _set_steps, _set_feedback, _set_isolation = (
    getattr(Verdict, name).__set__ for name in ("detail", "steps", "feedback", "isolation")
)
