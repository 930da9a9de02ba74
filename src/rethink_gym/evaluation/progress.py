"""Reads back what a learner logged while it trained."""

import csv
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rethink_gym.errors import DataError, DataNotFoundError

__all__ = ["load_progress"]

FloatArray = npt.NDArray[np.float64]


def load_progress(path: Path) -> dict[str, FloatArray]:
    """Read the ``progress.csv`` that Stable-Baselines3's logger writes.

    Args:
        path: The file.

    Returns:
        One array per column that holds numbers, shape ``(updates,)``, in the order
        of time and with NaN where nothing was logged; columns by name. A run that
        logged nothing gives no columns.

    Raises:
        DataNotFoundError: If there is no such file.
        DataError: If a row has more values than there are names.
    """
    if not path.is_file():
        raise DataNotFoundError(
            f"path must be a progress file, got {str(path)!r}. "
            "A run with the logger format 'csv' writes one."
        )
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns: dict[str, FloatArray] = {}
    for number, row in enumerate(rows):
        for name, text in row.items():
            if name is None:
                raise DataError(f"{path}, line {number + 2}, has more values than names.")
            value = _number(text)
            if value is not None:
                columns.setdefault(name, np.full(len(rows), np.nan))[number] = value
    return dict(sorted(columns.items()))


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
