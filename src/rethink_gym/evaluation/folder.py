"""Folders of runs. An existing run is never overwritten."""

import contextlib
import itertools
from pathlib import Path

from rethink_gym.errors import argument_error

__all__ = ["check_run_folder", "make_numbered_folder", "make_run_folder"]


def make_run_folder(folder: Path) -> Path:
    """Create the folder of a run, with its parents.

    Args:
        folder: Path of the folder.

    Returns:
        The folder; empty.

    Raises:
        ArgumentError: If the path exists and is not an empty folder.
    """
    check_run_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def check_run_folder(folder: Path) -> None:
    """Check that a run would not overwrite anything.

    Args:
        folder: Path of the folder.

    Raises:
        ArgumentError: If the path exists and is not an empty folder.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise argument_error(
            "folder",
            "a new or empty folder",
            str(folder),
            "A run never overwrites another one: name another folder, or move this one away.",
        )


def make_numbered_folder(parent: Path, name: str) -> Path:
    """Create the folder of a run under the first free number.

    Args:
        parent: Folder of all runs; created if it does not exist.
        name: Name of the folder without the number.

    Returns:
        The folder, such as ``runs/score-MathSelfCorrect-v0-3``; empty.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        folder = parent / f"{name}-{number}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            break
    return folder
