"""Numbers and sums as text."""

from fractions import Fraction

import pytest

from rethink_gym.envs.tasks.base.number_format import (
    bracketed,
    decimal_text,
    equation_steps,
    evaluation_steps,
    polynomial_text,
    power_text,
    product_text,
    signed_term,
    sum_text,
)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (signed_term(7), "+7"),
        (signed_term(-1, "x"), "-x"),
        (signed_term(1), "+1"),
        (signed_term(0, "x"), ""),
        (sum_text([(-2, "x"), (7, "")]), "-2x+7"),
        (sum_text([(0, "x"), (0, "")]), "0"),
        (power_text(0), ""),
        (power_text(1, "y"), "y"),
        (power_text(3), "x^3"),
        (polynomial_text([5, -1, 3]), "3x^2-x+5"),
        (polynomial_text([0, 1], "t"), "t"),
        (polynomial_text([0]), "0"),
        (product_text(["x+1", "x-2"]), "(x+1)(x-2)"),
        (product_text(["x+1", "x", "x+1", "x"]), "x^2(x+1)^2"),
        (bracketed(5), "5"),
        (bracketed(-5), "(-5)"),
        (decimal_text(Fraction(-1, 8)), "-0.125"),
        (decimal_text(Fraction(7)), "7"),
        (decimal_text(Fraction(1234, 100)), "12.34"),
        (decimal_text(Fraction(120, 1)), "120"),
        (decimal_text(Fraction(1, 1000)), "0.001"),
    ],
)
def test_things_are_written_as_people_do(written: str, text: str) -> None:
    assert written == text


def test_steps_that_change_nothing_are_left_out() -> None:
    assert equation_steps("1/2+1/2", "2/2", Fraction(1), "1") == ["1/2+1/2=2/2", "2/2=1"]
    assert equation_steps(5) == []


@pytest.mark.parametrize(
    ("coefficients", "point", "steps"),
    [
        ([-3, 0, 2], 3, ["2*3^2-3=18-3", "18-3=15"]),
        ([0, -1, 1], -2, ["(-2)^2-(-2)=4+2", "4+2=6"]),
        ([5, 1], 0, ["0+5=5"]),
        ([4], 7, []),
    ],
)
def test_a_polynomial_is_worked_out_term_by_term(
    coefficients: list[int], point: int, steps: list[str]
) -> None:
    assert evaluation_steps(coefficients, point) == steps
