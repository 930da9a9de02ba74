"""A tree as plain text for a person."""

import pytest

from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.text import MAX_CHARS, plain_text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1,234.50", "2469/2"),
        (r"2\sqrt3", "2*(3^(1/2))"),
        ("x-1", "x + ((-1)*1)"),
        (r"\sin 2x", "sin(2*x)"),
        ("f(x)", "f(x)"),
        (r"\{1,2\}", "{1, 2}"),
        ("(1,2)", "(1, 2)"),
        ("[0,1)", "[0, 1)"),
        ("3:4", "3:4"),
        ("1<x<=2", "1 < x <= 2"),
        ("5 km", "5 km"),
        ("red", '"red"'),
    ],
)
def test_a_tree_is_written_in_plain_characters(text: str, words: str) -> None:
    assert plain_text(parse(text)) == words


@pytest.mark.parametrize("text", ["+".join(["x"] * 2000), "9" * 900, "(" * 38 + "x" + ")" * 38])
def test_the_text_of_any_tree_is_short(text: str) -> None:
    assert len(plain_text(parse(text))) <= MAX_CHARS
