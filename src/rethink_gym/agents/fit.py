"""Fits a policy to a whole set of demonstrations, until what is held out gets worse."""

import copy
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from rethink_gym.agents.demonstration import Demonstration
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.supervised import (
    SupervisedConfig,
    make_optimizer,
    mean_loss,
    readable,
    take_step,
)
from rethink_gym.errors import argument_error, check_count

__all__ = ["Fit", "FitConfig", "fit"]


@dataclass(frozen=True, kw_only=True)
class FitConfig(SupervisedConfig):
    """The settings of learners that fit a whole set of demonstrations at a time.

    Attributes:
        num_epochs: Most passes over the set.
        validation_share: Share of the problems whose demonstrations are held out, in
            [0, 1); 0 for none.
        patience: Passes without a lower loss on what is held out after which the fit
            stops. The weights of the lowest one are kept.

    Raises:
        ArgumentError: If a value is out of its range.
    """

    num_epochs: int = 3
    validation_share: float = 0.0
    patience: int = 1

    def __post_init__(self) -> None:
        SupervisedConfig.__post_init__(self)
        check_count("num_epochs", self.num_epochs)
        check_count("patience", self.patience)
        if not 0 <= self.validation_share < 1:
            raise argument_error("validation_share", "in [0, 1)", self.validation_share)


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
        readable(policy, demonstrations), config.validation_share, random
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
                lowest, best = found, copy.deepcopy(policy.own_weights())
    if best:
        policy.set_own_weights(best)
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
