"""Rules of steps: how each step of a solution is scored and answered."""

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
    "StepView",
    "is_wrong_step",
]

StepScorer = Callable[[Problem, Sequence[str]], float | None]
"""Takes the problem and the steps so far; returns the score of the newest one, in
[0, 1], or None if it cannot be scored."""


class StepView(NamedTuple):
    """What the agent sees of the state after a step.

    Attributes:
        reply: Text before the request for the next step; may be empty.
        info: Entries of the info.
        is_dead_end: Whether no further step can solve the problem, so that the episode ends.
    """

    reply: str = ""
    info: Mapping[str, Any] = MappingProxyType({})
    is_dead_end: bool = False


_EMPTY_VIEW = StepView()


class StepRules(ABC):
    """What a step is in one kind of problems.

    The verdict on a step has the score of the newest step as its ``score`` (0 if it has
    none) and the scores of all steps so far as its ``steps``. It is ``correct`` only if
    the steps have solved the problem. Rules are stateless: they keep nothing of an episode.
    """

    instructions: ClassVar[str] = STEP_FORMAT
    """Text after the prompt, with the field ``{left}`` for the number of steps left."""

    @abstractmethod
    def question(self, problem: Problem, steps: Sequence[str]) -> Question:
        """Return what must be verified after a step.

        Args:
            problem: The problem of the episode.
            steps: The steps so far, one line each, the newest last.
        """

    def view(self, problem: Problem, steps: Sequence[str]) -> StepView:
        """Return what the agent sees after the steps so far.

        Args:
            problem: The problem of the episode.
            steps: The steps so far; empty at the start of an episode.
        """
        return _EMPTY_VIEW


class ClaimRules(StepRules):
    """Score steps by what they claim.

    Args:
        verifier: Scores the steps; its verifier of final answers is not used.
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
        """Ask for a verdict on the newest step, given the steps before it."""
        return Question(self._newest, "\n".join(steps), problem)


class ScoreRules(StepRules):
    """Score steps by a function.

    Args:
        scorer: The function.
    """

    def __init__(self, scorer: StepScorer) -> None:
        self._newest = _ScoredStep(scorer)

    def question(self, problem: Problem, steps: Sequence[str]) -> Question:
        """Ask for the score that the function gives the newest step."""
        return Question(self._newest, "\n".join(steps), problem)


def is_wrong_step(verdict: Verdict) -> bool | None:
    """Return whether the newest step has the score 0; None if it could not be checked."""
    score = verdict.steps[-1].score if verdict.steps else None
    return None if score is None else score == 0.0


class _NoAnswer(Verifier):
    """Find no answer in any text, since a step is not an answer."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        return Verdict(0.0, False, Reason.NO_ANSWER)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "no_answer"}


class _NewestStep(Verifier):
    """Score a solution, one step per line, by its newest step."""

    def __init__(self, verifier: StepVerifier) -> None:
        self.verifier = verifier

    def verify(self, answer: str, problem: Problem) -> Verdict:
        verdict = self.verifier.verify_steps(answer.split("\n"), problem)
        return Verdict(
            verdict.steps[-1].score or 0.0,
            False,
            Reason.NO_ANSWER,
            detail=verdict.detail,
            steps=verdict.steps,
        )

    def to_dict(self) -> dict[str, Any]:
        return {"type": "newest_step", "steps": self.verifier.to_dict()}


class _ScoredStep(Verifier):
    """Score a solution, one step per line, by what a function returns for its newest step."""

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
