"""Settings from ``name=value`` arguments and from files."""

import dataclasses
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

from rethink_gym import agents
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
    level: float | None = None
    choice: Literal["a", "b"] | None = None
    both: int | str = 0
    rates: tuple[float, ...] = ()
    flags: tuple[bool, ...] = ()


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
def test_a_text_is_converted_to_the_annotated_type(
    name: str, written: object, value: object
) -> None:
    converted = getattr(make_config(Settings, {name: written}), name)
    assert converted == value
    assert type(converted) is type(value)


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
        ({"choice": "c"}, "choice must be one of 'a', 'b' or none, got 'c'"),
        ({"mode": "medium"}, "mode must be one of 'fast', 'slow', got 'medium'"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make_config(Settings, settings)


REFUSED = object()
# What each annotation makes of a truth value, a whole number, a number, a text and null.
ACCEPTED: dict[str, tuple[object, ...]] = {
    "count": (REFUSED, 1, REFUSED, REFUSED, REFUSED),
    "rate": (REFUSED, 1.0, 1.5, REFUSED, REFUSED),
    "name": (REFUSED, REFUSED, REFUSED, "z", REFUSED),
    "is_eager": (True, REFUSED, REFUSED, REFUSED, REFUSED),
    "limit": (REFUSED, 1, REFUSED, REFUSED, None),
    "label": (REFUSED, REFUSED, REFUSED, "z", None),
    "mode": (REFUSED, REFUSED, REFUSED, REFUSED, REFUSED),
    "level": (REFUSED, 1.0, 1.5, REFUSED, None),
    "choice": (REFUSED, REFUSED, REFUSED, REFUSED, None),
    "both": (REFUSED, 1, REFUSED, "z", REFUSED),
    "stops": (REFUSED, REFUSED, REFUSED, ("z",), REFUSED),
}
IN_A_LIST = {"sizes": "count", "rates": "rate", "stops": "name", "flags": "is_eager"}


@pytest.mark.parametrize(("column", "value"), list(enumerate([True, 1, 1.5, "z", None])))
@pytest.mark.parametrize("name", [*ACCEPTED, *IN_A_LIST])
def test_plain_data_must_have_the_annotated_type(name: str, column: int, value: object) -> None:
    is_list = name in IN_A_LIST
    expected = ACCEPTED[IN_A_LIST.get(name, name)][column]
    settings = {name: [value] if is_list else value}
    if expected is REFUSED:
        with pytest.raises(ArgumentError, match=f"{name} must be "):
            make_config(Settings, settings)
    else:
        converted: Any = getattr(make_config(Settings, settings), name)
        if is_list:
            assert type(converted) is tuple
            (converted,) = converted
        assert converted == expected
        assert type(converted) is type(expected)


def test_every_annotation_of_a_learner_is_in_the_table() -> None:
    tested = set(typing.get_type_hints(Settings).values())
    for kind in agents.ALGORITHMS.values():
        config_class = getattr(agents, kind).config_class
        hints = typing.get_type_hints(config_class)
        for field in dataclasses.fields(config_class):
            annotation = hints[field.name]
            if typing.get_origin(annotation) is not Literal:
                assert annotation in tested, (kind, field.name)


def test_another_librarys_name_of_a_setting_is_answered_with_ours() -> None:
    pytest.importorskip("torch")
    with pytest.raises(ArgumentError, match="num_generations is called samples_per_problem here"):
        make_config(agents.GRPOConfig, {"num_generations": "8"})
    with pytest.raises(ArgumentError, match=r"Did you mean 'alpha'\?"):
        make_config(agents.SCoReConfig, {"alhpa": "8"})


def test_assignments_are_split_at_the_first_equals_sign() -> None:
    assert split_assignments("-o", ["a=1", "b = x=y", "a=2"]) == {"a": "2", "b": "x=y"}
    for malformed in ("a", "=1"):
        with pytest.raises(ArgumentError, match="-o must be name=value"):
            split_assignments("-o", [malformed])


@pytest.mark.parametrize(
    ("file", "text"),
    [("s.json", '{"count": 3, "stops": ["#"]}'), ("s.toml", 'count = 3\nstops = ["#"]\n')],
)
def test_files_and_arguments_give_the_same_settings(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)
    settings = read_file(tmp_path / file)
    assert make_config(Settings, settings) == Settings(count=3, stops=("#",))


@pytest.mark.parametrize(
    ("file", "text", "error", "message"),
    [
        ("s.json", "{", DataError, "cannot be read as JSON"),
        ("s.toml", "=", DataError, "cannot be read as TOML"),
        ("s.json", "[1]", DataError, "must hold an object, got a list. Write one value per name"),
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
