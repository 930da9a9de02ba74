"""Batches the infos of several environments as Gymnasium does, and unbatches them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import NoneType
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["batch_infos", "info_of"]


def batch_infos(infos: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Batch the infos of all sub-environments into the info of a vector environment.

    The result equals that of Gymnasium's `VectorEnv`, which adds the infos one by one.
    Here each key is one column, which is several times faster.

    Args:
        infos: One info for each sub-environment, in order; it may be empty.

    Returns:
        For each key an array with one element per sub-environment (0 or None if a
        sub-environment lacks the key), and under ``_key`` the mask of those that have
        it, bool, shape ``(num_envs,)``. Numbers and bools make arrays of their type,
        arrays are stacked, dicts are batched recursively, and all other values make
        arrays of objects.
    """
    if infos and all(infos) and _have_same_keys(infos):
        return _batch_alike(infos)
    return _batch_rows(len(infos), [(index, info) for index, info in enumerate(infos) if info])


def info_of(infos: Mapping[str, Any], index: int) -> dict[str, Any]:
    """Return the info of one sub-environment out of the info of a vector environment.

    Args:
        infos: The infos that `reset` or `step` of a vector environment returned last.
        index: Index of the sub-environment.

    Returns:
        The info that the sub-environment itself returned, with plain Python numbers.
    """
    info: dict[str, Any] = {}
    for key, column in infos.items():
        mask = infos.get(f"_{key}")
        if mask is None or not mask[index]:
            continue
        if isinstance(column, Mapping):
            info[key] = info_of(column, index)
        else:
            value = column[index]
            info[key] = value.item() if isinstance(value, np.generic) else value
    return info


def _have_same_keys(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether all rows have the same keys in the same order, which is the usual case."""
    keys = list(map(list, rows))
    return keys.count(keys[0]) == len(keys)


def _batch_alike(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Batch one info for each sub-environment, all with the same keys in the same order."""
    num_envs = len(rows)
    all_true = _all_true(num_envs)
    batched: dict[str, Any] = {}
    # Not strict, which takes time: rows with the same keys have as many values.
    columns = zip(*[row.values() for row in rows], strict=False)
    for key, values in zip(rows[0], columns, strict=False):
        first = values[0]
        kind = type(first)
        if kind in _OBJECTS:  # the two most frequent cases come first, for speed
            batched[key] = np.fromiter(values, object, num_envs)
        elif kind in _NUMBERS and key != "final_obs":
            batched[key] = np.array(values, kind)
        elif isinstance(first, dict):
            batched[key] = (
                _batch_alike(values)
                if _have_same_keys(values)
                else _batch_rows(num_envs, list(enumerate(values)))
            )
        elif key == "final_obs":
            batched[key] = np.fromiter(values, object, num_envs)
        elif _is_plain_number(first):
            batched[key] = np.array(values, kind)
        elif isinstance(first, np.ndarray):
            batched[key] = np.array(values, first.dtype)
        else:
            batched[key] = np.fromiter(values, object, num_envs)
        batched[f"_{key}"] = all_true.copy()
    return batched


@lru_cache
def _all_true(num_envs: int) -> npt.NDArray[np.bool_]:
    """Return a mask to copy, which takes a fifth of the time of a new `np.ones`."""
    return np.ones(num_envs, np.bool_)


_OBJECTS = frozenset((str, tuple, NoneType))
"""Types whose values are kept in arrays of objects, under any key."""

_NUMBERS = frozenset((int, float, bool))


def _is_plain_number(value: object) -> bool:
    return type(value) in _NUMBERS or isinstance(value, np.number)


def _batch_rows(num_envs: int, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[str, Any]:
    """Batch the infos that are not empty, each with the index of its sub-environment."""
    batched: dict[str, Any] = {}
    for _, info in rows:
        for key in info:
            if key in batched:
                continue
            indices = [index for index, row in rows if key in row]
            values = [row[key] for _, row in rows if key in row]
            mask = np.zeros(num_envs, dtype=np.bool_)
            mask[indices] = True
            batched[key] = _batch_column(num_envs, key, indices, values)
            batched[f"_{key}"] = mask
    return batched


def _batch_column(num_envs: int, key: str, indices: list[int], values: list[Any]) -> Any:
    first = values[0]
    column: npt.NDArray[Any]
    if key == "final_obs":
        column = np.empty(num_envs, dtype=object)
    elif isinstance(first, dict):
        return _batch_rows(num_envs, list(zip(indices, values, strict=True)))
    elif isinstance(first, np.ndarray):
        column = np.zeros((num_envs, *first.shape), dtype=first.dtype)
    elif _is_plain_number(first):
        column = np.zeros(num_envs, dtype=type(first))
    else:
        column = np.empty(num_envs, dtype=object)
    if column.dtype == object:
        # The column is all None so far. Assigning the list itself would unpack its tuples.
        column[indices] = np.fromiter(values, dtype=object, count=len(values))
    else:
        column[indices] = values
    return column
