"""Expert iteration: sample, keep what is right, fit the base model to it, and again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rethink_gym.agents.demonstrations import (
    LEARNED_TURNS,
    Demonstration,
    demonstrate,
    is_correct,
    learned_turns,
)
from rethink_gym.agents.training.self_training import SelfTraining, SelfTrainingConfig
from rethink_gym.episode import Episode
from rethink_gym.errors import check_choice

__all__ = ["ExpertIteration", "ExpertIterationConfig"]


@dataclass(frozen=True, kw_only=True)
class ExpertIterationConfig(SelfTrainingConfig):
    """The settings of expert iteration.

    Restarting from the base, the union over the rounds and the temperature are the
    paper's. Not the paper's are the sizes: it samples 7,473 problems 96 times in each
    of four or five rounds, and states no cap on the solutions of one problem. A run
    that starts from a fine-tuned policy gives ``base_model`` and ``initial_data`` to
    follow it.

    Attributes:
        learned_turns: Which turns of an episode whose last answer is right are
            learned: ``"correct"``, ``"last"``, ``"first"`` or ``"all"``.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    learned_turns: str = "correct"

    def __post_init__(self) -> None:
        SelfTrainingConfig.__post_init__(self)
        check_choice("learned_turns", self.learned_turns, LEARNED_TURNS)


class ExpertIteration(SelfTraining[ExpertIterationConfig]):
    """``D_i``, the union of ``R_i`` and ``D_{i-1}``, and the base model fitted to it.

    ``R_i`` are the samples of round ``i`` whose last answer is right, each text once.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.

    References:
        Havrilla et al., "Teaching Large Language Models to Reason with Reinforcement
        Learning", 2024, section 3 (arXiv:2403.04642); Anthony et al., "Thinking Fast
        and Slow with Deep Learning and Tree Search", 2017.
    """

    name: ClassVar = "expert_iteration"
    config_class: ClassVar = ExpertIterationConfig
    default_episodes: ClassVar = 16_384

    def select(self, episodes: Sequence[Episode]) -> list[Demonstration]:
        """Keep the episodes whose last answer is right."""
        return [
            demonstrate(self.policy, episode, learned_turns(episode, self.config.learned_turns))
            for episode in episodes
            if is_correct(episode.turns[-1])
        ]
