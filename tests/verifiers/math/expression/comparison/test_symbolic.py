"""Symbolic comparison: what sympy decides, and what it does not."""

import pytest

from rethink_gym.verifiers.math.expression.comparison.symbolic import are_symbolically_equal
from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.tree import UndecidedError, UnreadableError


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (r"\int_0^1 x^2\,dx", "1/3", True),
        (r"\int_0^1 x^2\,dx", "1/4", False),
        (r"\sum_{k=1}^{n} k", r"\frac{n(n+1)}{2}", True),
        (r"\lim_{x \to 0} \frac{\sin x}{x}", "1", True),
        (r"\sum_{k=1}^{\infty} \frac{1}{k^2}", r"\frac{\pi^2}{6}", True),
    ],
)
def test_sympy_decides_what_evaluation_cannot(left: str, right: str, equal: bool) -> None:
    assert are_symbolically_equal(parse(left), parse(right)) is equal


@pytest.mark.parametrize(
    ("text", "error"), [(r"\int x\,dx", UndecidedError), ("(1,2)", UnreadableError)]
)
def test_what_sympy_cannot_decide_is_undecided_and_what_is_not_a_value_unreadable(
    text: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        are_symbolically_equal(parse(text), parse("1/3"))
