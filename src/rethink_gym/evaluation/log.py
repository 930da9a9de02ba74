"""Where a learner's numbers go while it trains: Stable-Baselines3's formats, in a run folder."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rethink_gym.errors import check_choice

if TYPE_CHECKING:
    from stable_baselines3.common.logger import KVWriter, Logger

__all__ = ["LOG_FORMATS", "check_log_formats", "make_logger"]

LOG_FORMATS = ("stdout", "tensorboard", "wandb")
"""What `make_logger` knows besides the files that it always writes."""


def check_log_formats(formats: Sequence[str]) -> None:
    """Check that a run can be logged in some formats, before it begins.

    Args:
        formats: Some of `LOG_FORMATS`.

    Raises:
        ArgumentError: If there is no such format.
        MissingExtraError: If one of them needs what is not installed.
    """
    for name in formats:
        check_choice("log format", name, LOG_FORMATS)
    if "wandb" in formats:
        from rethink_gym.evaluation.wandb_output import load_wandb

        load_wandb()


def make_logger(folder: Path, formats: Sequence[str], *, num_rows: int = 0) -> "Logger":
    """Make the logger of a run.

    ``progress.json`` (one line per update) and ``progress.csv`` are always written:
    reports read them. With ``tensorboard``, event files go to ``tensorboard``; with
    ``wandb``, numbers go to Weights & Biases (see `WandbOutput`).

    Args:
        folder: The folder of the run.
        formats: Some of `LOG_FORMATS`.
        num_rows: How many rows of an earlier log to keep, if the run goes on; what was
            logged after its last checkpoint is logged again.

    Returns:
        The logger.

    Raises:
        ArgumentError: If there is no such format.
        MissingExtraError: If one of them needs what is not installed.
    """
    from stable_baselines3.common import logger as sb3

    check_log_formats(formats)
    rows = _rows(folder / "progress.json")[:num_rows]
    writers: list[KVWriter] = [
        _reopened(folder / "progress.json", sb3.JSONOutputFormat, rows),
        _reopened(folder / "progress.csv", sb3.CSVOutputFormat, rows),
    ]
    if "stdout" in formats:
        import sys

        writers.append(sb3.HumanOutputFormat(sys.stdout))
    if "tensorboard" in formats:
        writers.append(sb3.TensorBoardOutputFormat(str(folder / "tensorboard")))
    if "wandb" in formats:
        from rethink_gym.evaluation.wandb_output import WandbOutput

        writers.append(WandbOutput(folder))
    return sb3.Logger(str(folder), writers)


def _reopened(
    path: Path, make: "Callable[[str], KVWriter]", rows: Sequence[dict[str, Any]]
) -> "KVWriter":
    """Open a log with some rows in it, so that there is no moment without them on disk."""
    partial = path.with_name(f".{path.name}-new")
    writer = make(str(partial))
    for row in rows:
        writer.write(row, dict.fromkeys(row, ()))
    os.replace(partial, path)  # what is open stays open under its new name
    return writer


def _rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of an earlier log; a last line that was cut off is no row."""
    rows: list[dict[str, Any]] = []
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                rows.append(json.loads(line))
            except ValueError:
                break
    return rows
