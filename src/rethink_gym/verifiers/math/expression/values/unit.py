"""Units: which words name the same one, and what one is worth in another."""

import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache

from rethink_gym.verifiers.math.expression.tree import Call, Node, Quantity, Symbol, number_node

__all__ = ["are_quantities_equal", "are_same_unit", "unit_factor"]
_TABLE: dict[str, dict[str, Fraction | int]] = {
    "length": {
        "mm": Fraction(1, 1000), "millimeter": Fraction(1, 1000), "millimetre": Fraction(1, 1000),
        "cm": Fraction(1, 100), "centimeter": Fraction(1, 100), "centimetre": Fraction(1, 100),
        "m": 1, "meter": 1, "metre": 1, "km": 1000, "kilometer": 1000, "kilometre": 1000,
        "in": Fraction(254, 10000), "inch": Fraction(254, 10000), "inche": Fraction(254, 10000),
        "ft": Fraction(3048, 10000), "foot": Fraction(3048, 10000), "feet": Fraction(3048, 10000),
        "yd": Fraction(9144, 10000), "yard": Fraction(9144, 10000),
        "mi": Fraction(1609344, 1000), "mile": Fraction(1609344, 1000),
    },
    "mass": {
        "mg": Fraction(1, 1000), "milligram": Fraction(1, 1000), "g": 1, "gram": 1,
        "kg": 1000, "kilogram": 1000, "ton": 10**6, "tonne": 10**6,
        "oz": Fraction(45359237, 1600000), "ounce": Fraction(45359237, 1600000),
        "lb": Fraction(45359237, 100000), "pound": Fraction(45359237, 100000),
    },
    "time": {
        "s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hr": 3600,
        "hour": 3600, "day": 86400, "week": 604800, "month": 2629746, "year": 31556952,
        "yr": 31556952,
    },
    "volume": {
        "ml": Fraction(1, 1000), "milliliter": Fraction(1, 1000), "millilitre": Fraction(1, 1000),
        "l": 1, "liter": 1, "litre": 1, "cup": Fraction(2365882365, 10**10),
        "pint": Fraction(473176473, 10**9), "quart": Fraction(946352946, 10**9),
        "gallon": Fraction(3785411784, 10**9),
    },
    "money": {
        "dollar": 1, "usd": 1, "buck": 1, "cent": Fraction(1, 100), "¢": Fraction(1, 100),
        "dime": Fraction(1, 10), "nickel": Fraction(1, 20),
    },
    "temperature C": {"degree c": 1, "celsiu": 1, "degree celsiu": 1},
    "temperature F": {"degree f": 1, "fahrenheit": 1, "degree fahrenheit": 1},
    "euro": {"euro": 1, "eur": 1},
    "yen": {"yen": 1},
    "yuan": {"yuan": 1, "rmb": 1},
}  # fmt: skip
_WORDS = {
    word: (kind, Fraction(size)) for kind, words in _TABLE.items() for word, size in words.items()
}
_ALIASES = {"mph": "mile/hour", "kph": "km/hour", "kmh": "km/hour"}
_PART = re.compile(r"(?P<word>[a-z]+(?: [a-z]+)*)\s*(?:\^\s*\{?\s*(?P<power>-?[0-9])\s*\}?)?")


@lru_cache(maxsize=1024)
def unit_factor(unit: str) -> tuple[tuple[tuple[str, int], ...], Fraction] | None:
    """Read a unit.

    Args:
        unit: As written, such as ``cm^2`` or ``miles per hour``.

    Returns:
        What is measured, as kinds with their powers, and the size of the unit in a
        standard one; None if the words are no known unit.
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
        known = _WORDS.get(_singular(match["word"]))
        if known is None:
            return None
        power = int(match["power"] or 1) * (-1 if number else 1)
        powers[known[0]] = powers.get(known[0], 0) + power
        factor *= known[1] ** power
    return tuple(sorted(powers.items())), factor


def are_same_unit(left: str, right: str) -> bool:
    """Tell whether two units that are not known, such as "apples", are the same words."""
    one, other = (" ".join(map(_singular, _plain(unit).split(" "))) for unit in (left, right))
    return one == other or one.startswith(f"{other} ") or other.startswith(f"{one} ")


def _plain(unit: str) -> str:
    plain = unit.lower().replace("frac{", "{").replace("}{", "/").replace(" per ", "/").strip()
    return re.sub(r"\s+", " ", plain.strip("{} "))


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 2 else word


def are_quantities_equal(
    left: Node, right: Node, units: str, are_equal: Callable[[Node, Node], bool]
) -> bool:
    """Compare two answers of which at least one has a unit.

    Args:
        left: One answer.
        right: The other.
        units: How much units matter, as `Policy` says.
        are_equal: Compares what is left when the units are taken off.

    Returns:
        Whether they are the same; units of one kind are converted.
    """
    if units == "ignored":
        return are_equal(_figure(left), _figure(right))
    if not isinstance(left, Quantity) or not isinstance(right, Quantity):
        quantity, plain = (left, right) if isinstance(left, Quantity) else (right, left)
        assert isinstance(quantity, Quantity)
        if units == "optional" and are_equal(quantity.value, plain):
            return True
        if len(quantity.unit) == 1:  # a variable after all
            return are_equal(Call("multiply", (quantity.value, Symbol(quantity.unit))), plain)
        return False
    one, other = unit_factor(left.unit), unit_factor(right.unit)
    if one is None or other is None:
        return are_same_unit(left.unit, right.unit) and are_equal(left.value, right.value)
    if one[0] != other[0]:
        return False
    if one[1] == other[1]:
        return are_equal(left.value, right.value)
    return are_equal(
        Call("multiply", (number_node(one[1]), left.value)),
        Call("multiply", (number_node(other[1]), right.value)),
    )


def _figure(node: Node) -> Node:
    return node.value if isinstance(node, Quantity) else node
