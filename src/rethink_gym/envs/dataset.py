"""Loads data sets from disk or from the Hugging Face hub, once per process."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from rethink_gym.errors import (
    DataError,
    DataNotFoundError,
    HubUnavailableError,
    MissingExtraError,
)
from rethink_gym.hub import hub_if_known

__all__ = ["Rows", "load_rows"]

Rows = Sequence[tuple[str, ...]]
"""The rows of a split: the texts of the chosen columns, in order."""

_SPLITS = ("train", "validation", "test")
_FORMATS = {"jsonl": "json", "json": "json", "parquet": "parquet"}
_HUB_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*")


def load_rows(
    data: str | PathLike[str], *, subset: str, columns: tuple[str, ...]
) -> Mapping[str, Rows]:
    """Load the texts of a data set.

    Args:
        data: A local folder, or else a name on the hub such as ``"openai/gsm8k"``. The
            folder holds for each split a file such as ``train.jsonl`` or
            ``train.parquet``, or is laid out as on the hub
            (``<subset>/train-00000-of-00001.parquet``), or is what
            ``DatasetDict.save_to_disk`` wrote.
        subset: Which part of the data set to take from the hub, or from a folder that
            is laid out as there.
        columns: Which columns to take; their values must be texts.

    Returns:
        The rows of each split that there is. The same arguments give the same
        object for the whole process, so it must not be changed.

    Raises:
        DataNotFoundError: If there is no such folder, file or data set.
        DataError: If what is there lacks a column.
        HubUnavailableError: If the hub is needed and does not answer.
        MissingExtraError: If the package ``datasets`` is not installed.
    """
    name = fspath(data)
    path = Path(name).expanduser()
    if path.exists():
        return _load_local(path.resolve(), subset, columns)
    if not _HUB_NAME.fullmatch(name):
        raise DataNotFoundError(
            f"data must be a folder or a name on the hub such as 'openai/gsm8k', got {name!r}, "
            "and there is no such folder. Check the path."
        )
    return _load_hub(name, subset, columns)


@cache
def _load_local(path: Path, subset: str, columns: tuple[str, ...]) -> Mapping[str, Rows]:
    datasets = _import_datasets()
    if (path / "dataset_dict.json").is_file():
        return _rows_of(datasets.load_from_disk(str(path)), columns, str(path))
    for ending, kind in _FORMATS.items():
        files = {split: _find_files(path, subset, split, ending) for split in _SPLITS}
        files = {split: found for split, found in files.items() if found}
        if files:
            # Streaming reads the files in place and writes no copy to a cache.
            streams = datasets.load_dataset(kind, data_files=files, streaming=True)
            return _rows_of(streams, columns, str(path))
    raise DataNotFoundError(
        f"data must be a folder with train.jsonl or test.jsonl (or the same as parquet, or what "
        f"save_to_disk wrote), got {str(path)!r}, which holds none of them. Check the path."
    )


@cache
def _load_hub(name: str, subset: str, columns: tuple[str, ...]) -> Mapping[str, Rows]:
    datasets = _import_datasets()
    try:
        with hub_if_known():
            loaded = datasets.load_dataset(name, subset)
        return _rows_of(loaded, columns, name)
    except ConnectionError as error:
        raise HubUnavailableError(
            f"The data set {name!r} must come from the Hugging Face hub, which cannot be reached. "
            f"Download it where there is a network (`hf download {name} --repo-type dataset "
            "--local-dir FOLDER`) and pass data='FOLDER'; a folder with train.jsonl and "
            "test.jsonl will do, too."
        ) from error
    except FileNotFoundError as error:
        raise DataNotFoundError(
            f"data must be a folder or a name on the hub, got {name!r}, and there is neither "
            "such a folder nor such a data set on the hub. Check the name."
        ) from error


def _find_files(path: Path, subset: str, split: str, ending: str) -> list[str]:
    for folder in (path, path / subset, path / "data"):
        exact = folder / f"{split}.{ending}"
        found = [exact] if exact.is_file() else sorted(folder.glob(f"{split}-*-of-*.{ending}"))
        if found:
            return list(map(str, found))
    return []


def _rows_of(
    splits: Mapping[str, Iterable[Mapping[str, Any]]], columns: tuple[str, ...], source: str
) -> Mapping[str, Rows]:
    return {
        split: [_texts_of(row, columns, f"{source}, split {split!r}") for row in rows]
        for split, rows in splits.items()
    }


def _texts_of(row: Mapping[str, Any], columns: tuple[str, ...], place: str) -> tuple[str, ...]:
    texts = tuple(row.get(column) for column in columns)
    if not all(isinstance(text, str) for text in texts):
        raise DataError(
            f"Every row of {place}, must have the texts {', '.join(columns)}, got {dict(row)!r}."
        )
    return texts  # type: ignore[return-value]  # mypy does not follow all()


def _import_datasets() -> Any:
    try:
        import datasets
    except ImportError as error:
        raise MissingExtraError(
            "Loading a data set needs the package datasets. "
            "Install it with: pip install 'rethink-gym[agents]'"
        ) from error
    return datasets
