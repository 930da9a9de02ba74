"""Formulas of propositional logic: read, written, and tabulated."""

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
"""The name of a variable, a small letter, or something put together."""


class Connective(NamedTuple):
    """Formulas put together.

    Attributes:
        sign: ``~`` with one part, ``->`` or ``<->`` with two, ``&`` or ``|`` with two or
            more.
        parts: What is put together.
    """

    sign: str
    parts: tuple[Formula, ...]


def formula_symbols(formula: Formula) -> str:
    """Write a formula in signs, such as ``(p & ~q) -> r``."""
    return _written(formula, "~", _SIGNS)


def formula_words(formula: Formula) -> str:
    """Write a formula in words, such as ``(p and (not q)) implies r``."""
    return _written(formula, "not ", _WORDS)


def truth_table(formula: Formula, names: Sequence[str]) -> int:
    """Work out a formula for all assignments at once.

    Args:
        formula: The formula.
        names: Its variables, and any others.

    Returns:
        One bit per assignment, ``2**len(names)`` of them: bit ``k`` is the value where
        the variable number ``i`` is bit ``i`` of ``k``.
    """
    if isinstance(formula, str):
        return _columns(len(names))[names.index(formula)]
    tables = [truth_table(part, names) for part in formula.parts]
    everywhere = (1 << (1 << len(names))) - 1
    sign, first = formula.sign, tables[0]
    if sign == "~":
        return everywhere ^ first
    if sign == "->":
        return (everywhere ^ first) | tables[1]
    if sign == "<->":
        return everywhere ^ first ^ tables[1]
    for table in tables[1:]:
        first = first & table if sign == "&" else first | table
    return first


def parse_formula(text: str) -> Formula:
    """Read a formula in signs.

    Args:
        text: What `formula_symbols` returned; of the signs only ``~`` binds, all others
            need brackets where two kinds meet.

    Returns:
        The formula.

    Raises:
        ArgumentError: If the text is none.
    """
    tokens = _TOKEN.findall(text)
    formula, rest = _parse(tokens, text)
    if rest or "".join(tokens) != text.replace(" ", ""):
        raise _unreadable(text)
    return formula


_SIGNS = {"&": " & ", "|": " | ", "->": " -> ", "<->": " <-> "}
_WORDS = {"&": " and ", "|": " or ", "->": " implies ", "<->": " if and only if "}
_TOKEN = re.compile(r"<->|->|[a-z]|[~&|()]")


def _written(formula: Formula, negation: str, signs: dict[str, str]) -> str:
    if isinstance(formula, str):
        return formula
    parts = []
    for part in formula.parts:
        text = _written(part, negation, signs)
        is_bound = isinstance(part, str) or (part.sign == negation)
        parts.append(text if is_bound else f"({text})")
    return negation + parts[0] if formula.sign == "~" else signs[formula.sign].join(parts)


@lru_cache(maxsize=16)
def _columns(num_names: int) -> tuple[int, ...]:
    """Return the table of each variable."""
    rows = range(1 << num_names)
    return tuple(sum(1 << row for row in rows if row >> place & 1) for place in range(num_names))


def _parse(tokens: list[str], text: str) -> tuple[Formula, list[str]]:
    """Read from the front of the tokens; return what is left too."""
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
