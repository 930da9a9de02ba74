"""Formulas of propositional logic: parser, text forms, truth tables."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from rethink_gym.errors import argument_error

__all__ = [
    "Connective",
    "Formula",
    "formula_symbols",
    "formula_words",
    "parse_formula",
    "truth_table",
]

Formula: TypeAlias = "str | Connective"
"""A variable, named by a lower-case letter, or a connective."""


class Connective(NamedTuple):
    """A connective with its operands.

    Attributes:
        sign: ``~`` with one operand, ``->`` or ``<->`` with two, ``&`` or ``|`` with two or
            more.
        parts: The operands.
    """

    sign: str
    parts: tuple[Formula, ...]


def formula_symbols(formula: Formula) -> str:
    """Write a formula with signs, such as ``(p & ~q) -> r``."""
    return _write(formula, "~", _SIGNS)


def formula_words(formula: Formula) -> str:
    """Write a formula in words, such as ``(p and (not q)) implies r``."""
    return _write(formula, "not ", _WORDS)


def truth_table(formula: Formula, names: Sequence[str]) -> int:
    """Return the truth table of a formula as the bits of an integer.

    Args:
        formula: The formula.
        names: Names of the variables; the formula need not use all of them.

    Returns:
        ``2**len(names)`` bits. Bit ``k`` is the value of the formula for the assignment in
        which variable ``i`` is bit ``i`` of ``k``.

    Examples:
        >>> bin(truth_table(parse_formula("p & q"), ["p", "q"]))
        '0b1000'
    """
    if isinstance(formula, str):
        return _columns(len(names))[names.index(formula)]
    tables = [truth_table(part, names) for part in formula.parts]
    all_ones = (1 << (1 << len(names))) - 1
    sign, first = formula.sign, tables[0]
    if sign == "~":
        return all_ones ^ first
    if sign == "->":
        return (all_ones ^ first) | tables[1]
    if sign == "<->":
        return all_ones ^ first ^ tables[1]
    for table in tables[1:]:
        first = first & table if sign == "&" else first | table
    return first


def parse_formula(text: str) -> Formula:
    """Parse a formula with signs.

    Args:
        text: A formula as `formula_symbols` writes it. ``~`` binds most tightly; two
            different other signs need brackets.

    Returns:
        The formula.

    Raises:
        ArgumentError: If ``text`` is not such a formula.
    """
    tokens = _TOKEN.findall(text)
    formula, rest = _parse(tokens, text)
    if rest or "".join(tokens) != text.replace(" ", ""):
        raise _unreadable(text)
    return formula


_SIGNS = {"&": " & ", "|": " | ", "->": " -> ", "<->": " <-> "}
_WORDS = {"&": " and ", "|": " or ", "->": " implies ", "<->": " if and only if "}
_TOKEN = re.compile(r"<->|->|[a-z]|[~&|()]")


def _write(formula: Formula, negation: str, signs: dict[str, str]) -> str:
    if isinstance(formula, str):
        return formula
    parts = []
    for part in formula.parts:
        text = _write(part, negation, signs)
        is_bound = isinstance(part, str) or (part.sign == negation)
        parts.append(text if is_bound else f"({text})")
    return negation + parts[0] if formula.sign == "~" else signs[formula.sign].join(parts)


@lru_cache(maxsize=16)
def _columns(num_names: int) -> tuple[int, ...]:
    """Return the truth table of each variable."""
    rows = range(1 << num_names)
    return tuple(sum(1 << row for row in rows if row >> index & 1) for index in range(num_names))


def _parse(tokens: list[str], text: str) -> tuple[Formula, list[str]]:
    """Parse a formula from the start of the tokens; return it and the remaining tokens."""
    first, tokens = _parse_bound(tokens, text)
    if not tokens or tokens[0] == ")":
        return first, tokens
    sign, parts = tokens[0], [first]
    while tokens and tokens[0] == sign:
        part, tokens = _parse_bound(tokens[1:], text)
        parts.append(part)
    if sign not in _SIGNS or (len(parts) > 2 and sign not in "&|"):
        raise _unreadable(text)
    return Connective(sign, tuple(parts)), tokens


def _parse_bound(tokens: list[str], text: str) -> tuple[Formula, list[str]]:
    if not tokens:
        raise _unreadable(text)
    token, *rest = tokens
    if token == "~":
        part, rest = _parse_bound(rest, text)
        return Connective("~", (part,)), rest
    if token == "(":
        formula, rest = _parse(rest, text)
        if not rest or rest[0] != ")":
            raise _unreadable(text)
        return formula, rest[1:]
    if not token.isalpha():
        raise _unreadable(text)
    return token, rest


def _unreadable(text: str) -> Exception:
    return argument_error("formula", "written like (p & ~q) -> r", text)
