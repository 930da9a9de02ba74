"""Settings of a learner from ``name=value`` arguments and config files."""

import dataclasses
import json
import tomllib
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from rethink_gym.agents.training.field_names import describe_other_name
from rethink_gym.errors import (
    ArgumentError,
    DataError,
    DataNotFoundError,
    argument_error,
    check_choice,
)

__all__ = ["make_config", "read_file", "split_assignments"]

ConfigT = TypeVar("ConfigT")

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def split_assignments(option: str, assignments: Sequence[str]) -> dict[str, str]:
    """Split arguments of the form ``name=value``.

    Args:
        option: Command-line option of the arguments, for the error message.
        assignments: The arguments.

    Returns:
        The values as text, by name. Of a repeated name the last value counts.

    Raises:
        ArgumentError: If an argument does not have the form ``name=value``.
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
        path: JSON or TOML file with one value per name.

    Returns:
        The values by name.

    Raises:
        DataNotFoundError: If the file does not exist.
        DataError: If the file is not valid JSON or TOML, or is not an object.
        ArgumentError: If the name does not end in ``.json`` or ``.toml``.
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
        raise DataError(
            f"{path} must hold an object, got a {type(settings).__name__}. "
            'Write one value per name, such as {"learning_rate": 0.001}.'
        )
    return settings


def make_config(config_class: type[ConfigT], settings: Mapping[str, object]) -> ConfigT:
    """Build a config from texts or plain JSON data.

    Args:
        config_class: Dataclass whose annotations give the type of each setting.
        settings: Values by name. A text is converted to the annotated type.

    Returns:
        The config, with its defaults for all other settings.

    Raises:
        ArgumentError: If a setting does not exist (the error suggests a name), or a value does
            not have the annotated type.
    """
    annotations = typing.get_type_hints(config_class)
    names = [field.name for field in dataclasses.fields(config_class) if field.init]  # type: ignore[arg-type]  # a dataclass
    values = {}
    for name, value in settings.items():
        if name not in names:
            renamed = describe_other_name(name, names)
            if renamed is not None:
                raise ArgumentError(renamed)
        check_choice("setting", name, names)
        values[name] = _typed_value(name, value, annotations[name])
    return config_class(**values)


def _typed_value(name: str, value: object, annotation: object) -> object:
    """Convert a value to its annotated type; plain data must have that type already."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _first_member(name, value, arguments)
    if origin is typing.Literal:
        return check_choice(name, value, arguments)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        parts = [part for part in value.split(",") if part] if isinstance(value, str) else value
        if isinstance(parts, list | tuple):
            return tuple(_typed_value(name, part, arguments[0]) for part in parts)
    elif isinstance(annotation, type):
        if annotation is types.NoneType and value in (None, "none", "None", "null"):
            return None
        if isinstance(value, str):
            return _parse_text(name, value, annotation)
        if annotation is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        # Exactly this type: to isinstance, a bool is an int too.
        if type(value) is annotation:
            return value
    raise argument_error(name, _type_name(annotation), value)


def _first_member(name: str, value: object, annotations: Sequence[object]) -> object:
    """Convert a value to the first member of a union that accepts it."""
    # A text fits str always, so str is tried last: "none" means None in `str | None`.
    members = sorted(annotations, key=lambda annotation: annotation is str)
    for annotation in members:
        try:
            return _typed_value(name, value, annotation)
        except ValueError:
            continue
    raise argument_error(name, " or ".join(map(_type_name, members)), value)


def _parse_text(name: str, text: str, annotation: type) -> object:
    if annotation is str:
        return text
    try:
        if annotation is bool:
            return _TRUTH[text.lower()]
        if annotation is int or annotation is float:
            return annotation(text)
    except (KeyError, ValueError) as error:
        raise argument_error(name, _type_name(annotation), text) from error
    raise argument_error(name, _type_name(annotation), text)


def _type_name(annotation: object) -> str:
    words = {
        bool: "true or false",
        float: "a number",
        int: "a whole number",
        str: "a text",
        types.NoneType: "none",
    }
    if isinstance(annotation, type) and annotation in words:
        return words[annotation]
    if typing.get_origin(annotation) is typing.Literal:
        return f"one of {', '.join(map(repr, typing.get_args(annotation)))}"
    if typing.get_origin(annotation) is tuple:
        return f"a list of values, each {_type_name(typing.get_args(annotation)[0])}"
    return str(getattr(annotation, "__name__", annotation))
