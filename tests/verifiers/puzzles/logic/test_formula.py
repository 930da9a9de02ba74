"""The promises of formulas."""

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.verifiers.puzzles.logic import (
    formula_symbols,
    formula_words,
    parse_formula,
    truth_table,
)


@pytest.mark.parametrize(
    ("symbols", "words", "table"),
    [
        ("p", "p", "0101"),
        ("~p", "not p", "1010"),
        ("~~p", "not (not p)", "0101"),
        ("p & q", "p and q", "0001"),
        ("p | q", "p or q", "0111"),
        ("p -> q", "p implies q", "1011"),
        ("p <-> q", "p if and only if q", "1001"),
        ("~(p & q)", "not (p and q)", "1110"),
        ("~p | q", "(not p) or q", "1011"),
        ("p & q & p", "p and q and p", "0001"),
        ("(p | q) & ~(p & q)", "(p or q) and (not (p and q))", "0110"),
        ("(p -> q) -> p", "(p implies q) implies p", "0101"),
    ],
)
def test_a_formula_is_parsed_written_and_evaluated(symbols: str, words: str, table: str) -> None:
    formula = parse_formula(symbols)
    assert formula_symbols(formula) == symbols
    assert formula_words(formula) == words
    # Rows: neither, p alone, q alone, both.
    assert truth_table(formula, ("p", "q")) == int(table[::-1], 2)


@pytest.mark.parametrize(
    "text", ["", "p &", "& p", "p q", "p & q | p", "p -> q -> p", "(p", "p)", "P", "p => q", "~"]
)
def test_what_is_not_a_formula_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="formula must be written like"):
        parse_formula(text)
