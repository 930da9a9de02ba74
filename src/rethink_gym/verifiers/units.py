"""The one table of units: which words name the same unit, and the size of each."""

import re
from fractions import Fraction
from functools import lru_cache

__all__ = ["AMBIGUOUS_UNITS", "UNIT_LETTERS", "are_same_unit", "unit_factor"]

_SIZES: dict[str, dict[tuple[str, ...], Fraction | int]] = {
    "length": {  # in metres
        ("mm", "millimeter", "millimetre"): Fraction(1, 1000),
        ("cm", "centimeter", "centimetre"): Fraction(1, 100),
        ("m", "meter", "metre"): 1,
        ("km", "kilometer", "kilometre"): 1000,
        ("in", "inch", "inche"): Fraction(254, 10000),
        ("ft", "foot", "feet"): Fraction(3048, 10000),
        ("yd", "yard"): Fraction(9144, 10000),
        ("mi", "mile"): Fraction(1609344, 1000),
    },
    "mass": {  # in grams
        ("mg", "milligram"): Fraction(1, 1000),
        ("g", "gram"): 1,
        ("kg", "kilogram"): 1000,
        ("ton", "tonne"): 10**6,
        ("oz", "ounce"): Fraction(45359237, 1600000),
        ("lb", "pound"): Fraction(45359237, 100000),
    },
    "time": {  # in seconds
        ("s", "sec", "second"): 1,
        ("min", "minute"): 60,
        ("h", "hr", "hour"): 3600,
        ("day",): 86400,
        ("week",): 604800,
        ("month",): 2629746,
        ("year", "yr"): 31556952,
    },
    "volume": {  # in litres
        ("ml", "milliliter", "millilitre"): Fraction(1, 1000),
        ("l", "liter", "litre"): 1,
        ("cup",): Fraction(2365882365, 10**10),
        ("pint",): Fraction(473176473, 10**9),
        ("quart",): Fraction(946352946, 10**9),
        ("gallon",): Fraction(3785411784, 10**9),
    },
    "money": {  # in dollars
        ("dollar", "usd", "buck"): 1,
        ("dime",): Fraction(1, 10),
        ("nickel",): Fraction(1, 20),
        ("cent", "¢"): Fraction(1, 100),
    },
    "temperature C": {("degree c", "celsiu", "degree celsiu"): 1},
    "temperature F": {("degree f", "fahrenheit", "degree fahrenheit"): 1},
    "euro": {("euro", "eur"): 1},
    "yen": {("yen",): 1},
    "yuan": {("yuan", "rmb"): 1},
}
"""Size of each unit in the standard unit of its kind, by all its names without a final s."""

_UNITS = {
    name: (kind, Fraction(size))
    for kind, sizes in _SIZES.items()
    for names, size in sizes.items()
    for name in names
}

UNIT_LETTERS = frozenset(name for name in _UNITS if name.isascii() and len(name) == 1) | {"L"}
"""Units of one letter, which could also be variables."""

AMBIGUOUS_UNITS = frozenset(("ton", "tons", "month", "months", "year", "years", "yr"))
"""Units with more than one size in use."""

_ALIASES = {"mph": "mile/hour", "kph": "km/hour", "kmh": "km/hour"}
_PART = re.compile(r"(?P<word>[a-z]+(?: [a-z]+)*)\s*(?:\^\s*\{?\s*(?P<power>-?[0-9])\s*\}?)?")


@lru_cache(maxsize=1024)
def unit_factor(unit: str) -> tuple[tuple[tuple[str, int], ...], Fraction] | None:
    """Return what a unit measures, and its size.

    Args:
        unit: The unit as written, such as ``cm^2`` or ``miles per hour``.

    Returns:
        The dimension, as pairs of kind and power in the order of kinds, and the size in
        the standard units of these kinds; None if the unit is unknown.
    """
    plain = _plain(unit)
    plain = _ALIASES.get(plain, plain)
    plain = re.sub(r"\bsquare ([a-z]+)", r"\1^2", plain)
    plain = re.sub(r"\bcubic ([a-z]+)", r"\1^3", plain)
    powers: dict[str, int] = {}
    factor = Fraction(1)
    for number, part in enumerate(plain.split("/")):
        match = _PART.fullmatch(part.strip(" (){}"))
        if match is None:
            return None
        known = _UNITS.get(_singular(match["word"]))
        if known is None:
            return None
        kind, size = known
        power = int(match["power"] or 1) * (-1 if number else 1)
        powers[kind] = powers.get(kind, 0) + power
        factor *= size**power
    return tuple(sorted(powers.items())), factor


def are_same_unit(left: str, right: str) -> bool:
    """Return whether two unknown units, such as "apples", have the same words."""
    one, other = (" ".join(map(_singular, _plain(unit).split(" "))) for unit in (left, right))
    return one == other or one.startswith(f"{other} ") or other.startswith(f"{one} ")


def _plain(unit: str) -> str:
    plain = unit.lower().replace("frac{", "{").replace("}{", "/").replace(" per ", "/").strip()
    return re.sub(r"\s+", " ", plain.strip("{} "))


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 2 else word
