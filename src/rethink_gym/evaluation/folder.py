"""Run folders: one per run, and never one on top of another."""

import contextlib
import itertools
import json
from pathlib import Path

from rethink_gym.errors import argument_error

__all__ = ["check_run_folder", "make_numbered_folder", "make_run_folder", "write_json"]


def make_run_folder(folder: Path) -> Path:
    """Make the folder of a run.

    Args:
        folder: Where it goes; parents are made as needed.

    Returns:
        The folder; empty.

    Raises:
        ArgumentError: If something lies there already; an empty folder may.
    """
    check_run_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def check_run_folder(folder: Path) -> None:
    """Check that a run can go somewhere without overwriting anything.

    Args:
        folder: Where it is to go.

    Raises:
        ArgumentError: If something lies there already; an empty folder may.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise argument_error(
            "folder",
            "a new or empty folder",
            str(folder),
            "A run never overwrites another one: name another folder, or move this one away.",
        )


def make_numbered_folder(parent: Path, name: str) -> Path:
    """Make the folder of a run under the first number that is free.

    Args:
        parent: The folder of all runs; made as needed.
        name: What the folders' names start with.

    Returns:
        Such as ``runs/score-MathSelfCorrect-v0-3``; empty.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for number in itertools.count(1):
        folder = parent / f"{name}-{number}"
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            break
    return folder


def write_json(path: Path, data: object) -> None:
    """Write plain data as JSON that a person can read.

    Args:
        path: The file to write; replaced if it exists.
        data: What to write.
    """
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
