"""The optimizer of all learners: AdamW, its schedule, clipping, and the checks before a step."""

from collections.abc import Iterable

import torch
from torch import nn

from rethink_gym.agents.training.config import TrainingConfig

__all__ = ["make_optimizer", "set_learning_rate", "take_step"]


def make_optimizer(parameters: Iterable[nn.Parameter], config: TrainingConfig) -> torch.optim.AdamW:
    """Build AdamW over those parameters that are trained.

    Args:
        parameters: Weights; those without gradients are left out.
        config: Learning rate, epsilon and weight decay.

    Returns:
        The optimizer.
    """
    return torch.optim.AdamW(
        [parameter for parameter in parameters if parameter.requires_grad],
        lr=config.learning_rate,
        eps=config.adam_epsilon,
        weight_decay=config.weight_decay,
    )


def set_learning_rate(
    optimizer: torch.optim.Optimizer, config: TrainingConfig, progress: float
) -> float:
    """Set the learning rate by the schedule.

    Args:
        optimizer: The optimizer.
        config: Initial learning rate and schedule.
        progress: Fraction of the schedule that is over, in [0, 1].

    Returns:
        The learning rate.
    """
    is_linear = config.learning_rate_schedule == "linear"
    learning_rate = config.learning_rate * (1.0 - progress if is_linear else 1.0)
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    return learning_rate


def take_step(optimizer: torch.optim.Optimizer, config: TrainingConfig) -> float:
    """Clip the gradient and take one step.

    A gradient of exactly 0 carries no signal: the weights and the state of the optimizer stay
    as they are. AdamW itself would still move the weights, by momentum and weight decay.

    Args:
        optimizer: The optimizer; its weights hold the gradient of the whole step.
        config: The maximum norm of the gradient.

    Returns:
        The norm of the gradient before it was clipped.

    Raises:
        FloatingPointError: If the gradient is NaN or infinite; no step was taken.
    """
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    max_norm = float("inf") if config.max_grad_norm is None else config.max_grad_norm
    grad_norm = nn.utils.clip_grad_norm_(weights, max_norm)
    if not grad_norm.isfinite():
        raise FloatingPointError(f"grad_norm {grad_norm.item()}")
    if grad_norm > 0:
        optimizer.step()
    return grad_norm.item()
