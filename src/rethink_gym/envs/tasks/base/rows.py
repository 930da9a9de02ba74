"""Rows of data sets, read from files in the usual formats, from folders, or from the hub.

Text files are read here line by line, so that an error can name the line. All other data are
loaded by the package ``datasets``, and data of the hub stay on disk until they are used.
"""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from rethink_gym.envs.tasks.base.hf_datasets import import_datasets, load_from_hub
from rethink_gym.errors import DataError, DataNotFoundError

__all__ = ["UNSPLIT", "Row", "read_rows"]

UNSPLIT = "all"
"""Name of the split if a data set is one file without splits."""

_SPLITS = ("train", "validation", "test")
_TEXT_ENDINGS = (".jsonl", ".json", ".csv", ".tsv")
_ENDINGS = (*_TEXT_ENDINGS, *(f"{ending}.gz" for ending in _TEXT_ENDINGS), ".parquet")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a data set.

    Attributes:
        location: File and line for error messages, such as ``"data/train.jsonl, line 7"``.
        values: The fields by name.
    """

    location: str
    values: Mapping[str, Any]

    def text(self, column: str) -> str:
        """Return a text field.

        Raises:
            DataError: If the field ``column`` is missing or is not a text.
        """
        value = self.values.get(column)
        if isinstance(value, str):
            return value
        got = repr(value)[:80] if column in self.values else ", ".join(map(repr, self.values))
        raise DataError(f"{self.location}, must have a text under {column!r}, got {got}.")


class _DatasetRows(Sequence[Row]):
    """The rows of a split that was loaded by the package ``datasets``."""

    def __init__(self, name: str, rows: Any) -> None:
        self.name = name
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        position = range(len(self))[index]  # also checks the range
        return Row(f"{self.name}, row {position}", self.rows[position])


def read_rows(data: str | PathLike[str], subset: str | None = None) -> Mapping[str, Sequence[Row]]:
    """Read a data set.

    Args:
        data: A file, a folder, or a name on the hub such as ``"openai/gsm8k"``. Files are
            JSON lines, JSON (a list of objects), CSV, TSV (all of these also as ``.gz``) or
            Parquet. A folder has one of four layouts: one file for each split, such as
            ``train.jsonl``; the layout of the hub
            (``<subset>/train-00000-of-00001.parquet``); the output of
            ``DatasetDict.save_to_disk``; or exactly one file.
        subset: Name of the subset to read from the hub, or from a folder with the layout of
            the hub. None if the data set has no subsets.

    Returns:
        The rows of each split; a single file is the split `UNSPLIT`. As long as the files
        are unchanged, all calls in a process return the same object. Do not modify it.

    Raises:
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a file cannot be read; the message names the line.
        HubUnavailableError: If the hub is needed and does not answer.
        MissingExtraError: If the package ``datasets`` is needed and not installed.
    """
    path = Path(data).expanduser()
    if not path.exists():
        return _load_hub(fspath(data), subset)
    path = path.resolve()
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    stamps = tuple((stat.st_mtime_ns, stat.st_size) for stat in (file.stat() for file in files))
    return _load_local(path, subset, stamps)


@lru_cache(maxsize=64)
def _load_local(
    path: Path, subset: str | None, stamps: tuple[tuple[int, int], ...]
) -> Mapping[str, Sequence[Row]]:
    if path.is_file():
        return {UNSPLIT: _read_file(path)}
    if (path / "dataset_dict.json").is_file():
        splits = import_datasets().load_from_disk(str(path))
        return {split: _DatasetRows(f"{path}, {split}", rows) for split, rows in splits.items()}
    for folder in (path, *([path / subset] if subset else []), path / "data"):
        files = {split: _split_files(folder, split) for split in _SPLITS}
        if any(files.values()):
            return {split: _read_files(parts) for split, parts in files.items() if parts}
    data_files = [file for file in path.iterdir() if _ending(file)]
    if len(data_files) == 1:
        return {UNSPLIT: _read_file(data_files[0])}
    raise DataNotFoundError(
        f"data must be a folder with train.jsonl or test.jsonl (or the same as "
        f"{', '.join(_ENDINGS[1:])}, or what save_to_disk wrote), or with just one such file, got "
        f"{str(path)!r}, which holds {len(data_files) or 'none'} of them. Check the path."
    )


@lru_cache(maxsize=64)
def _load_hub(name: str, subset: str | None) -> Mapping[str, Sequence[Row]]:
    splits = load_from_hub(name, subset)
    return {split: _DatasetRows(f"{name}, {split}", rows) for split, rows in splits.items()}


def _split_files(folder: Path, split: str) -> list[Path]:
    files = [folder / f"{split}{ending}" for ending in _ENDINGS]
    existing = [file for file in files if file.is_file()]
    if len(existing) > 1:
        names = ", ".join(file.name for file in existing)
        raise DataError(f"{folder} must hold one file for the split {split!r}, got {names}.")
    return existing or sorted(folder.glob(f"{split}-*-of-*.parquet"))


def _read_files(files: Sequence[Path]) -> Sequence[Row]:
    if len(files) == 1:
        return _read_file(files[0])
    return _read_parquet(f"{files[0].parent}", files)


def _ending(path: Path) -> str | None:
    return next((ending for ending in _ENDINGS if path.name.endswith(ending)), None)


def _read_file(path: Path) -> Sequence[Row]:
    match (_ending(path) or "").removesuffix(".gz"):
        case ".jsonl":
            return list(_read_json_lines(path))
        case ".json":
            return list(_read_json(path))
        case ".csv" | ".tsv" as ending:
            return list(_read_table(path, "\t" if ending == ".tsv" else ","))
        case ".parquet":
            return _read_parquet(str(path), [path])
    raise DataError(f"data must end in one of {', '.join(_ENDINGS)}, got {path.name!r}.")


def _read_parquet(name: str, files: Sequence[Path]) -> Sequence[Row]:
    # In memory, since otherwise the package writes a cache beside the user's files.
    rows = import_datasets().Dataset.from_parquet(list(map(str, files)), keep_in_memory=True)
    return _DatasetRows(name, rows)


def _read_json_lines(path: Path) -> Iterator[Row]:
    # str.splitlines would also split at other characters, which JSON texts may contain.
    for number, line in enumerate(_read_text(path).split("\n"), start=1):
        if line.strip():
            location = f"{path}, line {number}"
            yield _object_row(location, _parse_json(location, line))


def _read_json(path: Path) -> Iterator[Row]:
    text = _read_text(path)
    if not text.lstrip().startswith("["):  # JSON lines under another name
        yield from _read_json_lines(path)
        return
    for index, value in enumerate(_parse_json(str(path), text)):
        yield _object_row(f"{path}, entry {index}", value)


def _read_table(path: Path, delimiter: str) -> Iterator[Row]:
    lines = StringIO(_read_text(path), newline="")
    reader = csv.DictReader(lines, delimiter=delimiter, strict=True)
    try:
        for values in reader:
            location = f"{path}, line {reader.line_num}"
            # DictReader marks surplus and missing fields by None, as a key or as a value.
            if None in values or None in values.values():
                num_fields = len(reader.fieldnames or ())
                raise DataError(f"{location}, must have the {num_fields} fields of the header.")
            yield Row(location, values)
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}, must be CSV: {error}.") from error


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} must be UTF-8 text: {error}.") from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise DataError(f"{path} must be a gzip file: {error}.") from error


def _parse_json(location: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{location}, must be JSON: {error}.") from error


def _object_row(location: str, value: object) -> Row:
    if not isinstance(value, dict):
        raise DataError(f"{location}, must be an object, got a {type(value).__name__}.")
    return Row(location, value)
