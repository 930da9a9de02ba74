"""Maximum likelihood on examples: the loss, one gradient step, and a fit with early stopping.

The loss falls on the tokens of the loss mask and on nothing else, the first token and the
end token of a message included. It is their mean over the whole batch, however the batch
is cut into micro-batches.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import chain
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from rethink_gym.agents.batching.batch import SampledTokens, micro_batches
from rethink_gym.agents.demonstrations import SFTExample, fits_context
from rethink_gym.agents.objectives.losses import token_log_probs
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.training.config import TrainingConfig
from rethink_gym.agents.training.optimizer import make_optimizer, set_learning_rate, take_step

__all__ = ["Fit", "FitSettings", "fit", "imitation_step", "mean_loss"]


class FitSettings(Protocol):
    """What `fit` reads of a config, besides the settings of the optimizer."""

    @property
    def batch_size(self) -> int:
        """Number of examples per gradient step."""

    @property
    def num_epochs(self) -> int:
        """Maximum number of passes."""

    @property
    def validation_frac(self) -> float:
        """Fraction of the problems that is held out, in [0, 1)."""

    @property
    def patience(self) -> int:
        """Number of passes without a lower validation loss after which the fit stops."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a fit went.

    Attributes:
        loss: Mean loss of the last pass, in nats per token.
        grad_norm: Norm of the gradient of the last step, before it was clipped.
        num_steps: Number of gradient steps.
        num_epochs: Number of passes.
        validation_loss: The lowest loss on the held-out part, that of the weights that
            were kept; None if nothing was held out.
    """

    loss: float
    grad_norm: float
    num_steps: int
    num_epochs: int
    validation_loss: float | None = None

    def to_scalars(self) -> dict[str, float]:
        """Return one number per name, as a logger takes them."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def imitation_step(
    policy: LanguageModel,
    optimizer: torch.optim.Optimizer,
    batch: Sequence[SFTExample],
    config: TrainingConfig,
    progress: float,
) -> tuple[float, float]:
    """Take one gradient step on a batch of examples.

    Args:
        policy: The policy to train.
        optimizer: Optimizer of its weights.
        batch: The examples, with at least one token in the loss.
        config: Learning rate, schedule, clipping and size of a micro-batch.
        progress: Fraction of the learning-rate schedule that is over, in [0, 1].

    Returns:
        The loss in nats per token, and the norm of the gradient.

    Raises:
        FloatingPointError: If the gradient is NaN or infinite; no step was taken.
    """
    set_learning_rate(optimizer, config, progress)
    optimizer.zero_grad()
    num_tokens = sum(example.num_tokens for example in batch)
    total = 0.0
    for losses in _token_losses(policy, batch, config.max_tokens_per_micro_batch):
        loss = losses.sum() / num_tokens
        loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
        total += loss.item()
    return total, take_step(optimizer, config)


@torch.no_grad()
def mean_loss(policy: LanguageModel, examples: Sequence[SFTExample], max_tokens: int) -> float:
    """Return the mean loss over all tokens of the loss masks, in nats.

    Args:
        policy: The policy.
        examples: The examples, with at least one token in the loss.
        max_tokens: Maximum number of tokens computed at once.
    """
    num_tokens = sum(example.num_tokens for example in examples)
    parts = _token_losses(policy, examples, max_tokens)
    return sum(losses.sum().item() for losses in parts) / num_tokens


def fit(
    policy: LanguageModel,
    examples: Sequence[SFTExample],
    config: TrainingConfig,
    settings: FitSettings,
    random: np.random.Generator,
) -> Fit | None:
    """Fine-tune on a fixed set of examples, with early stopping on a held-out part.

    Args:
        policy: The policy to train, from the weights that it has; changed in place.
        examples: The examples.
        config: Settings of the optimizer.
        settings: Number of passes, size of a batch, early stopping.
        random: Source of the order and of the held-out part.

    Returns:
        How it went; None if there is nothing to learn, and nothing was changed.

    References:
        Minimises ``-mean_t log p(token_t | tokens before)``, see Havrilla et al.,
        "Teaching Large Language Models to Reason with Reinforcement Learning", 2024,
        section 3 (arXiv:2403.04642).
    """
    training, validation = _split_by_problem(
        fits_context(policy, examples), settings.validation_frac, random
    )
    if not training:
        return None
    optimizer = make_optimizer(policy.model.parameters(), config)
    num_batches = -(-len(training) // settings.batch_size)
    lowest, num_worse, best = float("inf"), 0, {}
    num_steps, grad_norm, loss, epoch = 0, 0.0, 0.0, 0
    while epoch < settings.num_epochs and num_worse < settings.patience:
        epoch += 1
        losses = []
        for indices in np.array_split(random.permutation(len(training)), num_batches):
            progress = num_steps / (num_batches * settings.num_epochs)
            batch = [training[index] for index in indices]
            step_loss, grad_norm = imitation_step(policy, optimizer, batch, config, progress)
            losses.append(step_loss)
            num_steps += 1
        loss = float(np.mean(losses))
        if validation:
            validation_loss = mean_loss(policy, validation, config.max_tokens_per_micro_batch)
            is_best = validation_loss < lowest
            num_worse = 0 if is_best else num_worse + 1
            if is_best:
                lowest, best = validation_loss, copy.deepcopy(policy.trainable_state_dict())
    if best:
        policy.load_trainable_state_dict(best)
    return Fit(loss, grad_norm, num_steps, epoch, lowest if validation else None)


def _split_by_problem(
    examples: Sequence[SFTExample], validation_frac: float, random: np.random.Generator
) -> tuple[list[SFTExample], list[SFTExample]]:
    """Split examples by problem into training and validation; one problem is always trained."""
    problems = list(dict.fromkeys(each.episode.problem_id for each in examples))
    num_held_out = min(round(validation_frac * len(problems)), len(problems) - 1) if problems else 0
    held_out = {problems[index] for index in random.permutation(len(problems))[:num_held_out]}
    return (
        [each for each in examples if each.episode.problem_id not in held_out],
        [each for each in examples if each.episode.problem_id in held_out],
    )


def _token_losses(
    policy: LanguageModel, examples: Sequence[SFTExample], max_tokens: int
) -> Iterator[Tensor]:
    """Yield the losses of the tokens of the loss masks, micro-batch by micro-batch."""
    episodes = [example.episode for example in examples]
    for part in micro_batches(policy, episodes, max_tokens):
        sampled = part.sampled
        # The tokens of a turn are contiguous, and all of them are there.
        turn_keys = torch.stack((part.episodes[sampled.rows], sampled.turns), dim=1)
        turns = torch.unique_consecutive(turn_keys, dim=0).tolist()
        masks = (examples[episode].loss_mask[turn] for episode, turn in turns)
        kept = torch.tensor([*chain.from_iterable(masks)], dtype=torch.bool, device=policy.device)
        trained = SampledTokens(**{f.name: getattr(sampled, f.name)[kept] for f in fields(sampled)})
        logits, _ = replace(part, sampled=trained).outputs(policy, 1.0)
        yield -token_log_probs(logits, trained.token_ids)
