"""Stops learning at the first loss or gradient that is none, and warns of a KL that is none."""

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import register_optimizer_step_pre_hook

from rethink_gym.episode import Episode, save_episodes
from rethink_gym.errors import DivergenceError

__all__ = ["check_losses", "diverged", "finite_steps", "warn_of_negative_kl"]

_LOGGER = logging.getLogger(__name__)

_MAX_ERRORS, _ROUNDING = 4.0, 1e-3
"""A KL is called negative beyond so many standard errors, and so many nats."""


@contextmanager
def finite_steps() -> Iterator[None]:
    """Let no optimizer take a step along a gradient that is infinite or no number.

    The weights stay as they were before the step.

    Yields:
        Nothing.

    Raises:
        FloatingPointError: Instead of such a step.
    """
    handle = register_optimizer_step_pre_hook(_check_gradients)
    try:
        yield
    finally:
        handle.remove()


def check_losses(numbers: Mapping[str, float]) -> None:
    """Check what an update returned.

    Args:
        numbers: By name; looked at are ``loss``, ``..._loss`` and ``grad_norm``.

    Raises:
        FloatingPointError: If one of them is infinite or no number.
    """
    for name, number in numbers.items():
        is_watched = name.split("_")[-1] == "loss" or name == "grad_norm"
        if is_watched and not abs(number) < float("inf"):
            raise FloatingPointError(f"{name} {number}")


def diverged(
    what: FloatingPointError, *, update: int, episodes: Sequence[Episode], folder: str | None
) -> DivergenceError:
    """Keep the batch that an update failed on, and word the error.

    Args:
        what: What was not finite.
        update: Which update of the run, from 1.
        episodes: What it was to learn from.
        folder: Where the batch goes; a temporary folder if None.

    Returns:
        The error, for the caller to raise.
    """
    path = Path(folder or tempfile.mkdtemp(prefix="rethink-")) / f"culprit_update_{update}.jsonl"
    save_episodes(path, episodes)
    return DivergenceError(
        f"update {update} must have a finite loss and gradient, got {what}. "
        f"The batch that it learned from is in {str(path)!r}; a smaller learning rate "
        "or max_grad_norm may help, and the last checkpoint is from before."
    )


def warn_of_negative_kl(estimates: Tensor) -> None:
    """Warn if the KL to the reference is below zero by more than chance explains.

    Estimated from tokens that the policy drew, it is negative only by chance. More than
    that says that they were drawn from something else than what is trained.

    Args:
        estimates: Of each episode the sum of k1 over its tokens, shape ``(episodes,)``.
    """
    if len(estimates) < 2:
        return
    mean = estimates.mean().item()
    error = estimates.std().item() / len(estimates) ** 0.5
    if mean < -max(_MAX_ERRORS * error, _ROUNDING):
        _LOGGER.warning(
            "The KL to the reference is %.3f nats per episode, and a KL is never negative: the "
            "tokens were not drawn from the policy that learns from them.",
            mean,
        )


def _check_gradients(
    optimizer: torch.optim.Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    gradients = [
        parameter.grad
        for group in optimizer.param_groups
        for parameter in group["params"]
        if parameter.grad is not None
    ]
    num_bad = sum(int(not bool(gradient.isfinite().all())) for gradient in gradients)
    if num_bad:
        raise FloatingPointError(f"other gradients in {num_bad} of {len(gradients)} parameters")
