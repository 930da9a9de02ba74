"""Plain numbers: which texts are numbers, and which numbers are equal."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.verifiers.number import are_numbers_equal, is_written_whole, read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        (" -7. ", -7),
        ("+7", 7),
        ("007", 7),
        ("1,234,567", 1234567),
        ("12.50", "25/2"),
        (".5", "1/2"),
        ("-1,234.5", "-2469/2"),
        ("3/4", "3/4"),
        ("-3/4", "-3/4"),
        ("3/-4", "-3/4"),
        ("$5", 5),
        (r"-\$5", -5),
        ("25%", "1/4"),
        (r"12.5\%", "1/8"),
        ("25 percent", "1/4"),
        ("6e3", 6000),
        ("1.5E-3", "3/2000"),
    ],
)
def test_a_written_number_has_its_exact_value(text: str, value: int | str) -> None:
    number = read_number(text)
    assert number is not None
    assert number.value == Fraction(value)


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "-", "1,23", "12,34,567", "1.2.3", "1/0", "1/2/3", "5 6", "5x", "x", "1e999999",
     "\u0665", "5 or 6", "5 apples", "1" * 65, "nan", "inf", "True", "0x10", "1_000"],
)  # fmt: skip
def test_anything_else_is_left_to_the_parser(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("0.5", "1/2", True),
        ("12.50", "12.5", True),
        ("0.0000001", "0.0000002", False),
        ("12345678", "12345679", False),
        ("1.0000001", "1", False),
        ("25%", "0.25", True),
        ("25%", "25", True),
        ("25%", "2.5", False),
        ("5", "500", False),
        ("5", "0.05", False),
        ("1/3", "0.333333", True),
        ("2/3", "0.666667", True),
        ("2/3", "0.666666", True),
        ("2/3", "0.666668", False),
        ("1/3", "0.33", False),
        ("1/8", "0.124999", False),
        ("7", "-7", False),
    ],
)
def test_numbers_are_the_same_by_value_or_by_fine_rounding(
    left: str, right: str, equal: bool
) -> None:
    one, other = read_number(left), read_number(right)
    assert one is not None
    assert other is not None
    assert are_numbers_equal(one, other, 6) is equal
    assert are_numbers_equal(other, one, 6) is equal


def test_precision_is_the_minimum_number_of_digits_of_a_rounding() -> None:
    third, rounded = read_number("1/3"), read_number("0.333")
    assert third is not None
    assert rounded is not None
    assert are_numbers_equal(third, rounded, 3)
    assert not are_numbers_equal(third, rounded, 4)


@given(st.fractions())
def test_every_fraction_is_read_as_itself(value: Fraction) -> None:
    text = f"{value.numerator}/{value.denominator}"
    number = read_number(text)
    assert len(text) > 64 or (number is not None and number.value == value)


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        *((text, True) for text in ("0", "1", "-1", "907", "-1000", "1" * 64)),
        *((text, False) for text in ("", "-", "-0", "00", "07", "-07", "+1", "--1", "1.", "1 ")),
        *((text, False) for text in ("\uff11", "\u00b2", "1,000", "1/2", "1" * 65)),
    ],
)
def test_a_whole_number_in_its_shortest_form_is_known(text: str, is_whole: bool) -> None:
    assert is_written_whole(text) is is_whole


@given(st.text("-0123", max_size=5), st.text("-0123", max_size=5))
def test_whole_numbers_in_their_shortest_form_are_equal_if_their_texts_are(
    left: str, right: str
) -> None:
    if is_written_whole(left) and is_written_whole(right):
        one, other = read_number(left), read_number(right)
        assert one is not None
        assert other is not None
        assert are_numbers_equal(one, other, 6) is (left == right)
