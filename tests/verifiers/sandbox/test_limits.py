"""The resource limits of a program, and their checks."""

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.verifiers.sandbox.limits import Limits


def test_the_defaults_are_the_documented_ones() -> None:
    limits = Limits()
    assert limits.time_s == 3.0
    assert limits.memory_bytes == 512 * 2**20
    assert limits.disk_bytes == 64 * 2**20
    assert not limits.has_packages


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_s", 0),
        ("time_s", -1.0),
        ("time_s", float("nan")),
        ("time_s", float("inf")),
        ("time_s", True),
        ("time_s", "3"),
        ("memory_bytes", 0),
        ("file_bytes", -1),
        ("disk_bytes", 1.5),
        ("message_bytes", 0),
        ("output_bytes", True),
        ("max_open_files", 3),
    ],
)
def test_an_invalid_limit_is_named_in_the_error(name: str, value: object) -> None:
    with pytest.raises(ArgumentError, match=f"{name} must be"):
        Limits(**{name: value})  # type: ignore[arg-type]  # the wrong type is what is tested
