"""Whether two sides without names agree: as numbers, as roundings, as quantities."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from rethink_gym.verifiers.math.expression.comparison.scalar import are_scalars_equal
from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.tree import (
    Call,
    ExpressionError,
    Group,
    Interval,
    Node,
    Quantity,
    Relation,
    Text,
    UndefinedError,
    symbols_of,
    walk,
)
from rethink_gym.verifiers.math.expression.values.exact import exact_value
from rethink_gym.verifiers.number import Number, are_numbers_equal, is_rounding
from rethink_gym.verifiers.steps.claim import SCALE, Side

__all__ = ["Reading", "are_close", "compare_constants", "read_side"]

MIN_DECIMALS = 2
"""Digits behind the point from which a decimal may be a rounding of another decimal."""

FLOAT_DECIMALS = 12
"""Digits behind the point from which a decimal is what a machine printed."""

ABOUT = Fraction(1, 100)
"""How far apart, relatively, two values may be that are about the same."""

NEAR = Fraction(1, 50)
"""How far apart, relatively, two quantities may be where units are converted."""

FAR = Fraction(1, 10)
"""How far apart they are at least if they are not even about the same."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A side that was read.

    Attributes:
        side: What was written.
        node: Its tree; None if the parser knows no such mathematics.
        value: Its exact value, if there is one without knowing any name.
    """

    side: Side
    node: Node | None
    value: Fraction | None


@lru_cache(maxsize=4096)
def read_side(side: Side) -> Reading:
    """Parse a side and work it out, as far as that goes exactly."""
    node = _parsed(side.text)
    return Reading(side, node, None if node is None else _value(node))


def _parsed(text: str) -> Node | None:
    try:
        node = parse(text) if text else None
    except (ExpressionError, RecursionError):
        return None
    if node is None:
        return None
    for part in walk(node):
        if isinstance(part, Text | Group | Interval | Relation | Quantity):
            return None
        if isinstance(part, Call) and part.name.startswith("function "):  # f(2)
            return None
    return node


def _value(node: Node) -> Fraction | None:
    try:
        return exact_value(node)
    except UndefinedError:
        return None


def are_close(left: Fraction, right: Fraction, left_node: Node, right_node: Node) -> bool | None:
    """Tell whether two values agree, one perhaps a rounding of the other.

    A value that never ends may be rounded or cut to any decimal; one that ends, to
    two decimals or more, and properly. A percentage agrees with its bare figure.

    Args:
        left: One value.
        right: The other.
        left_node: What the first was written as.
        right_node: What the other was written as.

    Returns:
        Whether they agree; None if one may be the other rounded to a whole number.
    """
    if left == right:
        return True
    doubtful = False
    for node, exact in ((left_node, right), (right_node, left)):
        if not isinstance(node, Number):
            continue
        if are_numbers_equal(node, Number(exact), 1):
            return True
        if (node.decimals or 0) >= FLOAT_DECIMALS and _is_float(node.value, exact):
            return True
        figure = node.value * 100 if node.is_percent else node.value
        places = (node.decimals or 0) - (2 if node.is_percent and node.decimals else 0)
        gap = abs(figure - exact)
        if node.decimals is not None and places >= MIN_DECIMALS and _is_half(gap, places):
            return True
        if figure.denominator == 1 and gap < 1:
            doubtful = doubtful or is_rounding(Number(figure, 0, 1), exact, 1)
    return None if doubtful else False


def _is_float(printed: Fraction, exact: Fraction) -> bool:
    """Tell whether ``99.00000000000001`` is 99 as a machine works it out."""
    return bool(abs(printed - exact) * 10**FLOAT_DECIMALS <= max(abs(exact), 1))


def _is_half(gap: Fraction, places: int) -> bool:
    """Tell whether a gap is at most half a unit of the last place."""
    return gap * 2 * Fraction(10) ** places <= 1


def compare_constants(left: Reading, right: Reading, operator: str) -> bool | None:
    """Compare two sides that hold no names.

    Args:
        left: One side.
        right: The other.
        operator: What was written between.

    Returns:
        Whether the claim is true; None if that cannot be told.
    """
    if left.node is None or right.node is None:
        return None
    if left.value is None or right.value is None:
        return _compare_irrational(left.node, right.node, operator)
    if operator == "~":
        return _are_about(left.value, right.value)
    if operator != "=":
        return _COMPARISONS[operator](left.value, right.value) if _are_alike(left, right) else None
    equal = _are_equal(left, right)
    converted = _converted_values(left, right)
    is_same_kind = left.side.kind == right.side.kind != SCALE
    if converted is not None and is_same_kind and left.side.is_sum and right.side.is_sum:
        return converted[0] == converted[1] or (None if _are_near(*converted) else False)
    if equal or (converted is not None and converted[0] == converted[1]):
        return True
    if equal is None or (left.side.is_lone and not _are_alike(left, right)):
        return None
    has_unit = bool(left.side.units or right.side.units)
    return None if has_unit and _is_conversion(left.value, right.value) else False


def _are_equal(left: Reading, right: Reading) -> bool | None:
    assert left.node is not None
    assert right.node is not None
    assert left.value is not None
    assert right.value is not None
    equal = are_close(left.value, right.value, left.node, right.node)
    if equal or ("%" in left.side.text) == ("%" in right.side.text):
        return equal
    # "9 / 21 * 100% = 42.86", and "$75 / 75% = $1", in which the figure is meant
    return (
        are_close(left.value * 100, right.value, left.node, right.node)
        or are_close(left.value, right.value * 100, left.node, right.node)
        or equal
    )


def _is_conversion(left: Fraction, right: Fraction) -> bool:
    """Tell whether one value may be the other in another unit, which is not named."""
    if not left or not right:
        return False
    return left / right in _FACTORS or right / left in _FACTORS


_FACTORS = frozenset((3, 7, 10, 12, 16, 24, 30, 36, 52, 60, 100, 365, 1000, 3600))


_COMPARISONS = {
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "!=": lambda left, right: left != right,
}


def _are_alike(left: Reading, right: Reading) -> bool:
    """Tell whether both sides have the same units, or none, and percent signs alike."""
    percents = ["%" in reading.side.text for reading in (left, right)]
    return set(left.side.units) == set(right.side.units) and percents[0] == percents[1]


def _are_about(left: Fraction, right: Fraction) -> bool | None:
    gap, size = abs(left - right), max(abs(left), abs(right))
    if gap <= size * ABOUT:
        return True
    return False if gap > size * FAR and gap >= 1 else None


def _are_near(left: Fraction, right: Fraction) -> bool:
    """Tell whether two quantities may be the same but for rounded conversions."""
    return abs(left - right) <= max(abs(left), abs(right)) * NEAR


def _converted_values(left: Reading, right: Reading) -> tuple[Fraction, Fraction] | None:
    """Return both values in standard units, if both have units of one kind."""
    if SCALE in (left.side.kind, right.side.kind):
        one, other = (
            _parsed(reading.side.converted) if reading.side.kind == SCALE else reading.node
            for reading in (left, right)
        )
    elif left.side.converted and left.side.kind == right.side.kind:
        one, other = _parsed(left.side.converted), _parsed(right.side.converted)
    else:
        return None
    if one is None or other is None:
        return None
    first, second = _value(one), _value(other)
    return None if first is None or second is None else (first, second)


def _compare_irrational(left: Node, right: Node, operator: str) -> bool | None:
    """Compare values such as roots, by approximation."""
    if operator not in "=~" or symbols_of(left) or symbols_of(right):
        return None
    if any(
        isinstance(part, Call) and part.name in ("pm", "mp") for part in (*walk(left), *walk(right))
    ):
        return None
    try:
        return are_scalars_equal(left, right, 1 if operator == "~" else 2)
    except (ExpressionError, RecursionError):
        return None
