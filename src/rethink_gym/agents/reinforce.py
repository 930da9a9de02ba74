"""Plain multi-turn REINFORCE with a leave-one-out baseline.

What Kumar et al. 2024 call multi-turn RL: both attempts are trained together for
the sum of their rewards, and nothing keeps the first one as it was but a small KL.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from rethink_gym.agents.advantages import discounted_returns, leave_one_out_advantages
from rethink_gym.agents.policy_gradient import PolicyGradient, PolicyGradientConfig
from rethink_gym.errors import argument_error

__all__ = ["Reinforce", "ReinforceConfig"]


@dataclass(frozen=True, kw_only=True)
class ReinforceConfig(PolicyGradientConfig):
    """The settings of plain multi-turn REINFORCE.

    Attributes:
        beta: Weight of the KL to the policy at the start, summed over the tokens of
            each attempt.
        turn_discount: What a reward is worth one turn earlier; 1 is the plain sum.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    beta: float = 0.01
    turn_discount: float = 1.0

    def __post_init__(self) -> None:
        PolicyGradientConfig.__post_init__(self)
        if not self.beta >= 0:
            raise argument_error("beta", "a number of at least 0", self.beta)
        if not 0 <= self.turn_discount <= 1:
            raise argument_error("turn_discount", "in [0, 1]", self.turn_discount)


class Reinforce(PolicyGradient[ReinforceConfig]):
    """REINFORCE over all turns, each sample's baseline the mean of the others'.

    Args:
        policy: The language model that learns; it is changed in place.
        env: An environment id, or a vector environment of texts.
        config: The settings.
        seed: Decides which problems are played and which tokens are drawn.
        env_kwargs: For an environment given by its id.

    Raises:
        ArgumentError: If ``policy``, ``env`` or ``config`` is of the wrong kind.

    References:
        Ahmadian et al., "Back to Basics", 2024, section 2.2 (arXiv:2402.14740);
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, equations 1 and 2 (arXiv:2409.12917).
    """

    name: ClassVar = "reinforce"
    config_class: ClassVar = ReinforceConfig
    default_episodes: ClassVar = 7_680

    def advantages(self, rewards: Tensor) -> Tensor:
        """Return each turn's return-to-go, less what the other samples got."""
        return leave_one_out_advantages(discounted_returns(rewards, self.config.turn_discount))

    def kl_weights(self, num_turns: int) -> Tensor:
        """Hold all turns alike."""
        return torch.full((num_turns,), self.config.beta)
