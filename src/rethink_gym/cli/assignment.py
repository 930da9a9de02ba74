"""Reads ``name=value`` arguments and config files into typed settings."""

import dataclasses
import json
import tomllib
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from rethink_gym.errors import DataError, DataNotFoundError, argument_error, check_choice

__all__ = ["make_config", "read_file", "split_assignments"]

ConfigT = TypeVar("ConfigT")

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def split_assignments(option: str, assignments: Sequence[str]) -> dict[str, str]:
    """Split arguments of the form ``name=value``.

    Args:
        option: The option they were given with, for the error message.
        assignments: What the caller wrote.

    Returns:
        The values as written, by name; the last one counts.

    Raises:
        ArgumentError: If one is not of that form.
    """
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not (name.strip() and equals):
            raise argument_error(option, "name=value", assignment)
        values[name.strip()] = value.strip()
    return values


def read_file(path: Path) -> dict[str, object]:
    """Read settings from a file.

    Args:
        path: A ``.json`` or ``.toml`` file that holds one value per name.

    Returns:
        The values by name.

    Raises:
        DataNotFoundError: If there is no such file.
        DataError: If it cannot be read as what its name says.
        ArgumentError: If it is neither a ``.json`` nor a ``.toml`` file.
    """
    readers: dict[str, Callable[[str], object]] = {".json": json.loads, ".toml": tomllib.loads}
    if path.suffix not in readers:
        raise argument_error("--config", "a .json or .toml file", str(path))
    if not path.is_file():
        raise DataNotFoundError(f"--config must be an existing file, got {str(path)!r}.")
    try:
        settings = readers[path.suffix](path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} cannot be read as {path.suffix[1:].upper()}: {error}.") from error
    if not isinstance(settings, dict):
        raise DataError(f"{path} must hold one value per name, got {type(settings).__name__}.")
    return settings


def make_config(config_class: type[ConfigT], settings: Mapping[str, object]) -> ConfigT:
    """Build a config from values that are texts or plain JSON data.

    Args:
        config_class: A dataclass; its annotations say what each value must be.
        settings: The values by name; texts are read as the annotation asks for.

    Returns:
        The config, with its own defaults where nothing is said.

    Raises:
        ArgumentError: If there is no such setting (a near miss is suggested), or a
            value is not what the annotation asks for.
    """
    annotations = typing.get_type_hints(config_class)
    names = [field.name for field in dataclasses.fields(config_class) if field.init]  # type: ignore[arg-type]  # a dataclass
    values = {}
    for name, value in settings.items():
        check_choice("setting", name, names)
        values[name] = _typed(name, value, annotations[name])
    return config_class(**values)


def _typed(name: str, value: object, annotation: object) -> object:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _one_of(name, value, arguments)
    if origin is typing.Literal:
        return check_choice(name, value, arguments)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        parts = [part for part in value.split(",") if part] if isinstance(value, str) else value
        if isinstance(parts, list | tuple):
            return tuple(_typed(name, part, arguments[0]) for part in parts)
    elif isinstance(annotation, type):
        if annotation is types.NoneType and value in (None, "none", "None", "null"):
            return None
        if isinstance(value, str):
            return _read(name, value, annotation)
        if annotation is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if type(value) is annotation:
            return value
    raise argument_error(name, _spelled(annotation), value)


def _one_of(name: str, value: object, annotations: Sequence[object]) -> object:
    """Return the value as the first of several kinds that it can be; text comes last."""
    wanted = sorted(annotations, key=lambda annotation: annotation is str)
    for annotation in wanted:
        try:
            return _typed(name, value, annotation)
        except ValueError:
            continue
    raise argument_error(name, " or ".join(map(_spelled, wanted)), value)


def _read(name: str, text: str, annotation: type) -> object:
    if annotation is str:
        return text
    try:
        if annotation is bool:
            return _TRUTH[text.lower()]
        if annotation is int or annotation is float:
            return annotation(text)
    except (KeyError, ValueError) as error:
        raise argument_error(name, _spelled(annotation), text) from error
    raise argument_error(name, _spelled(annotation), text)


def _spelled(annotation: object) -> str:
    words = {
        bool: "true or false",
        float: "a number",
        int: "a whole number",
        str: "a text",
        types.NoneType: "none",
    }
    if isinstance(annotation, type) and annotation in words:
        return words[annotation]
    if typing.get_origin(annotation) is tuple:
        return f"a list of values, each {_spelled(typing.get_args(annotation)[0])}"
    return str(getattr(annotation, "__name__", annotation))
