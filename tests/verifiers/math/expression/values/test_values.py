"""Evaluation: values of expressions, and which are too big to evaluate."""

from fractions import Fraction

import pytest

from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.tree import (
    ExpressionError,
    OverLimitError,
    TimedOutError,
    UndecidedError,
    UndefinedError,
)
from rethink_gym.verifiers.math.expression.values.exact import exact_value
from rethink_gym.verifiers.math.expression.values.numeric import approximate_value
from rethink_gym.verifiers.math.expression.values.time_limit import limited_cpu


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1+2*3", Fraction(7)),
        (r"\frac{1}{1+\frac12}", Fraction(2, 3)),
        (r"\sqrt{\frac{4}{9}}", Fraction(2, 3)),
        ("2^{-3}", Fraction(1, 8)),
        ("5!", Fraction(120)),
        (r"3^{10^{50}} \bmod 10", Fraction(1)),
        (r"\gcd(12,18)", Fraction(6)),
        ("|3-5|", Fraction(2)),
        (r"\sqrt2", None),
        ("x", None),
        ("2^{1000000}", None),
        ("100000!", None),
    ],
)
def test_rational_operations_are_evaluated_exactly(text: str, value: Fraction | None) -> None:
    assert exact_value(parse(text)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"\sqrt2", 1.4142135623730951),
        (r"\sin 30^\circ", 0.5),
        (r"e^{i\pi}", -1.0),
        (r"\sum_{k=1}^{4}\sqrt{k}", 6.146264369941973),
        ("x^2", 2.25),
        (r"\frac{d}{dx}x^2", 3.0),
        (r"\int_0^x t^2\,dt", 1.125),
        (r"\int_0^1 \frac{4}{1+x^2}dx", 3.141592653589793),
    ],
)
def test_other_expressions_are_evaluated_to_many_digits(text: str, value: float) -> None:
    assert abs(approximate_value(parse(text), {"x": Fraction(3, 2)}, 30) - value) < 1e-14


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("2^{2^{2^{2^{2^{2}}}}}", OverLimitError),
        (r"\sin(10^{10^{10}})", OverLimitError),
        ("(10^{30})!", OverLimitError),
        (r"\sum_{k=1}^{100000} \sqrt{k}", OverLimitError),
        (r"2^{1000}\pi+5-2^{1000}\pi", UndecidedError),
        (r"\int_0^{10} e^{\sin(x^{20})}\,dx", UndecidedError),
        (r"\int x\,dx", UndecidedError),
        (r"\lim_{x\to0} x", UndecidedError),
        (r"\frac{1}{\pi-\pi}", UndefinedError),
    ],
)
def test_what_cannot_be_evaluated_raises_the_error_of_its_kind(
    text: str, error: type[ExpressionError]
) -> None:
    with pytest.raises(error):
        approximate_value(parse(text), {}, 50)


def test_no_evaluation_starts_when_the_time_is_used_up() -> None:
    with limited_cpu(-1.0), pytest.raises(TimedOutError):
        approximate_value(parse(r"\sqrt2"), {}, 50)


def test_a_limit_ends_with_its_context() -> None:
    with limited_cpu(60.0):
        with limited_cpu(-1.0):
            pass
        approximate_value(parse(r"\sqrt2"), {}, 50)
    approximate_value(parse(r"\sqrt2"), {}, 50)
