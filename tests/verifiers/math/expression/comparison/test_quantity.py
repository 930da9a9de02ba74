"""Quantities: when a unit matters, and when units are converted."""

import pytest

from rethink_gym.verifiers.math.expression.comparison.quantity import are_quantities_equal
from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.tree import Node
from rethink_gym.verifiers.math.expression.values.exact import exact_value


def are_equal(left: Node, right: Node) -> bool:
    return exact_value(left) == exact_value(right)


@pytest.mark.parametrize(
    ("left", "right", "optional", "required", "ignored"),
    [
        ("5 km", "5 km", True, True, True),
        ("5 km", "5000 m", True, True, False),
        ("5 km", "5 m", False, False, True),
        ("5 km", "5 kg", False, False, True),
        ("5 km", "5", True, False, True),
        ("5 apples", "5 apple", True, True, True),
        ("5 apples", "5 pears", False, False, True),
    ],
)
def test_units_matter_as_the_option_says(
    left: str, right: str, optional: bool, required: bool, ignored: bool
) -> None:
    expected = {"optional": optional, "required": required, "ignored": ignored}
    for units, is_equal in expected.items():
        assert are_quantities_equal(parse(left), parse(right), units, are_equal) is is_equal
        assert are_quantities_equal(parse(right), parse(left), units, are_equal) is is_equal
