"""The settings of sampling are checked."""

import math

import pytest

from rethink_gym.agents.policies import SamplingConfig
from rethink_gym.errors import ArgumentError


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_new_tokens", 0),
        ("max_new_tokens", 1.5),
        ("temperature", -0.1),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("temperature", "hot"),
        ("stop_strings", "###"),
        ("stop_strings", ["###"]),
        ("stop_strings", ("",)),
    ],
)
def test_an_invalid_setting_is_named(field: str, value: object) -> None:
    with pytest.raises(ArgumentError, match=f"{field} must be"):
        SamplingConfig(**{field: value})  # type: ignore[arg-type]
