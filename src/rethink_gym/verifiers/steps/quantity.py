"""Units of quantities in prose: which words are one, and what a sum comes to in it."""

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from rethink_gym.verifiers.math.expression.parsing.vocabulary import SCALES
from rethink_gym.verifiers.math.expression.values.unit import unit_factor
from rethink_gym.verifiers.steps.claim import SCALE
from rethink_gym.verifiers.steps.prose import Token, TokenKind

__all__ = ["Piece", "converted", "with_unit_letters"]

_UNIT_LETTERS = frozenset("mgshLl")


def with_unit_letters(tokens: list[Token]) -> list[Token]:
    """Mark letters that are units, such as the m of ``3 m = 300 cm``, as words.

    Args:
        tokens: Tokens of a step.

    Returns:
        The tokens. A letter becomes a word if it always follows a number and a blank, and if
        another unit follows a number in the step.
    """
    letters: set[str] = set()
    others: set[str] = set()
    has_unit = False
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.kind is TokenKind.NAME and token.text in _UNIT_LETTERS:
            is_behind = before is not None and before.kind is TokenKind.NUMBER and token.is_spaced
            (letters if is_behind else others).add(token.text)
        elif token.kind is TokenKind.WORD and before and before.kind is TokenKind.NUMBER:
            has_unit = has_unit or unit_factor(token.text) is not None
    units = letters - others
    if not has_unit or not units:
        return tokens
    return [
        token._replace(kind=TokenKind.WORD)
        if token.kind is TokenKind.NAME and token.text in units
        else token
        for token in tokens
    ]


class Piece(NamedTuple):
    """A part of a side.

    Attributes:
        text: Its text, including a preceding blank.
        kind: Kind of its token.
        unit: Words after a number.
    """

    text: str
    kind: TokenKind
    unit: str = ""


def converted(pieces: list[Piece]) -> tuple[str, str]:
    """Convert every quantity of a side to the standard unit of its kind.

    Args:
        pieces: Pieces of the side.

    Returns:
        The converted text and the kind. Both are empty unless every term has one known
        unit of the same kind, or terms have words such as "million".
    """
    known = [_known_unit(piece.unit) if piece.unit else None for piece in pieces]
    has_scale = any(unit is not None and unit[0] == SCALE for unit in known)
    texts: list[str] = []
    kinds = set()
    for piece, unit in zip(pieces, known, strict=True):
        if unit is not None and (unit[0] == SCALE or not has_scale):
            kinds.add(unit[0])
            texts.append(f"({piece.text}*({unit[1]}))")
        elif piece.unit and not has_scale:
            return "", ""
        else:
            texts.append(piece.text)
    if len(kinds) != 1 or not (has_scale or _has_unit_in_every_term(pieces)):
        return "", ""
    return "".join(texts).strip(), kinds.pop()


def _has_unit_in_every_term(pieces: list[Piece]) -> bool:
    """Return whether every term has exactly one unit."""
    num_units = [0]
    before = "("
    for piece in pieces:
        sign = piece.text.strip()
        if sign in ("+", "-") and before not in ("+", "-", "*", "/", "^", "("):
            num_units.append(0)
        num_units[-1] += bool(piece.unit)
        before = sign
    return all(number == 1 for number in num_units)


_UNCLEAR = frozenset(("ton", "tons", "month", "months", "year", "years", "yr"))
"""Units that stand for more than one size."""


@lru_cache(maxsize=1024)
def _known_unit(words: str) -> tuple[str, Fraction] | None:
    """Read the unit that some words begin with: what it measures, and its size."""
    parts = words.split()
    for part in parts:
        if part.lower() in SCALES:
            return SCALE, Fraction(SCALES[part.lower()])
    for end in range(len(parts), 0, -1):
        known = unit_factor(" ".join(parts[:end]))
        if known is not None:
            kind = str(known[0])
            is_unclear = "temperature" in kind or not _UNCLEAR.isdisjoint(parts[:end])
            return None if is_unclear else (kind, known[1])
    return None
