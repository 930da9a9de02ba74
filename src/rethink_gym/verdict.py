"""Verdicts: the score of an answer, and the reason for it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

__all__ = ["Reason", "StepScore", "Verdict"]


class Reason(StrEnum):
    """The reason for a verdict; an incorrect answer is never confused with an unreadable one."""

    EQUAL = "equal"
    """The answer was read and is correct."""
    DIFFERENT = "different"
    """The answer was read and is not (completely) correct."""
    NO_ANSWER = "no_answer"
    """No answer was found in the text."""
    UNREADABLE = "unreadable"
    """An answer was found, and the verifier cannot read it."""
    OVER_LIMIT = "over_limit"
    """The answer exceeds a limit of the verifier, such as its length or depth."""
    TIMED_OUT = "timed_out"
    """The answer could not be verified within the time limit."""
    ERROR = "error"
    """The verifier itself failed; counted and reported, never silently a score of 0."""


@dataclass(frozen=True, slots=True)
class StepScore:
    """The score of one step of a worked solution.

    Attributes:
        start: Index of the first character of the step in the text.
        end: Index after its last character.
        score: Score in [0, 1]; None if nothing could be checked.
    """

    start: int
    end: int
    score: float | None


@dataclass(frozen=True, slots=True, init=False)
class Verdict:
    """The verdict on one answer.

    Attributes:
        score: Score of the answer, in [0, 1].
        correct: Whether the answer is accepted as correct.
        reason: The reason for the verdict.
        answer: The answer as found in the text; None if none was found.
        detail: What decided, as a text for people; it may contain the gold answer.
        steps: Scores of the steps of the solution, if the verifier scores steps.
        feedback: Why the answer failed, as a text for the agent, such as the test that
            failed; empty if `reason` is all there is to say.
        isolation: Isolation level that the program of the answer was run under, such as
            ``"strict"``; None if no program was run.

    Raises:
        ValueError: If ``score`` is not a number in [0, 1].

    Examples:
        >>> from rethink_gym.problem import Problem
        >>> from rethink_gym.verifiers import MathVerifier
        >>> verdict = MathVerifier().verify("A: 0.5", Problem("sums/0", "Compute 1/4+1/4.", "1/2"))
        >>> verdict.score, verdict.correct, verdict.reason.value, verdict.answer
        (1.0, True, 'equal', '0.5')
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
        if not 0.0 <= score <= 1.0:  # NaN fails this check, too
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
        """Build a verdict from the data that `to_dict` returned."""
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
            "reason": self.reason._value_,  # like .value, in a fifth of the time
            "answer": self.answer,
            "detail": self.detail,
            "steps": tuple(map(asdict, self.steps)) if self.steps else (),
            "feedback": self.feedback,
            "isolation": self.isolation,
        }


def _slot_setters(frozen_class: type) -> tuple[Callable[[Any, Any], None], ...]:
    """Return the functions that write the slots of a frozen dataclass, in order.

    The ``__init__`` that a frozen dataclass generates writes each field by
    ``object.__setattr__``, which looks the slot up by its name: 870 ns for a `Verdict`.
    With these functions it takes 480 ns (Python 3.11), which matters because a verifier
    returns millions of verdicts in a training run.
    """
    return tuple(vars(frozen_class)[field.name].__set__ for field in fields(frozen_class))


(
    _set_score,
    _set_correct,
    _set_reason,
    _set_answer,
    _set_detail,
    _set_steps,
    _set_feedback,
    _set_isolation,
) = _slot_setters(Verdict)
