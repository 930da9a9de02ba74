"""Expert iteration: sample, keep what is correct, fit the base model to it, and again.

The paper has one turn. With several, also correct first attempts are trained, unless
``learned_turns="last"``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rethink_gym.agents.demonstrations import (
    LearnedTurns,
    SFTExample,
    is_correct,
    learned_turns,
    make_example,
)
from rethink_gym.agents.training.self_training import SelfTraining, SelfTrainingConfig
from rethink_gym.episode import Episode

__all__ = ["ExpertIteration", "ExpertIterationConfig"]


@dataclass(frozen=True, kw_only=True)
class ExpertIterationConfig(SelfTrainingConfig):
    """Settings of expert iteration; see `SelfTrainingConfig` for the others.

    From the paper: the restart from the base, the union over the rounds and the
    temperature. Not from the paper: the sizes. It samples 7,473 problems 96 times in each
    of four or five rounds, and states no cap on the solutions of one problem. A run that
    starts from a fine-tuned policy sets ``base_model`` and ``initial_data`` to follow it.

    Attributes:
        learned_turns: Which turns of an episode whose last answer is correct contribute to
            the loss: ``"correct"``, ``"last"``, ``"first"`` or ``"all"``.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    learned_turns: LearnedTurns = "correct"


class ExpertIteration(SelfTraining[ExpertIterationConfig]):
    """``D_i``, the union of ``R_i`` and ``D_{i-1}``, and the base model fitted to it.

    ``R_i`` are the samples of round ``i`` whose last answer is correct, each text once. See
    `Algorithm` for the arguments.

    References:
        Havrilla et al., "Teaching Large Language Models to Reason with Reinforcement
        Learning", 2024, section 3 (arXiv:2403.04642); Anthony et al., "Thinking Fast
        and Slow with Deep Learning and Tree Search", 2017.
    """

    name: ClassVar = "expert_iteration"
    config_class: ClassVar = ExpertIterationConfig
    default_episodes: ClassVar = 16_384

    def update(self, episodes: Sequence[Episode]) -> dict[str, float]:
        """Fit the base model to the correct samples of all rounds."""
        return self.imitate(self.select(episodes))

    def select(self, episodes: Sequence[Episode]) -> list[SFTExample]:
        """Keep the episodes whose last answer is correct."""
        return [
            make_example(self.policy, episode, learned_turns(episode, self.config.learned_turns))
            for episode in episodes
            if is_correct(episode.turns[-1])
        ]
