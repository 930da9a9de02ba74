"""Units: which are the same, which can be converted, which contradict."""

from fractions import Fraction

import pytest

from rethink_gym.verifiers.units import (
    AMBIGUOUS_UNITS,
    UNIT_LETTERS,
    are_same_unit,
    unit_factor,
)


@pytest.mark.parametrize(
    ("left", "right", "ratio"),
    [
        ("cm", "centimeters", Fraction(1)),
        ("mph", "miles per hour", Fraction(1)),
        ("feet", "inches", Fraction(12)),
        ("km^2", "square meters", Fraction(10**6)),
        ("m/s", "frac{m}{s}", Fraction(1)),
        ("dollars", "cents", Fraction(100)),
    ],
)
def test_units_of_one_kind_are_converted(left: str, right: str, ratio: Fraction) -> None:
    one, other = unit_factor(left), unit_factor(right)
    assert one is not None
    assert other is not None
    assert one[0] == other[0]
    assert one[1] == other[1] * ratio


@pytest.mark.parametrize(
    ("left", "right"),
    [("m", "s"), ("cm^2", "cm^3"), ("degree C", "degree F"), ("dollar", "euro"), ("m/s", "m")],
)
def test_units_of_two_kinds_contradict(left: str, right: str) -> None:
    one, other = unit_factor(left), unit_factor(right)
    assert one is not None
    assert other is not None
    assert one[0] != other[0]


def test_unknown_units_are_compared_as_words() -> None:
    assert unit_factor("apples") is None
    assert are_same_unit("apples", "apple")
    assert are_same_unit("years old", "years")
    assert not are_same_unit("apples", "pears")


def test_letters_that_may_be_units_are_units_themselves() -> None:
    assert set("mgshlL") == UNIT_LETTERS
    assert all(unit_factor(letter) is not None for letter in UNIT_LETTERS)


def test_a_unit_with_more_than_one_size_in_use_is_known_too() -> None:
    assert all(unit_factor(unit) is not None for unit in AMBIGUOUS_UNITS)
