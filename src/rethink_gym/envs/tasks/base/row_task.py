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

_CACHE: dict[tuple[type, str], tuple[_Rows, _Rows]] = {}
"""By class and arguments of a task: the rows of the data, and the rows of each split."""


class RowTask(Task):
    """A task whose problems are the rows of a data set, in their order.

    A subclass sets `name` and `HUB_NAME` and implements `make_problem` and `make_verifier`.
    It overrides `divide` if its splits differ from those of the data. All instances in a
    process share one copy of the rows; copies and pickles of a task hold no rows.

    >>> import json, pathlib, tempfile
    >>> from rethink_gym.verifiers import MathVerifier
    >>> class Quiz(RowTask):
    ...     name = "quiz"
    ...     HUB_NAME = "my_name/quiz"
    ...
    ...     def make_problem(self, row, problem_id):
    ...         return Problem(problem_id, row.text("question"), row.text("answer"))
    ...
    ...     def make_verifier(self):
    ...         return MathVerifier()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     row = {"question": "Compute 2+2.", "answer": "4"}
    ...     file = pathlib.Path(folder, "test.jsonl")
    ...     _ = file.write_text(json.dumps(row))
    ...     task = Quiz(folder)
    >>> task.splits, task.problem(0, "test").prompt
    (('test',), 'Compute 2+2.')

    Args:
        data: A local file or folder, or a name on the hub; see `read_rows`.

    Raises:
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a file cannot be read.
        HubUnavailableError: If the hub is needed and does not answer; the message says how
            to get the data.
        MissingExtraError: If the package ``datasets`` is needed and not installed.
    """

    reads_files: ClassVar = True

    HUB_NAME: ClassVar[str]
    """Name of the data set on the hub."""

    ONE_SPLIT: ClassVar[str] = "test"
    """Name of the split if the data set is one file without splits."""

    def __init__(self, data: str | PathLike[str]) -> None:
        path = Path(data).expanduser()
        self.data = str(path.resolve()) if path.exists() else fspath(data)
        self._rows = self._load()

    @property
    def subset(self) -> str | None:
        """Name of the subset to load, if the data set has several."""
        return None

    @abstractmethod
    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Args:
            row: The row.
            problem_id: The id of the problem.

        Raises:
            DataError: If a field of the row is missing or has the wrong form.
        """

    def read(self) -> _Rows:
        """Return the rows of each split of the data."""
        return read_rows(self.data, self.subset)

    def divide(self, rows: _Rows) -> _Rows:
        """Divide the data into the splits of the task; by default both have the same splits.

        Args:
            rows: The rows of each split of the data.

        Returns:
            The rows of each split of the task.
        """
        return rows

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits."""
        return tuple(self._rows)

    def size(self, split: str) -> int:
        """Return the number of problems of a split."""
        return len(self._rows[check_choice("split", split, self._rows)])

    def problem(self, index: int, split: str) -> Problem:
        """Return one problem; the same index and split always give the same problem.

        Raises:
            ArgumentError: If ``split`` is not one of `splits`, or ``index`` is out of range.
            DataError: If a field of the row is missing or has the wrong form.
        """
        self.check_index(index, split)
        return self.make_problem(self._rows[split][index], f"{self.name}/{split}/{index}")

    def _load(self) -> _Rows:
        rows = self.read()
        key = (type(self), repr(sorted((name, str(value)) for name, value in vars(self).items())))
        cached_rows, divided = _CACHE.get(key, (None, {}))
        # `read_rows` returns another object if the files have changed.
        if cached_rows is not rows:
            divided = self.divide(
                {self.ONE_SPLIT: rows[UNSPLIT]} if set(rows) == {UNSPLIT} else rows
            )
            _CACHE[key] = (rows, divided)
        return divided

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_rows"}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        vars(self).update(state)
        self._rows = self._load()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # a task is immutable


def hold_out(rows: Sequence[Row], column: str) -> tuple[list[Row], list[Row]]:
    """Split rows into about 90 % and 10 %, by the hash of a text.

    The result does not depend on the order of the rows.

    Args:
        rows: The rows.
        column: Name of the field whose text is hashed.

    Returns:
        The rows to keep, and the rows that are held out.

    Raises:
        DataError: If a row has no text under ``column``.
    """
    parts: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        digest = hashlib.blake2b(row.text(column).encode(errors="replace"), digest_size=1).digest()
        parts[digest[0] < 26].append(row)  # 26 of 256 hashes
    return parts
