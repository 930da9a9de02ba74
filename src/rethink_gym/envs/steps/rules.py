"""How the steps of a solution are judged and answered, one at a time."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from rethink_gym.envs.prompt import STEP_FORMAT
from rethink_gym.envs.text_env import Question
from rethink_gym.errors import VerifierError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, StepScore, Verdict
from rethink_gym.verifiers.steps import StepVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = [
    "ClaimRules",
    "ScoreRules",
    "StepRules",
    "StepScorer",
    "View",
    "is_wrong_step",
]

StepScorer = Callable[[Problem, Sequence[str]], float | None]
"""Takes the problem and the steps so far; returns the score of the newest one, in
[0, 1], or None if it cannot be scored."""


class View(NamedTuple):
    """What there is to see between two steps.

    Attributes:
        reply: What the agent is told, besides that another step is asked for; empty
            for nothing.
        info: What is put into the info.
        is_stuck: Whether no step can lead on, so that the episode ends.
    """

    reply: str = ""
    info: Mapping[str, Any] = MappingProxyType({})
    is_stuck: bool = False


_NOTHING = View()


class StepRules(ABC):
    """What a step is, in one kind of problems.

    The verdict on a step has the score of the newest step as its ``score`` (0 if it has
    none), the scores of all steps so far as its ``steps``, and is ``correct`` only if
    the steps have solved the problem. Rules keep nothing of an episode.
    """

    opening: ClassVar[str] = STEP_FORMAT
    """What is said below the prompt, with the place ``left`` for the number of steps."""

    @abstractmethod
    def question(self, problem: Problem, steps: Sequence[str]) -> Question:
        """Return what must be judged when a step was said.

        Args:
            problem: The problem that is played.
            steps: The steps so far, one line each, the newest last.
        """

    def view(self, problem: Problem, steps: Sequence[str]) -> View:
        """Return what there is to see after the steps so far.

        Args:
            problem: The problem that is played.
            steps: The steps so far; none at the start of an episode.
        """
        return _NOTHING


class ClaimRules(StepRules):
    """Steps are judged by what they claim.

    Args:
        verifier: Judges them; what it thinks of the final answer plays no part here.
    """

    def __init__(self, verifier: StepVerifier) -> None:
        self._newest = _NewestStep(
            StepVerifier(
                final=_NoAnswer(),
                use_reference=verifier.use_reference,
                prefix_scorer=verifier.prefix_scorer,
                timeout_s=verifier.timeout_s,
            )
        )

    def question(self, problem: Problem, steps: Sequence[str]) -> Question:
        """Have the newest step judged in the light of those before it."""
        return Question(self._newest, "\n".join(steps), problem)


class ScoreRules(StepRules):
    """Steps are judged by a function.

    Args:
        scorer: The function.
    """

    def __init__(self, scorer: StepScorer) -> None:
        self._newest = _Scored(scorer)

    def question(self, problem: Problem, steps: Sequence[str]) -> Question:
        """Have the newest step judged by the function."""
        return Question(self._newest, "\n".join(steps), problem)


def is_wrong_step(verdict: Verdict) -> bool | None:
    """Return whether the newest step was found wrong; None if it was not checked."""
    score = verdict.steps[-1].score if verdict.steps else None
    return None if score is None else score == 0.0


class _NoAnswer(Verifier):
    """Finds no answer in any text: a step is none."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        return Verdict(0.0, False, Reason.NO_ANSWER)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "no_answer"}


class _NewestStep(Verifier):
    """Judges a solution, one step a line, by its newest step."""

    def __init__(self, verifier: StepVerifier) -> None:
        self.verifier = verifier

    def verify(self, answer: str, problem: Problem) -> Verdict:
        found = self.verifier.verify_steps(answer.split("\n"), problem)
        return Verdict(
            found.steps[-1].score or 0.0,
            False,
            Reason.NO_ANSWER,
            detail=found.detail,
            steps=found.steps,
        )

    def to_dict(self) -> dict[str, Any]:
        return {"type": "newest_step", "steps": self.verifier.to_dict()}


class _Scored(Verifier):
    """Judges a solution, one step a line, by what a function says of its newest step."""

    def __init__(self, scorer: StepScorer) -> None:
        self.scorer = scorer

    def verify(self, answer: str, problem: Problem) -> Verdict:
        score = self.scorer(problem, answer.split("\n"))
        if score is not None:
            score = float(score)
            if not 0.0 <= score <= 1.0:
                raise VerifierError(
                    f"the scorer of steps must return a number in [0, 1], got {score!r}."
                )
        start = answer.rfind("\n") + 1
        steps = (StepScore(start, len(answer), score),)
        return Verdict(score or 0.0, False, Reason.NO_ANSWER, steps=steps)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "step_score", "scorer": repr(self.scorer)}
