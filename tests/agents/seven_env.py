"""A task with worked solutions that a model learns in seconds, and scripted episodes."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch

from rethink_gym.agents.demonstrations import SFTExample
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.algorithm import Algorithm
from rethink_gym.conversation import Completion
from rethink_gym.envs.prompt import CORRECTION
from rethink_gym.envs.reasoning import ReasoningEnv
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.vector.env import TextVectorEnv
from rethink_gym.episode import Episode, Turn
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.verifier import Verifier

__all__ = [
    "LastLine",
    "SaySeven",
    "answers_of",
    "episode",
    "make_seven_env",
    "weights_of",
]


class LastLine(Verifier):
    """Accepts an answer whose last line is the gold answer."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        last = answer.split("\n")[-1]
        correct = last == problem.gold
        return Verdict(float(correct), correct, Reason.EQUAL if correct else Reason.DIFFERENT, last)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "last_line"}


class SaySeven(GeneratedTask[int]):
    """The answer is always 7; the number in the question has no meaning."""

    name: ClassVar = "say_seven"

    def __init__(self, *, solved: bool = True) -> None:
        self.solved = solved

    @property
    def arguments(self) -> dict[str, object]:
        return {"solved": self.solved}

    def draw(self, rng: TaskRNG) -> int:
        return rng.randbelow(10_000)

    def render_prompt(self, question: int) -> str:
        return f"Compute {question}."

    def solve(self, question: int) -> tuple[str, str | None]:
        return "7", "3\n7" if self.solved else None

    def make_verifier(self) -> Verifier:
        return LastLine()


def make_seven_env(
    num_envs: int = 8, *, max_attempts: int = 1, solved: bool = True, split: str = "train"
) -> TextVectorEnv:
    task = SaySeven(solved=solved)
    return TextVectorEnv(
        [
            lambda: ReasoningEnv(task, max_attempts=max_attempts, reward="per_attempt", split=split)
            for _ in range(num_envs)
        ]
    )


def episode(problem_id: str, *answers: str, correct: Sequence[bool] = (True,)) -> Episode:
    """Build an episode from its answers; the prompt is the id of the problem."""
    last = len(answers) - 1
    return Episode(
        problem_id,
        tuple(
            Turn(
                observation=CORRECTION if number else problem_id,
                completion=Completion(answer),
                reward=float(is_correct),
                terminated=number == last,
                truncated=False,
                verdict=Verdict(
                    float(is_correct), is_correct, Reason.EQUAL if is_correct else Reason.DIFFERENT
                ),
            )
            for number, (answer, is_correct) in enumerate(zip(answers, correct, strict=True))
        ),
    )


def answers_of(examples: Sequence[SFTExample]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the problem and the answers of each example."""
    return [
        (
            example.episode.problem_id,
            tuple(turn.completion.text for turn in example.episode.turns),
        )
        for example in examples
    ]


def weights_of(learner: Algorithm[Any] | LanguageModel) -> torch.Tensor:
    policy = learner if isinstance(learner, LanguageModel) else learner.policy
    return torch.cat([p.detach().flatten() for p in policy.model.parameters()])
