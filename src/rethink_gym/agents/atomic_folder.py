"""A folder that a crash leaves as it was or as it should be, never half written."""

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["STATE_FILE", "find_checkpoint", "recover", "save_atomically"]

STATE_FILE = "state.json"
"""The file of a checkpoint that is written last: a folder that has it is complete."""


def save_atomically(
    folder: Path, state: Mapping[str, object], write: Callable[[Path], None]
) -> None:
    """Write a checkpoint so that a crash leaves the old one or the new one, never half of one.

    The new one is written beside the old one and replaces it when it is complete. If
    the process is killed between the two moves, both exist under other names, and `recover`
    renames the new one.

    Args:
        folder: Folder of the checkpoint; an existing checkpoint is replaced.
        state: Plain JSON data, for ``state.json``.
        write: Writes everything else into the folder that it is given.
    """
    folder = Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    recover(folder)
    fresh, old = _neighbours(folder)
    fresh.mkdir()
    try:
        write(fresh)
        # Written last: a folder that holds it is complete.
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
            _remove(fresh)
        raise


def recover(folder: Path) -> None:
    """Clean up what a killed process left while it wrote a checkpoint.

    Args:
        folder: Folder of the checkpoint. If it is missing and a complete one is beside
            it, that one is moved there; incomplete ones are removed.
    """
    fresh, old = _neighbours(Path(folder))
    for neighbour in (fresh, old):
        if (neighbour / STATE_FILE).is_file() and not folder.exists():
            neighbour.rename(folder)
        elif neighbour.exists():
            shutil.rmtree(neighbour)


def find_checkpoint(folder: Path) -> Path:
    """Return where a checkpoint is, without moving it as `recover` does.

    Args:
        folder: Folder of the checkpoint.

    Returns:
        The folder itself, unless it is missing since its process was killed between the
        two moves of `save_atomically`: then the complete one beside it.
    """
    complete = (each for each in _neighbours(folder) if (each / STATE_FILE).is_file())
    return folder if folder.exists() else next(complete, folder)


def _neighbours(folder: Path) -> tuple[Path, Path]:
    """Return where the next checkpoint is written, and where the last one waits meanwhile."""
    whole = folder.absolute()  # "." has no name
    return whole.parent / f".{whole.name}-new", whole.parent / f".{whole.name}-old"


def _remove(folder: Path) -> None:
    """Remove a checkpoint; if that is interrupted, what is left does not count as complete."""
    with contextlib.suppress(OSError):
        (folder / STATE_FILE).unlink(missing_ok=True)
        shutil.rmtree(folder)


def _flush(folder: Path) -> None:
    """Write all files of a folder to the disk, so that a power cut does not truncate them."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
