"""JSON files of run folders: written for people, read back with a check of every key."""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from rethink_gym.errors import ArgumentError, DataError

__all__ = ["dataclass_from_json", "read_json_object", "write_json"]

DataclassT = TypeVar("DataclassT")


def write_json(path: Path, data: object) -> None:
    """Write plain data as indented JSON.

    Args:
        path: File to write; an existing file is replaced.
        data: Plain JSON data.
    """
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json_object(path: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object.

    Args:
        path: File to read.

    Returns:
        The values by key.

    Raises:
        DataError: If the file is not valid JSON, or its content is not an object.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} must be valid JSON, got an error: {error}.") from error
    if not isinstance(data, dict):
        raise DataError(f"{path} must hold a JSON object, got a {type(data).__name__}.")
    return data


def dataclass_from_json(
    dataclass: type[DataclassT], data: object, source: str, *, parent: str = ""
) -> DataclassT:
    """Build a dataclass from a JSON object that has exactly its fields as keys.

    Args:
        dataclass: Dataclass whose annotations describe the values. They may be ``str``,
            ``int``, ``float``, ``bool``, ``Any``, ``Literal``, a dataclass, and
            ``tuple[T, ...]``, ``Mapping[str, T]`` and ``T | None`` of these.
        data: The JSON object.
        source: File that the data is from, for the error message.
        parent: Key of the object in that file; empty for the whole file.

    Returns:
        The dataclass.

    Raises:
        DataError: If a key is missing or unknown, or a value does not fit its annotation.
    """
    if not isinstance(data, Mapping):
        raise _wrong_value(source, parent, "an object", data)
    annotations = typing.get_type_hints(dataclass)
    names = [field.name for field in dataclasses.fields(dataclass)]  # type: ignore[arg-type]  # a dataclass
    for name in names:
        if name not in data:
            raise DataError(
                f"{source} must have the key {_join(parent, name)!r}. "
                "It was changed, or written by another program or another version."
            )
    for name in data:
        if name not in names:
            raise DataError(
                f"{source} must not have the key {_join(parent, str(name))!r}. "
                "It was written by another program or another version."
            )
    values = {
        name: _typed_value(data[name], annotations[name], source, _join(parent, name))
        for name in names
    }
    try:
        return dataclass(**values)
    except ArgumentError as error:
        raise DataError(f"{source}: {error}") from error


def _typed_value(value: Any, annotation: Any, source: str, key: str) -> Any:
    """Convert one JSON value to its annotation, or raise a DataError that names the key."""
    if annotation is Any:
        return value
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return dataclass_from_json(annotation, value, source, parent=key)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        if value is None and types.NoneType in arguments:
            return None
        (member,) = (each for each in arguments if each is not types.NoneType)
        return _typed_value(value, member, source, key)
    if origin is typing.Literal:
        if value not in arguments:
            raise _wrong_value(source, key, f"one of {', '.join(map(repr, arguments))}", value)
        return value
    if origin is tuple:
        if not isinstance(value, list):
            raise _wrong_value(source, key, "a list", value)
        return tuple(
            _typed_value(each, arguments[0], source, f"{key}[{index}]")
            for index, each in enumerate(value)
        )
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise _wrong_value(source, key, "an object", value)
        return {
            name: _typed_value(each, arguments[1], source, _join(key, name))
            for name, each in value.items()
        }
    if annotation is float and type(value) is int:
        return float(value)
    if type(value) is not annotation:  # exact, since a bool is an int to isinstance
        raise _wrong_value(source, key, _NAMES[annotation], value)
    return value


_NAMES = {bool: "true or false", float: "a number", int: "a whole number", str: "a text"}


def _join(parent: str, name: str) -> str:
    return f"{parent}.{name}" if parent else name


def _wrong_value(source: str, key: str, must_be: str, got: object) -> DataError:
    shown = repr(got)
    if len(shown) > 120:
        shown = f"{shown[:117]}..."
    what = f"{source}: the key {key!r}" if key else source
    return DataError(f"{what} must be {must_be}, got {shown}.")
