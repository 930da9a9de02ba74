"""REINFORCE leave-one-out: whole attempts, each compared with the other samples."""

from dataclasses import dataclass
from typing import ClassVar

from rethink_gym.agents.reinforce import Reinforce, ReinforceConfig

__all__ = ["Rloo", "RlooConfig"]


@dataclass(frozen=True, kw_only=True)
class RlooConfig(ReinforceConfig):
    """REINFORCE leave-one-out: the KL goes into the reward of whole attempts.

    The paper's are the baseline, the place of the KL and the sum over tokens, β (its
    value for summaries) and 4 samples. Not the paper's are the number of problems and
    the learning rate with its schedule, which suit small models.
    """

    samples_per_problem: int = 4
    beta: float = 0.03
    kl_place: str = "reward"


class Rloo(Reinforce):
    """REINFORCE leave-one-out.

    References:
        Ahmadian et al., "Back to Basics: Revisiting REINFORCE Style Optimization for
        Learning from Human Feedback in LLMs", 2024 (arXiv:2402.14740).
    """

    name: ClassVar = "rloo"
    config_class: ClassVar = RlooConfig
