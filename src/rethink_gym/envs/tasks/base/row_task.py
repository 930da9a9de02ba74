"""Tasks whose problems are the rows of a data set."""

import hashlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any, ClassVar, Self, TypeAlias

from rethink_gym.envs.tasks.base.rows import UNSPLIT, Row, read_rows
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.errors import check_choice
from rethink_gym.problem import Problem

__all__ = ["RowTask", "hold_out"]

_Rows: TypeAlias = Mapping[str, Sequence[Row]]

_DIVIDED: dict[tuple[type, str], tuple[_Rows, _Rows]] = {}
"""The rows of the data and those of each split of a task, by its class and arguments."""


class RowTask(Task):
    """A source whose problems are the rows of a data set, in their order.

    A subclass sets `name` and `HUB_NAME`, writes `make_problem` and `make_verifier`, and
    overrides `divide` where its splits are not those of the data. All instances of a
    process share one copy of the rows; copies and pickles hold none.

    Args:
        data: A local file or folder, or a name on the hub; see `read_rows`.

    Raises:
        DataNotFoundError: If there is no such file, folder or data set.
        DataError: If a file cannot be read.
        HubUnavailableError: If the hub is needed and does not answer; the message says how
            to get the data.
        MissingExtraError: If the package ``datasets`` is needed and not installed.
    """

    reads_files: ClassVar = True

    HUB_NAME: ClassVar[str]
    """Where the data are on the hub."""

    ONE_SPLIT: ClassVar[str] = "test"
    """Which split a data set is that comes as one file without any."""

    def __init__(self, data: str | PathLike[str]) -> None:
        path = Path(data).expanduser()
        self.data = str(path.resolve()) if path.exists() else fspath(data)
        self._rows = self._load()

    @property
    def subset(self) -> str | None:
        """Which part of the data is meant, where they have several."""
        return None

    @abstractmethod
    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Args:
            row: The row.
            problem_id: The id that the problem is to have.

        Raises:
            DataError: If the row does not hold what it must.
        """

    def read(self) -> _Rows:
        """Return the rows of each split of the data."""
        return read_rows(self.data, self.subset)

    def divide(self, rows: _Rows) -> _Rows:
        """Make the splits of the task out of the splits of the data: the same, by default.

        Args:
            rows: The rows of each split of the data.

        Returns:
            The rows of each split of the task.
        """
        return rows

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits that the data has."""
        return tuple(self._rows)

    def size(self, split: str) -> int:
        """Return how many problems a split holds."""
        return len(self._rows[check_choice("split", split, self._rows)])

    def problem(self, index: int, split: str) -> Problem:
        """Return one problem; the same index and split always give the same one.

        Raises:
            ArgumentError: If there is no such split or index.
            DataError: If the row does not hold what it must.
        """
        self.check_place(index, split)
        return self.make_problem(self._rows[split][index], f"{self.name}/{split}/{index}")

    def _load(self) -> _Rows:
        rows = self.read()
        key = (type(self), repr(sorted((name, str(value)) for name, value in vars(self).items())))
        known_rows, divided = _DIVIDED.get(key, (None, {}))
        if known_rows is not rows:  # the first time, or the files were written anew
            divided = self.divide(
                {self.ONE_SPLIT: rows[UNSPLIT]} if set(rows) == {UNSPLIT} else rows
            )
            _DIVIDED[key] = (rows, divided)
        return divided

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_rows"}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        vars(self).update(state)
        self._rows = self._load()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # nothing of it ever changes


def hold_out(rows: Sequence[Row], column: str) -> tuple[list[Row], list[Row]]:
    """Hold out about one row in ten, by the hash of a text and so whatever their order.

    Args:
        rows: The rows.
        column: The text that decides.

    Returns:
        The rows that stay, and those that are held out.

    Raises:
        DataError: If a row has no such text.
    """
    parts: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        digest = hashlib.blake2b(row.text(column).encode(errors="replace"), digest_size=1).digest()
        parts[digest[0] < 26].append(row)
    return parts
