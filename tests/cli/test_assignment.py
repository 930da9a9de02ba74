"""Settings from ``name=value`` arguments and from files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from rethink_gym.cli.assignment import make_config, read_file, split_assignments
from rethink_gym.errors import ArgumentError, DataError, DataNotFoundError


@dataclass(frozen=True, kw_only=True)
class Settings:
    count: int = 1
    rate: float = 0.5
    name: str = "a"
    is_eager: bool = False
    limit: int | None = None
    label: str | None = "x"
    stops: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    mode: Literal["fast", "slow"] = "fast"


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("count", "12", 12),
        ("count", 12, 12),
        ("rate", "1e-4", 1e-4),
        ("rate", 2, 2.0),
        ("name", "a=b,c", "a=b,c"),
        ("name", "12", "12"),
        ("is_eager", "true", True),
        ("is_eager", "No", False),
        ("limit", "none", None),
        ("limit", None, None),
        ("limit", "7", 7),
        ("label", "none", None),
        ("label", "y", "y"),
        ("stops", "###,Q:", ("###", "Q:")),
        ("stops", ["###"], ("###",)),
        ("sizes", "1,2", (1, 2)),
        ("mode", "slow", "slow"),
    ],
)
def test_a_value_becomes_what_its_annotation_says(
    name: str, written: object, value: object
) -> None:
    found = getattr(make_config(Settings, {name: written}), name)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cuont": "1"}, r"Did you mean 'count'\?"),
        ({"count": "1.5"}, "count must be a whole number, got '1.5'"),
        ({"count": True}, "count must be a whole number, got True"),
        ({"rate": "fast"}, "rate must be a number, got 'fast'"),
        ({"is_eager": "maybe"}, "is_eager must be true or false, got 'maybe'"),
        ({"name": 3}, "name must be a text, got 3"),
        ({"limit": "many"}, "limit must be a whole number or none, got 'many'"),
        ({"sizes": "1,x"}, "sizes must be a whole number, got 'x'"),
        ({"stops": 3}, "stops must be a list of values, each a text, got 3"),
        ({"mode": "medium"}, "mode must be one of 'fast', 'slow', got 'medium'"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_config(Settings, settings)


def test_assignments_are_split_at_the_first_equals_sign() -> None:
    assert split_assignments("-o", ["a=1", "b = x=y", "a=2"]) == {"a": "2", "b": "x=y"}
    for wrong in ("a", "=1"):
        with pytest.raises(ArgumentError, match="-o must be name=value"):
            split_assignments("-o", [wrong])


@pytest.mark.parametrize(
    ("file", "text"),
    [("s.json", '{"count": 3, "stops": ["#"]}'), ("s.toml", 'count = 3\nstops = ["#"]\n')],
)
def test_files_say_the_same_as_arguments(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)
    settings = read_file(tmp_path / file)
    assert make_config(Settings, settings) == Settings(count=3, stops=("#",))


@pytest.mark.parametrize(
    ("file", "text", "error", "message"),
    [
        ("s.json", "{", DataError, "cannot be read as JSON"),
        ("s.toml", "=", DataError, "cannot be read as TOML"),
        ("s.json", "[1]", DataError, "must hold one value per name, got list"),
        ("s.yaml", "a: 1", ArgumentError, "must be a .json or .toml file"),
        ("s.json", None, DataNotFoundError, "must be an existing file"),
    ],
)
def test_files_that_hold_no_settings_are_refused(
    tmp_path: Path, file: str, text: str | None, error: type[Exception], message: str
) -> None:
    if text is not None:
        (tmp_path / file).write_text(text)
    with pytest.raises(error, match=message):
        read_file(tmp_path / file)
