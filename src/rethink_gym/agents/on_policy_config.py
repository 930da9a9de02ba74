"""The settings that all learners from their own samples share."""

from dataclasses import dataclass

from rethink_gym.agents.losses import AGGREGATIONS
from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = ["OnPolicyConfig"]


@dataclass(frozen=True, kw_only=True)
class OnPolicyConfig:
    """The settings that all learners from their own samples share.

    Attributes:
        problems_per_update: Problems drawn for each update.
        samples_per_problem: Episodes played of each.
        learning_rate: Of Adam, at the start.
        learning_rate_schedule: ``"constant"``, or ``"linear"`` to fall to 0 at the
            end of the run.
        adam_epsilon: Added to Adam's denominator.
        max_grad_norm: The gradient is scaled down to this norm if it is larger.
        temperature: Of the sampled, and so of the trained, distribution.
        max_new_tokens: Most tokens of one attempt.
        max_tokens_per_micro_batch: Bounds the memory of an update, not its result.
        num_epochs: How often an update goes through the episodes.
        num_minibatches: Gradient steps of each time.
        clip_low: How far below 1 the ratio to the policy that sampled may fall before
            a token teaches no more; without effect in an update of a single step.
        clip_high: How far above 1 it may rise.
        loss_aggregation: How the tokens' losses become one, see `loss_weights`; the
            constant is ``max_new_tokens``.
        entropy_weight: Of the entropy that is added to what is maximised.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    problems_per_update: int = 32
    samples_per_problem: int = 8
    learning_rate: float = 1e-4
    learning_rate_schedule: str = "linear"
    adam_epsilon: float = 1e-8
    max_grad_norm: float = 1.0
    temperature: float = 1.0
    max_new_tokens: int = 96
    max_tokens_per_micro_batch: int = 2048
    num_epochs: int = 1
    num_minibatches: int = 1
    clip_low: float = 0.2
    clip_high: float = 0.2
    loss_aggregation: str = "sequence_sum"
    entropy_weight: float = 0.0

    def __post_init__(self) -> None:
        for name in (
            "problems_per_update",
            "samples_per_problem",
            "max_new_tokens",
            "max_tokens_per_micro_batch",
            "num_epochs",
            "num_minibatches",
        ):
            check_count(name, getattr(self, name))
        check_choice("learning_rate_schedule", self.learning_rate_schedule, ("constant", "linear"))
        check_choice("loss_aggregation", self.loss_aggregation, AGGREGATIONS)
        for name in ("learning_rate", "adam_epsilon", "max_grad_norm", "temperature", "clip_high"):
            if not getattr(self, name) > 0:
                raise argument_error(name, "a number above 0", getattr(self, name))
        if not 0 < self.clip_low <= 1:
            raise argument_error("clip_low", "above 0 and at most 1", self.clip_low)
        if not self.entropy_weight >= 0:
            raise argument_error("entropy_weight", "a number of at least 0", self.entropy_weight)
        num_episodes = self.problems_per_update * self.samples_per_problem
        if self.num_minibatches > num_episodes:
            raise argument_error(
                "num_minibatches", f"at most the {num_episodes} episodes", self.num_minibatches
            )
