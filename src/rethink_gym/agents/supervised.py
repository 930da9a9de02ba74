"""Maximum likelihood on episodes: what all learners by imitation share.

Loss falls on the tokens that the assistant says in the learned turns, the first one
and the end token included, and on nothing else. It is their mean over the whole
batch, however the batch is cut into parts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain

import torch
from torch import Tensor

from rethink_gym.agents.batch import SampledTokens, micro_batches, sampled_logits
from rethink_gym.agents.demonstration import Demonstration
from rethink_gym.agents.losses import token_log_probs
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = [
    "SupervisedConfig",
    "accumulate_gradient",
    "make_optimizer",
    "mean_loss",
    "readable",
    "set_learning_rate",
    "take_step",
]


@dataclass(frozen=True, kw_only=True)
class SupervisedConfig:
    """The settings that the learners by imitation share.

    Attributes:
        learning_rate: Of AdamW, at the start.
        learning_rate_schedule: ``"constant"``, or ``"linear"`` to fall to 0 at the
            end.
        weight_decay: Of AdamW.
        max_grad_norm: The gradient is scaled down to this norm if it is larger.
        batch_size: Demonstrations per gradient step.
        temperature: At which the learner says its messages; 0 for the likeliest.
        max_new_tokens: Most tokens of one message that it says.
        max_tokens_per_micro_batch: Bounds the memory of a step, not its result.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    learning_rate: float = 3e-4
    learning_rate_schedule: str = "linear"
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    batch_size: int = 32
    temperature: float = 1.0
    max_new_tokens: int = 96
    max_tokens_per_micro_batch: int = 4096

    def __post_init__(self) -> None:
        check_choice("learning_rate_schedule", self.learning_rate_schedule, ("constant", "linear"))
        for name in ("batch_size", "max_new_tokens", "max_tokens_per_micro_batch"):
            check_count(name, getattr(self, name))
        for name in ("learning_rate", "max_grad_norm"):
            if not getattr(self, name) > 0:
                raise argument_error(name, "a number above 0", getattr(self, name))
        for name in ("weight_decay", "temperature"):
            if not getattr(self, name) >= 0:
                raise argument_error(name, "a number of at least 0", getattr(self, name))

    def sampling(self, policy: LanguageModel, *, deterministic: bool) -> SamplingConfig:
        """Return how the learner says its messages."""
        return SamplingConfig(
            max_new_tokens=self.max_new_tokens,
            temperature=0.0 if deterministic else self.temperature,
            stop_strings=policy.sampling.stop_strings,
        )


def readable(policy: LanguageModel, demonstrations: Sequence[Demonstration]) -> list[Demonstration]:
    """Leave out what has nothing to learn, or does not fit into the model's context."""
    most = float("inf") if policy.max_length is None else policy.max_length
    return [
        demonstration
        for demonstration in demonstrations
        if demonstration.num_tokens
        and len(policy.tokenize(demonstration.episode.conversation).token_ids) <= most
    ]


def make_optimizer(policy: LanguageModel, config: SupervisedConfig) -> torch.optim.AdamW:
    """Build the optimizer of the weights that are trained."""
    parameters = [p for p in policy.model.parameters() if p.requires_grad]
    return torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=config.weight_decay)


def take_step(
    policy: LanguageModel,
    optimizer: torch.optim.Optimizer,
    batch: Sequence[Demonstration],
    config: SupervisedConfig,
    progress: float,
) -> tuple[float, float]:
    """Take one gradient step.

    Args:
        policy: Who learns.
        optimizer: Of its weights.
        batch: What is imitated, with at least one token to learn.
        config: How.
        progress: Share of the whole fit that is done, in [0, 1]; the learning rate
            follows it.

    Returns:
        The loss in nats per token, and the norm of the gradient.
    """
    set_learning_rate(optimizer, config, progress)
    optimizer.zero_grad()
    loss = accumulate_gradient(policy, batch, config.max_tokens_per_micro_batch)
    grad_norm = torch.nn.utils.clip_grad_norm_(policy.model.parameters(), config.max_grad_norm)
    optimizer.step()
    return loss, grad_norm.item()


def set_learning_rate(
    optimizer: torch.optim.Optimizer, config: SupervisedConfig, progress: float
) -> None:
    """Let the learning rate follow the schedule; ``progress`` is in [0, 1]."""
    is_linear = config.learning_rate_schedule == "linear"
    for group in optimizer.param_groups:
        group["lr"] = config.learning_rate * (1.0 - progress if is_linear else 1.0)


def accumulate_gradient(
    policy: LanguageModel, demonstrations: Sequence[Demonstration], max_tokens: int
) -> float:
    """Add the gradient of the mean loss to the gradients of the weights.

    Args:
        policy: Whose weights they are.
        demonstrations: The whole batch, with at least one token to learn.
        max_tokens: Most tokens computed at once; the gradient does not depend on it.

    Returns:
        The mean loss over all learned tokens, in nats.
    """
    num_tokens = sum(demonstration.num_tokens for demonstration in demonstrations)
    total = 0.0
    for losses in _token_losses(policy, demonstrations, max_tokens):
        loss = losses.sum() / num_tokens
        loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
        total += loss.item()
    return total


@torch.no_grad()
def mean_loss(
    policy: LanguageModel, demonstrations: Sequence[Demonstration], max_tokens: int
) -> float:
    """Return the mean loss over all learned tokens, in nats.

    Args:
        policy: Whose loss it is.
        demonstrations: What is imitated, with at least one token to learn.
        max_tokens: Most tokens computed at once.
    """
    num_tokens = sum(demonstration.num_tokens for demonstration in demonstrations)
    parts = _token_losses(policy, demonstrations, max_tokens)
    return sum(losses.sum().item() for losses in parts) / num_tokens


def _token_losses(
    policy: LanguageModel, demonstrations: Sequence[Demonstration], max_tokens: int
) -> Iterator[Tensor]:
    """Yield the losses of the learned tokens, part by part of like lengths."""
    episodes = [demonstration.episode for demonstration in demonstrations]
    for part in micro_batches(policy, episodes, max_tokens):
        sampled = part.sampled
        # The tokens of a turn stand side by side, and are all there if one is.
        said = torch.stack((part.episodes[sampled.rows], sampled.turns), dim=1)
        turns = torch.unique_consecutive(said, dim=0).tolist()
        masks = (demonstrations[episode].mask(turn) for episode, turn in turns)
        kept = torch.tensor([*chain.from_iterable(masks)], dtype=torch.bool, device=policy.device)
        columns = {field.name: getattr(sampled, field.name)[kept] for field in fields(sampled)}
        learned = SampledTokens(**columns)
        logits = sampled_logits(policy.model, replace(part, sampled=learned), 1.0)
        yield -token_log_probs(logits, learned.token_ids)
