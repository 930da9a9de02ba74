"""What the learners by whole attempts share: one advantage and one KL weight per turn."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from rethink_gym.agents.batch import sampled_turns
from rethink_gym.agents.on_policy import OnPolicy, TokenTargets
from rethink_gym.agents.on_policy_config import OnPolicyConfig
from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count

__all__ = ["PolicyGradient", "PolicyGradientConfig"]


@dataclass(frozen=True, kw_only=True)
class PolicyGradientConfig(OnPolicyConfig):
    """The settings of learners that compare the samples of a problem; see `OnPolicyConfig`.

    Attributes:
        samples_per_problem: Episodes played of each problem, at least 2.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    samples_per_problem: int = 8

    def __post_init__(self) -> None:
        OnPolicyConfig.__post_init__(self)
        check_count("samples_per_problem", self.samples_per_problem, 2)


PolicyGradientConfigT = TypeVar("PolicyGradientConfigT", bound=OnPolicyConfig)


class PolicyGradient(OnPolicy[PolicyGradientConfigT]):
    """A learner that follows the gradient of its own samples' rewards.

    A subclass writes `advantages` and `kl_weights`. See `OnPolicy` for the arguments.
    """

    @abstractmethod
    def advantages(self, rewards: Tensor) -> Tensor:
        """Say how much better than expected each attempt was.

        Args:
            rewards: Of each turn, float32, shape ``(problems, samples, turns)``.

        Returns:
            What multiplies the log-probability of each turn's tokens, same shape.
        """

    @abstractmethod
    def kl_weights(self, num_turns: int) -> Tensor:
        """Say how strongly each turn is held to the reference.

        Args:
            num_turns: How many turns an episode has.

        Returns:
            The weight of the KL of each turn's tokens, shape ``(turns,)``.
        """

    def turn_rewards(
        self, episodes: Sequence[Episode], turns: Tensor
    ) -> tuple[Tensor, dict[str, float]]:
        """Return what each turn earned; a subclass may add to it.

        Args:
            episodes: The samples of each problem, one problem after the other.
            turns: The turn of each sampled token, see `sampled_turns`.

        Returns:
            The rewards, shape ``(problems, samples, turns)``, and numbers worth logging.

        Raises:
            ArgumentError: If the episodes are not of equal numbers of turns.
        """
        lengths = {len(episode.turns) for episode in episodes}
        if len(lengths) != 1:
            raise argument_error("episodes", "of equal numbers of turns", sorted(lengths))
        rewards = torch.tensor([[turn.reward for turn in episode.turns] for episode in episodes])
        return rewards.reshape(-1, self.config.samples_per_problem, *lengths), {}

    def targets(self, episodes: Sequence[Episode]) -> tuple[TokenTargets, dict[str, float]]:
        """Give each token the advantage and the KL weight of its turn."""
        turns = sampled_turns(self.policy, episodes)
        rewards, numbers = self.turn_rewards(episodes, turns)
        advantages = self.advantages(rewards).flatten(0, 1).to(turns.device)
        kl_weights = self.kl_weights(rewards.shape[-1]).to(turns.device)
        of_turn = turns.clamp(min=0)
        targets = TokenTargets(
            advantages=advantages.gather(1, of_turn),
            kl_weights=kl_weights[of_turn],
            is_learned=turns >= 0,
            old_log_probs=self.old_log_probs(episodes, turns),
        )
        return targets, numbers
