"""Group-relative policy optimisation: advantages scaled within the samples of a problem."""

from dataclasses import dataclass
from typing import ClassVar

from rethink_gym.agents.reinforce import Reinforce, ReinforceConfig

__all__ = ["Grpo", "GrpoConfig"]


@dataclass(frozen=True, kw_only=True)
class GrpoConfig(ReinforceConfig):
    """Group-relative policy optimisation: advantages scaled within groups.

    The paper's are the baseline and its scale, the mean over the tokens of a sequence,
    β and the clipping. Not the paper's are the KL, exact here and by the estimate k3
    there, whose gradient is that of another divergence; the numbers of samples (64
    there) and problems, and the learning rate with its schedule.
    """

    samples_per_problem: int = 8
    baseline: str = "group"
    beta: float = 0.04
    loss_aggregation: str = "sequence_mean"


class Grpo(Reinforce):
    """Group-relative policy optimisation.

    References:
        Shao et al., "DeepSeekMath: Pushing the Limits of Mathematical Reasoning in
        Open Language Models", 2024, section 4.1 (arXiv:2402.03300).
    """

    name: ClassVar = "grpo"
    config_class: ClassVar = GrpoConfig
