"""Training log of a run: outputs for Stable-Baselines3's logger, and a reader."""

import csv
import importlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from rethink_gym.errors import DataError, DataNotFoundError, MissingExtraError, check_choice

if TYPE_CHECKING:
    from stable_baselines3.common.logger import KVWriter, Logger

__all__ = ["LogFormat", "check_log_formats", "load_progress", "make_logger"]

FloatArray = npt.NDArray[np.float64]

LogFormat = Literal["stdout", "tensorboard", "wandb"]
"""Output of the training log besides ``progress.json`` and ``progress.csv``."""

_WANDB_ID_FILE = "wandb_id.txt"


def check_log_formats(formats: Sequence[LogFormat]) -> None:
    """Check that log formats are known and their packages installed.

    Args:
        formats: Log formats.

    Raises:
        ArgumentError: If a format is unknown.
        MissingExtraError: If a format is ``"tensorboard"`` or ``"wandb"``, and the package of
            this name is not installed.
    """
    for name in formats:
        check_choice("log format", name, get_args(LogFormat))
        if name != "stdout":
            _import_package(name)


def make_logger(folder: Path, formats: Sequence[LogFormat], *, num_rows: int = 0) -> "Logger":
    """Create the logger of a run.

    ``progress.json`` (one line per update) and ``progress.csv`` are always written, since
    reports read them. TensorBoard's event files go to the folder ``tensorboard``. For Weights &
    Biases, the run has the name of the folder and is resumed if it exists; all else comes from
    the environment, such as ``WANDB_PROJECT`` and ``WANDB_MODE=offline``.

    Args:
        folder: Folder of the run.
        formats: Further outputs.
        num_rows: Number of rows of an existing log to keep when a run is resumed. Later rows
            come from updates after the last checkpoint, which are repeated.

    Returns:
        The logger.

    Raises:
        ArgumentError: If a format is unknown.
        MissingExtraError: If a format is ``"tensorboard"`` or ``"wandb"``, and the package of
            this name is not installed.
    """
    from stable_baselines3.common import logger as sb3

    check_log_formats(formats)
    rows = _read_rows(folder / "progress.json")[:num_rows]
    writers: list[KVWriter] = [
        _reopen(folder / "progress.json", sb3.JSONOutputFormat, rows),
        _reopen(folder / "progress.csv", sb3.CSVOutputFormat, rows),
    ]
    if "stdout" in formats:
        import sys

        writers.append(sb3.HumanOutputFormat(sys.stdout))
    if "tensorboard" in formats:
        writers.append(sb3.TensorBoardOutputFormat(str(folder / "tensorboard")))
    if "wandb" in formats:
        writers.append(_wandb_writer(folder))
    return sb3.Logger(str(folder), writers)


def load_progress(path: Path) -> dict[str, FloatArray]:
    """Read the ``progress.csv`` of a run.

    Args:
        path: File that Stable-Baselines3's CSV logger wrote.

    Returns:
        One array per numeric column, by column name, shape ``(updates,)``. Values that were not
        logged are NaN. An empty log gives an empty dictionary.

    Raises:
        DataNotFoundError: If the file does not exist.
        DataError: If a row has more values than the header has names.
    """
    if not path.is_file():
        raise DataNotFoundError(
            f"path must be a progress file, got {str(path)!r}. "
            "Every training run writes one: progress.csv in its folder."
        )
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns: dict[str, FloatArray] = {}
    for number, row in enumerate(rows):
        for name, text in row.items():
            if name is None:
                raise DataError(f"{path}, line {number + 2}, has more values than names.")
            value = _parse_number(text)
            if value is not None:
                columns.setdefault(name, np.full(len(rows), np.nan))[number] = value
    return dict(sorted(columns.items()))


def _parse_number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _reopen(
    path: Path, make_writer: "Callable[[str], KVWriter]", rows: Sequence[dict[str, Any]]
) -> "KVWriter":
    """Open a log that starts with the given rows; they are on disk at every moment."""
    partial = path.with_name(f".{path.name}-new")
    writer = make_writer(str(partial))
    for row in rows:
        writer.write(row, dict.fromkeys(row, ()))
    os.replace(partial, path)  # the open file keeps its content under the new name
    return writer


def _read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a log up to the first line that is not complete.

    A process that is killed may leave half a line. What follows it belongs to later updates,
    whose rows could no longer be counted, so it is dropped.
    """
    rows: list[dict[str, Any]] = []
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                rows.append(json.loads(line))
            except ValueError:
                break
    return rows


def _import_package(name: LogFormat) -> Any:
    """Import the package of a log format; the extra that installs it has the same name."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f'The log format "{name}" needs {error.name}. '
            f'Install it by `pip install "rethink-gym[{name}]"`.'
        ) from error


def _wandb_writer(folder: Path) -> "KVWriter":
    """Start or resume the run of a folder on Weights & Biases.

    The id of the run is stored in the folder. Weights & Biases ignores values for steps
    that were logged before, so repeated updates do no harm.
    """
    from stable_baselines3.common.logger import KVWriter

    # Defined here, since its base class is part of an optional and heavy package.
    class WandbWriter(KVWriter):
        def write(
            self,
            key_values: Mapping[str, Any],
            key_excluded: Mapping[str, tuple[str, ...]],
            step: int = 0,
        ) -> None:
            numbers = {
                name: float(value)
                for name, value in key_values.items()
                if isinstance(value, Real) and "wandb" not in (key_excluded.get(name) or ())
            }
            run.log(numbers, step=step)

        def close(self) -> None:
            run.finish()

    id_path = folder / _WANDB_ID_FILE
    run = _import_package("wandb").init(
        name=folder.resolve().name,
        dir=str(folder),
        id=id_path.read_text(encoding="utf-8").strip() if id_path.is_file() else None,
        resume="allow",
    )
    id_path.write_text(f"{run.id}\n", encoding="utf-8")
    return WandbWriter()
