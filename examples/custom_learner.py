"""A learner of your own in one file: RAFT, which imitates the best of several samples.

``rethink train examples/custom_learner.py:RAFT --env MathSelfCorrect-v0`` trains the bundled
model with it, like any of ours: with validation, checkpoints, logs and a report.
`SelfTraining` plays, fits, saves and resumes; `select` decides what is imitated.

Dong et al., "RAFT: Reward rAnked FineTuning for Generative Foundation Model Alignment",
2023, algorithm 1 (arXiv:2304.06767).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

from rethink_gym.agents.demonstrations import SFTExample, make_example
from rethink_gym.agents.training.self_training import SelfTraining, SelfTrainingConfig
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error


@dataclass(frozen=True, kw_only=True)
class RAFTConfig(SelfTrainingConfig):
    """The settings; each is an option of the command line, as in ``-o min_reward=0.5``.

    Attributes:
        min_reward: What the best sample of a problem must earn, all turns together, to
            be imitated.
    """

    keep_all_rounds: bool = False
    from_base: bool = False
    min_reward: float = 1.0

    def __post_init__(self) -> None:
        SelfTrainingConfig.__post_init__(self)
        if not self.min_reward > 0:
            raise argument_error("min_reward", "a number above 0", self.min_reward)


class RAFT(SelfTraining[RAFTConfig]):
    """Imitates the sample of each problem that earned most, and goes on from there."""

    name: ClassVar = "raft"
    config_class: ClassVar = RAFTConfig
    default_episodes: ClassVar = 12_288

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Fit the policy to the best sample of each problem."""
        return self.imitate(self.select(episodes))

    def select(self, episodes: Sequence[Episode]) -> list[SFTExample]:
        """Keep the best sample of each problem, the first of equals."""
        groups = groupby(episodes, key=lambda episode: episode.problem_id)
        best = [max(samples, key=lambda episode: episode.total_reward) for _, samples in groups]
        return [
            make_example(self.policy, episode, [True] * len(episode.turns))
            for episode in best
            if episode.total_reward >= self.config.min_reward
        ]
