"""Compare two sides without unknowns: as exact values, as roundings, as quantities."""

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

__all__ = ["CONVERSION_FACTORS", "Reading", "are_close", "compare_constants", "read_side"]

MIN_DECIMALS = 2
"""Minimum number of decimals of a number that may be a rounding of another decimal."""

FLOAT_DECIMALS = 12
"""Minimum number of decimals of a number that looks like printed floating-point output."""

ABOUT = Fraction(1, 100)
"""Maximum relative difference of two values that are about equal."""

NEAR = Fraction(1, 50)
"""Maximum relative difference of two quantities after a conversion of units."""

FAR = Fraction(1, 10)
"""Minimum relative difference of two values that are not about equal."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A parsed side.

    Attributes:
        side: The side.
        node: Tree of its expression; None if it cannot be parsed.
        value: Exact value; None if it depends on a name or is not rational.
    """

    side: Side
    node: Node | None
    value: Fraction | None


@lru_cache(maxsize=4096)
def read_side(side: Side) -> Reading:
    """Parse a side and evaluate it exactly, if possible."""
    node = _parse_side(side.text)
    return Reading(side, node, None if node is None else _exact_value(node))


def _parse_side(text: str) -> Node | None:
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


def _exact_value(node: Node) -> Fraction | None:
    try:
        return exact_value(node)
    except UndefinedError:
        return None


def are_close(left: Fraction, right: Fraction, left_node: Node, right_node: Node) -> bool | None:
    """Return whether two values are equal, or one is a rounding of the other.

    A value with infinitely many decimals may be rounded or truncated to any decimal. A value
    with finitely many may only be rounded, to two decimals or more. A percentage also equals
    its bare number.

    Args:
        left: One value.
        right: The other value.
        left_node: Expression of the first value.
        right_node: Expression of the other value.

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
        num_decimals = (node.decimals or 0) - (2 if node.is_percent and node.decimals else 0)
        gap = abs(figure - exact)
        is_decimal = node.decimals is not None and num_decimals >= MIN_DECIMALS
        if is_decimal and _is_rounding_error(gap, num_decimals):
            return True
        if figure.denominator == 1 and gap < 1:
            doubtful = doubtful or is_rounding(Number(figure, 0, 1), exact, 1)
    return None if doubtful else False


def _is_float(printed: Fraction, exact: Fraction) -> bool:
    """Return whether a number such as ``99.00000000000001`` is 99 with a float error."""
    return bool(abs(printed - exact) * 10**FLOAT_DECIMALS <= max(abs(exact), 1))


def _is_rounding_error(gap: Fraction, num_decimals: int) -> bool:
    """Return whether a difference is at most half a unit of the last decimal."""
    return gap * 2 * Fraction(10) ** num_decimals <= 1


def compare_constants(left: Reading, right: Reading, operator: str) -> bool | None:
    """Check a relation between two sides without unknowns.

    Args:
        left: Left side.
        right: Right side.
        operator: The relation, as in `Chain.operators`.

    Returns:
        Whether the relation is true; None if that cannot be decided.
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
    # In "9 / 21 * 100% = 42.86" and "$75 / 75% = $1", the percentage is a bare number.
    return (
        are_close(left.value * 100, right.value, left.node, right.node)
        or are_close(left.value, right.value * 100, left.node, right.node)
        or equal
    )


def _is_conversion(left: Fraction, right: Fraction) -> bool:
    """Return whether one value may be the other one in an unnamed unit."""
    if not left or not right:
        return False
    return left / right in CONVERSION_FACTORS or right / left in CONVERSION_FACTORS


CONVERSION_FACTORS = frozenset((3, 7, 10, 12, 16, 24, 30, 36, 52, 60, 100, 365, 1000, 3600))
"""Common conversion factors, such as inches per foot and seconds per hour."""


_COMPARISONS = {
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "!=": lambda left, right: left != right,
}


def _are_alike(left: Reading, right: Reading) -> bool:
    """Return whether both sides have the same units and both or neither have a percent sign."""
    percents = ["%" in reading.side.text for reading in (left, right)]
    return set(left.side.units) == set(right.side.units) and percents[0] == percents[1]


def _are_about(left: Fraction, right: Fraction) -> bool | None:
    gap, size = abs(left - right), max(abs(left), abs(right))
    if gap <= size * ABOUT:
        return True
    return False if gap > size * FAR and gap >= 1 else None


def _are_near(left: Fraction, right: Fraction) -> bool:
    """Return whether two quantities may differ only by rounded conversions."""
    return abs(left - right) <= max(abs(left), abs(right)) * NEAR


def _converted_values(left: Reading, right: Reading) -> tuple[Fraction, Fraction] | None:
    """Return both values in standard units; None unless both have units of one kind."""
    if SCALE in (left.side.kind, right.side.kind):
        one, other = (
            _parse_side(reading.side.converted) if reading.side.kind == SCALE else reading.node
            for reading in (left, right)
        )
    elif left.side.converted and left.side.kind == right.side.kind:
        one, other = _parse_side(left.side.converted), _parse_side(right.side.converted)
    else:
        return None
    if one is None or other is None:
        return None
    first, second = _exact_value(one), _exact_value(other)
    return None if first is None or second is None else (first, second)


def _compare_irrational(left: Node, right: Node, operator: str) -> bool | None:
    """Compare values such as roots numerically."""
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
