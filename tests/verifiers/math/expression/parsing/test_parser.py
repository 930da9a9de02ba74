"""Parsing: which tree a text has, and what is refused."""

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.tree import (
    Call,
    ExpressionError,
    Group,
    GroupKind,
    Interval,
    Node,
    OverLimitError,
    Quantity,
    Relation,
    Symbol,
    Text,
    UnreadableError,
    number_node,
)

X = Symbol("x")
ONE, TWO = number_node(1), number_node(2)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("2", TWO),
        (r"\frac12", number_node(Fraction(1, 2))),
        ("x", X),
        ("2x", Call("multiply", (TWO, X))),
        ("x+1", Call("add", (X, ONE))),
        ("x^2", Call("power", (X, TWO))),
        ("-x^2", Call("multiply", (number_node(-1), Call("power", (X, TWO))))),
        (r"\sin^2 x", Call("power", (Call("sin", (X,)), TWO))),
        ("(1,2)", Group(GroupKind.TUPLE, (ONE, TWO))),
        ("1,2", Group(GroupKind.LIST, (ONE, TWO))),
        (r"\{1,2\}", Group(GroupKind.SET, (ONE, TWO))),
        ("1:2", Group(GroupKind.RATIO, (ONE, TWO))),
        ("[1,2)", Interval(ONE, TWO, has_low=True, has_high=False)),
        ("1<x<=2", Relation((ONE, X, TWO), ("<", "<="))),
        (r"x \in \mathbb{R}", Relation((X, Symbol("reals")), ("in",))),
        (r"2\text{ cm}^2", Quantity(TWO, "cm^2")),
        (r"\text{No solution}", Text("no solution")),
        ("x_1", Symbol("x_1")),
        ("f(x)", Call("function f", (X,))),
        ("|x|", Call("abs", (X,))),
    ],
)
def test_a_text_is_parsed_into_its_tree(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    ["", "+", "2 +", "(2", "2)", "2 2", r"\frac", r"\frac{1}", r"\sqrt", "x^", "a..b", "3^^^3",
    "print(2)",
     r"\begin{pmatrix}1&2\\3\end{pmatrix}", r"\int x", "2 cm 3", "#", "x_{", r"\left",
     "2 \\text{a} + 1"],
)  # fmt: skip
def test_a_text_that_is_not_mathematics_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    ["(" * 60 + "1" + ")" * 60, "1" * 1001, "1e2000", "1," * 4000 + "1", "1" + " " * 9999 + "+1"],
)
def test_a_text_that_is_too_big_is_over_the_limit(text: str) -> None:
    with pytest.raises(OverLimitError):
        parse(text)


@given(st.text(alphabet="0123456789xyABf'+-*/^()[]{}=<>,;:. \\$%|!_&", max_size=60))
def test_any_text_is_parsed_or_refused_with_an_expression_error(text: str) -> None:
    with suppress(ExpressionError):
        assert parse(text) == parse(text)
