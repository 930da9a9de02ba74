"""Plain numbers: parse them fast, compare them exactly.

Nearly every answer is a plain number. This module imports no mathematics library;
expressions are in `rethink_gym.verifiers.math.expression`.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

__all__ = ["Number", "are_numbers_equal", "is_rounding", "is_written_whole", "read_number"]

MAX_CHARS = 64
"""Maximum length of a plain number; the expression parser reads longer ones."""

_NUMBER = re.compile(
    r"""
    \s* (?P<sign>[+-]?) \s*
    (?:\\?\$)? \s*
    (?P<whole> [0-9]{1,3} (?:,[0-9]{3})+ | [0-9]+ )?
    (?P<part> \.[0-9]* )?
    (?: [eE] (?P<exponent> [+-]?[0-9]{1,2} ) )?
    (?: \s* / \s* (?P<denominator> -?[0-9]+ ) )?
    \s* (?P<percent> \\?% | \s+ percent )?
    \s* \.? \s*
    """,
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number and the way it is written.

    Attributes:
        value: The value; 1/4 for ``25%``.
        decimals: Number of digits after the point, less the exponent of scientific
            notation; None for whole numbers and fractions.
        digits: Number of significant digits of a decimal, trailing zeros included; else 0.
        is_percent: Whether it is written with a percent sign.
    """

    value: Fraction
    decimals: int | None = None
    digits: int = 0
    is_percent: bool = False


def read_number(text: str) -> Number | None:
    """Parse a number written in plain characters.

    Args:
        text: A text such as ``-1,234.50``, ``3/4``, ``$5``, ``25%`` or ``6e-3``. Spaces
            around it and a final full stop are ignored.

    Returns:
        The number; None if the text is anything else, has a denominator of zero, or is
        longer than ``MAX_CHARS``.
    """
    return None if len(text) > MAX_CHARS else _parse_number(text)


def is_written_whole(text: str) -> bool:
    """Return whether a text is a whole number in its shortest form, such as ``-12``.

    Two such texts are equal numbers only if they are equal texts.
    """
    digits = text if text.isdecimal() else text.removeprefix("-")
    is_shortest = text == "0" or digits[:1] > "0"
    return is_shortest and digits.isdecimal() and digits.isascii() and len(text) <= MAX_CHARS


def are_numbers_equal(left: Number, right: Number, precision: int, percent: str = "either") -> bool:
    """Compare two numbers.

    A percentage equals its value and also the number without the sign: ``25%`` equals
    ``0.25`` and ``25``. A decimal equals a fraction that rounds to it. Two decimals, or a
    decimal and a whole number, are equal only if their values are.

    Args:
        left: One number.
        right: The other; swapping the two changes nothing.
        precision: Minimum number of significant digits of a rounded decimal.
        percent: ``"either"`` as above; ``"value"`` if a percentage equals only its value.

    Returns:
        Whether the two are the same answer.
    """
    if left.value == right.value:
        return True
    if left.is_percent != right.is_percent and percent == "either":
        percentage, plain = (left, right) if left.is_percent else (right, left)
        if percentage.value * 100 == plain.value:
            return True
    return is_rounding(left, right.value, precision) or is_rounding(right, left.value, precision)


def is_rounding(decimal: Number, exact: Fraction, precision: int) -> bool:
    """Return whether a decimal is a rounding or truncation of a repeating decimal.

    Args:
        decimal: The decimal as written.
        exact: The exact value.
        precision: Minimum number of significant digits of the decimal.

    Returns:
        Whether it is; False also if ``exact`` can be written as a decimal without rounding.
    """
    if decimal.decimals is None or decimal.digits < precision or _terminates(exact):
        return False
    return abs(decimal.value - exact) * Fraction(10) ** decimal.decimals < 1


def _terminates(value: Fraction) -> bool:
    """Return whether a fraction can be written as a decimal: its denominator is 2^a 5^b."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


@lru_cache(maxsize=8192)
def _parse_number(text: str) -> Number | None:
    if text.isdecimal() and text.isascii():
        return Number(Fraction(int(text)))
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, whole, part, exponent, denominator, percent = match.groups()
    if part == ".":
        part = None
    if whole is None and part is None:
        return None
    digits = (whole or "").replace(",", "")
    decimal_digits = part[1:] if part else ""
    value = Fraction(int(digits + decimal_digits), 10 ** len(decimal_digits))
    decimals = len(decimal_digits) if part else None
    if exponent:
        value *= Fraction(10) ** int(exponent)
        decimals = None if decimals is None else decimals - int(exponent)
    if denominator is not None:
        if part or exponent or int(denominator) == 0:
            return None
        value /= int(denominator)
    if percent:
        value /= 100
        decimals = None if decimals is None else decimals + 2
    return Number(
        value=-value if sign == "-" else value,
        decimals=decimals,
        digits=len((digits + decimal_digits).lstrip("0")) if part else 0,
        is_percent=percent is not None,
    )
