"""Maximum likelihood on episodes: what all learners by imitation share.

Loss falls on the tokens that the assistant says in the learned turns, the first one
and the end token included, and on nothing else. It is their mean over the whole
batch, however the batch is cut into parts.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import chain

import numpy as np
import torch
from torch import Tensor

from rethink_gym.agents.batching.batch import SampledTokens, micro_batches, sampled_logits
from rethink_gym.agents.demonstrations import Demonstration
from rethink_gym.agents.objectives.losses import token_log_probs
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.policies.sampling import SamplingConfig
from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = [
    "Fit",
    "FitConfig",
    "SupervisedConfig",
    "accumulate_gradient",
    "fit",
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


@dataclass(frozen=True, kw_only=True)
class FitConfig(SupervisedConfig):
    """The settings of learners that fit a whole set of demonstrations at a time.

    Attributes:
        num_epochs: Most passes over the set.
        validation_frac: Share of the problems whose demonstrations are held out, in
            [0, 1); 0 for none.
        patience: Passes without a lower loss on what is held out after which the fit
            stops. The weights of the lowest one are kept.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    num_epochs: int = 3
    validation_frac: float = 0.0
    patience: int = 1

    def __post_init__(self) -> None:
        SupervisedConfig.__post_init__(self)
        check_count("num_epochs", self.num_epochs)
        check_count("patience", self.patience)
        if not 0 <= self.validation_frac < 1:
            raise argument_error("validation_frac", "in [0, 1)", self.validation_frac)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a fit went.

    Attributes:
        loss: Mean loss of the last pass, in nats per token.
        grad_norm: Of the last step, before it was scaled down.
        num_steps: Gradient steps that were taken.
        num_epochs: Passes that were made.
        validation_loss: The lowest on what was held out; that of the weights that
            were kept. None if nothing was held out.
    """

    loss: float
    grad_norm: float
    num_steps: int
    num_epochs: int
    validation_loss: float | None = None

    def to_scalars(self) -> dict[str, float]:
        """Return one number per name, as a logger takes them."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def fit(
    policy: LanguageModel,
    demonstrations: Sequence[Demonstration],
    config: FitConfig,
    random: np.random.Generator,
) -> Fit | None:
    """Raise the likelihood of a set of demonstrations, from the weights as they are.

    Args:
        policy: Who learns; changed in place.
        demonstrations: What is imitated.
        config: How.
        random: Decides the order and what is held out.

    Returns:
        How it went; None if there is nothing to learn, and nothing was changed.

    References:
        Minimises ``-mean_t log p(token_t | tokens before)``, see Havrilla et al.,
        "Teaching Large Language Models to Reason with Reinforcement Learning", 2024,
        section 3 (arXiv:2403.04642).
    """
    training, validation = _held_out(
        readable(policy, demonstrations), config.validation_frac, random
    )
    if not training:
        return None
    optimizer = make_optimizer(policy, config)
    num_batches = -(-len(training) // config.batch_size)
    lowest, since, best = float("inf"), 0, {}
    num_steps, grad_norm, loss, epoch = 0, 0.0, 0.0, 0
    while epoch < config.num_epochs and since < config.patience:
        epoch += 1
        losses = []
        for places in np.array_split(random.permutation(len(training)), num_batches):
            share = num_steps / (num_batches * config.num_epochs)
            batch = [training[place] for place in places]
            step_loss, grad_norm = take_step(policy, optimizer, batch, config, share)
            losses.append(step_loss)
            num_steps += 1
        loss = float(np.mean(losses))
        if validation:
            found = mean_loss(policy, validation, config.max_tokens_per_micro_batch)
            since = 0 if found < lowest else since + 1
            if found < lowest:
                lowest, best = found, copy.deepcopy(policy.trainable_state_dict())
    if best:
        policy.load_trainable_state_dict(best)
    return Fit(loss, grad_norm, num_steps, epoch, lowest if validation else None)


def _held_out(
    demonstrations: Sequence[Demonstration], share: float, random: np.random.Generator
) -> tuple[list[Demonstration], list[Demonstration]]:
    """Split by problems into what is learned and what is held out; one is always learned."""
    problems = list(dict.fromkeys(each.episode.problem_id for each in demonstrations))
    num_held_out = min(round(share * len(problems)), len(problems) - 1) if problems else 0
    held_out = {problems[place] for place in random.permutation(len(problems))[:num_held_out]}
    return (
        [each for each in demonstrations if each.episode.problem_id not in held_out],
        [each for each in demonstrations if each.episode.problem_id in held_out],
    )
