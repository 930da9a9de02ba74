"""Keeps the batch of an update that diverged, and words the error."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rethink_gym.episode import Episode, save_episodes
from rethink_gym.errors import DivergenceError

__all__ = ["divergence_error"]


def divergence_error(
    cause: FloatingPointError, *, update: int, episodes: Sequence[Episode], folder: str | None
) -> DivergenceError:
    """Save the episodes of an update that diverged, and build the error.

    Args:
        cause: What was not finite.
        update: Number of the update in the run, from 1.
        episodes: The episodes of the update.
        folder: Folder for the file of the episodes; a temporary folder if None.

    Returns:
        The error, for the caller to raise.
    """
    path = Path(folder or tempfile.mkdtemp(prefix="rethink-")) / f"culprit_update_{update}.jsonl"
    save_episodes(path, episodes)
    return DivergenceError(
        f"update {update} must have a finite loss and gradient, got {cause}. "
        f"The batch of the update is in {str(path)!r}; a smaller learning rate "
        "or max_grad_norm may help, and the last checkpoint is from before."
    )
