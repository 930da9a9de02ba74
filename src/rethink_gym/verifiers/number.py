"""Plain numbers as people write them: read fast, compared exactly.

This is the path that nearly every answer takes; expressions have their own
folder. Nothing here loads a mathematics library.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

__all__ = ["Number", "are_numbers_equal", "is_rounding", "is_written_whole", "read_number"]

MAX_CHARS = 64
"""Longer texts are left to the parser, which counts digits."""

_NUMBER = re.compile(
    r"""
    \s* (?P<sign>[+-]?) \s*
    (?:\\?\$)? \s*
    (?P<whole> [0-9]{1,3} (?:,[0-9]{3})+ | [0-9]+ )?
    (?P<part> \.[0-9]* )?
    (?: [eE] (?P<exponent> [+-]?[0-9]{1,2} ) )?
    (?: \s* / \s* (?P<below> -?[0-9]+ ) )?
    \s* (?P<percent> \\?% | \s+ percent )?
    \s* \.? \s*
    """,
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number and how it was written.

    Attributes:
        value: What it stands for; ``25%`` stands for 1/4.
        decimals: Digits behind the point, of which there were some only if the
            number was written as a decimal; None for whole numbers and fractions.
        digits: Significant digits of a decimal, trailing zeros included; else 0.
        is_percent: Whether it was written with a percent sign.
    """

    value: Fraction
    decimals: int | None = None
    digits: int = 0
    is_percent: bool = False


def read_number(text: str) -> Number | None:
    """Read a number written in plain characters.

    Args:
        text: Such as ``-1,234.50``, ``3/4``, ``$5``, ``25%`` or ``6e-3``; blanks
            around it and a closing full stop do not matter.

    Returns:
        The number, or None if the text is anything else, a fraction with
        denominator zero or longer than 64 characters.
    """
    return None if len(text) > MAX_CHARS else _read(text)


def is_written_whole(text: str) -> bool:
    """Tell whether a text is a whole number written in the one shortest way, such as ``-12``.

    Two such texts are equal numbers only if they are equal texts.
    """
    digits = text if text.isdecimal() else text.removeprefix("-")
    is_shortest = text == "0" or digits[:1] > "0"
    return is_shortest and digits.isdecimal() and digits.isascii() and len(text) <= MAX_CHARS


def are_numbers_equal(left: Number, right: Number, precision: int, percent: str = "either") -> bool:
    """Compare two numbers.

    A percentage equals both its value and its bare figure: ``25%`` is ``0.25``
    and ``25``. A decimal equals a fraction that it is a rounding of. Two
    decimals, or a decimal and a whole number, are equal only if they are exactly.

    Args:
        left: One number.
        right: The other; swapping the two changes nothing.
        precision: Significant digits from which a rounded decimal will do.
        percent: ``"either"`` as said above; ``"value"`` if a percentage equals its
            value alone.

    Returns:
        Whether they are the same answer.
    """
    if left.value == right.value:
        return True
    if left.is_percent != right.is_percent and percent == "either":
        percentage, plain = (left, right) if left.is_percent else (right, left)
        if percentage.value * 100 == plain.value:
            return True
    return is_rounding(left, right.value, precision) or is_rounding(right, left.value, precision)


def is_rounding(decimal: Number, exact: Fraction, precision: int) -> bool:
    """Tell whether a decimal is what a value that never ends is rounded or cut to.

    Args:
        decimal: What was written.
        exact: The value.
        precision: Fewest significant digits that the decimal must have.

    Returns:
        False too if the value can be written as a decimal: then nobody needs to
        round it.
    """
    if decimal.decimals is None or decimal.digits < precision or _terminates(exact):
        return False
    return abs(decimal.value - exact) * Fraction(10) ** decimal.decimals < 1


def _terminates(value: Fraction) -> bool:
    below = value.denominator
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return below == 1


@lru_cache(maxsize=8192)
def _read(text: str) -> Number | None:
    if text.isdecimal() and text.isascii():
        return Number(Fraction(int(text)))
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, whole, part, exponent, below, percent = match.groups()
    if part == ".":
        part = None
    if whole is None and part is None:
        return None
    digits = (whole or "").replace(",", "")
    behind = part[1:] if part else ""
    value = Fraction(int(digits + behind), 10 ** len(behind))
    decimals = len(behind) if part else None
    if exponent:
        value *= Fraction(10) ** int(exponent)
        decimals = None if decimals is None else decimals - int(exponent)
    if below is not None:
        if part or exponent or int(below) == 0:
            return None
        value /= int(below)
    if percent:
        value /= 100
        decimals = None if decimals is None else decimals + 2
    return Number(
        value=-value if sign == "-" else value,
        decimals=decimals,
        digits=len((digits + behind).lstrip("0")) if part else 0,
        is_percent=percent is not None,
    )
