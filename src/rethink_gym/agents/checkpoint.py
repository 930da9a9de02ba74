"""Checkpoints: folders that are written whole or not at all."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rethink_gym.errors import CheckpointError, DataNotFoundError

__all__ = ["load_state", "recover", "save_atomically"]

STATE_FILE = "state.json"


def save_atomically(
    folder: Path, state: Mapping[str, object], write: Callable[[Path], None]
) -> None:
    """Write a checkpoint so that a crash leaves the old one or the new one, never half.

    The new one is written beside the old one and takes its place when it is whole.
    Killed between the two moves, both lie there under other names, and `recover`
    puts the new one into its place.

    Args:
        folder: Where the checkpoint goes; one that lies there is replaced.
        state: Plain JSON data, for ``state.json``.
        write: Writes everything else into the folder it is given.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    recover(folder)
    fresh, old = _neighbours(folder)
    fresh.mkdir()
    try:
        write(fresh)
        # Written last: a folder that holds it is whole.
        partial = fresh / f"{STATE_FILE}.partial"
        partial.write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
        _flush(fresh)
        partial.rename(fresh / STATE_FILE)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        if not old.exists():
            shutil.rmtree(fresh, ignore_errors=True)
        raise


def recover(folder: Path) -> None:
    """Put right what a killed process left behind while it wrote a checkpoint.

    Args:
        folder: Where the checkpoint belongs. If none lies there but a whole one
            beside it, that one is moved into its place; what is half is removed.
    """
    fresh, old = _neighbours(Path(folder))
    for neighbour in (fresh, old):
        if (neighbour / STATE_FILE).is_file() and not folder.exists():
            neighbour.rename(folder)
        elif neighbour.exists():
            shutil.rmtree(neighbour)


def load_state(folder: Path, algorithm: str) -> dict[str, Any]:
    """Read the state of a checkpoint.

    Args:
        folder: The checkpoint.
        algorithm: Name of the algorithm that must have written it.

    Returns:
        What was given to `save_atomically` as ``state``.

    Raises:
        DataNotFoundError: If there is no checkpoint.
        CheckpointError: If it was written by another algorithm, or cannot be read.
    """
    folder = Path(folder)
    if not folder.exists():
        recover(folder)
    path = folder / STATE_FILE
    if not path.is_file():
        raise DataNotFoundError(
            f"folder must be a checkpoint with a {STATE_FILE}, got {str(folder)!r}. "
            "Give the folder that `save` wrote; in a run it is called 'checkpoint'."
        )
    try:
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        written_by = state["algorithm"]
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path} cannot be read as a checkpoint: {error!r}.") from error
    if written_by != algorithm:
        raise CheckpointError(
            f"checkpoint must be one of {algorithm!r}, got one of {written_by!r} in "
            f"{str(folder)!r}. Load it with the algorithm that wrote it; its policy alone "
            f"is in {str(Path(folder) / 'policy')!r}."
        )
    return state


def _neighbours(folder: Path) -> tuple[Path, Path]:
    """Return where the next checkpoint is written, and where the last one waits meanwhile."""
    return folder.with_name(f".{folder.name}-new"), folder.with_name(f".{folder.name}-old")


def _flush(folder: Path) -> None:
    """Have the disk hold all files of a folder, so that a power cut does not halve them."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
