"""Checkpoints: folders that are written whole or not at all."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rethink_gym.errors import CheckpointError, DataNotFoundError

__all__ = ["load_state", "save_atomically"]

STATE_FILE = "state.json"


def save_atomically(
    folder: Path, state: Mapping[str, object], write: Callable[[Path], None]
) -> None:
    """Write a checkpoint so that a crash leaves the old one or the new one, never half.

    Args:
        folder: Where the checkpoint goes; one that lies there is replaced.
        state: Plain JSON data, for ``state.json``.
        write: Writes everything else into the folder it is given.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        # mkdtemp keeps others out; a checkpoint has the rights of any other folder.
        fresh.chmod(0o755)
        write(fresh)
        (fresh / STATE_FILE).write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
        old = folder.with_name(f".{folder.name}-replaced-{os.getpid()}")
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


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
    path = Path(folder) / STATE_FILE
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
