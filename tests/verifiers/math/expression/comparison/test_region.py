"""Sets of real numbers, compared by their members."""

import pytest

from rethink_gym.verifiers.math.expression.comparison.region import (
    are_regions_equal,
    is_region,
    region_variable,
)
from rethink_gym.verifiers.math.expression.parsing.parser import parse


@pytest.mark.parametrize(
    ("left", "right", "is_equal"),
    [
        ("x>3", "(3,\\infty)", True),
        ("x>3", "[3,\\infty)", False),
        ("x^2<4", "(-2,2)", True),
        ("1<x<2", "x>1 and x<2", True),
        ("[1,2]\\cup[2,3]", "[1,3]", True),
        # of degree three and more
        ("x^3>8", "x>8", False),
        ("x<0", "x^3>100x", False),
        ("x>0", "x^3<100x", False),
        ("x>0", "x^4+x>0", False),
        ("(-\\infty,\\infty)", "x^3<100x^2", False),
        # of functions
        ("x>0", "\\frac{1}{x}>0.01", False),
        ("x<0", "\\frac{1}{x}<0.01", False),
        ("x>=0", "\\sqrt{x}<5", False),
        ("x>-1", "\\sqrt{x}<5", False),
        ("x>=0", "\\ln x<5", False),
        ("x>-1", "\\log_{10} x<2", False),
    ],
)
def test_two_sets_are_equal_if_they_have_the_same_members(
    left: str, right: str, is_equal: bool
) -> None:
    assert are_regions_equal(parse(left), parse(right)) is is_equal
    assert are_regions_equal(parse(right), parse(left)) is is_equal


@pytest.mark.parametrize(
    ("text", "is_set"),
    [("[1,2)", True), ("x<5", True), ("x+y<5", False), ("x=5", False), ("5", False)],
)
def test_an_interval_or_an_inequality_of_one_variable_is_a_set(text: str, is_set: bool) -> None:
    assert is_region(parse(text)) is is_set


def test_a_pair_may_be_an_interval_only_where_that_is_allowed() -> None:
    assert not is_region(parse("(1,2)"))
    assert is_region(parse("(1,2)"), allow_finite=True)


def test_only_an_inequality_has_a_variable() -> None:
    assert region_variable(parse("2<x<3")) == "x"
    assert region_variable(parse("[2,3]")) is None
