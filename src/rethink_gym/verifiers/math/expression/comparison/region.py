"""Compare sets of real numbers, such as intervals, inequalities and unions, by their members.

Two sets count as equal if they agree at every boundary of either, between any two
neighbouring boundaries and at four points outside. That is a proof for intervals, for
finite sets and for inequalities that are linear or quadratic.
"""

from itertools import pairwise
from typing import Any

from rethink_gym.verifiers.math.expression.tree import (
    Call,
    Group,
    GroupKind,
    Interval,
    Node,
    OverLimitError,
    Relation,
    Symbol,
    UndefinedError,
    symbols_of,
    walk,
)
from rethink_gym.verifiers.math.expression.values.numeric import (
    approximate_value,
    context,
)

__all__ = ["are_regions_equal", "is_region", "region_variable"]

_DIGITS = 50
_MAX_BOUNDARIES = 60
_SET_CALLS = frozenset(("union", "intersection", "difference", "and", "or"))
_SET_NAMES = frozenset(("reals", "empty"))
_LISTS = (GroupKind.SET, GroupKind.LIST)


def is_region(node: Node, *, allow_finite: bool = False) -> bool:
    """Return whether a tree is a set of real numbers that can be compared by its members.

    Args:
        node: Any tree.
        allow_finite: Whether finite sets and pairs count too, although they may mean
            something else.
    """
    match node:
        case Interval(low=low, high=high):
            return not symbols_of(low) and not symbols_of(high)
        case Symbol(name=name):
            return name in _SET_NAMES
        case Call(name=name, arguments=arguments) if name in _SET_CALLS:
            return all(is_region(part, allow_finite=True) for part in arguments)
        case Relation(operators=("in",), sides=(Symbol(), inside)):
            return is_region(inside, allow_finite=True)
        case Relation(operators=operators, sides=sides):
            return (
                "in" not in operators
                and any(operator != "=" for operator in operators)
                and len(symbols_of(node)) == 1
                and not any(isinstance(part, Group) for side in sides for part in walk(side))
            )
        case Group(kind=kind, items=items) if allow_finite:
            is_pair = kind is GroupKind.TUPLE and len(items) == 2
            return (is_pair or kind in _LISTS) and not symbols_of(node)
        case _:
            return False


def region_variable(node: Node) -> str | None:
    """Return the variable of an inequality; None for a set without a variable."""
    names = symbols_of(node) - {"?"}
    return min(names) if names else None


def are_regions_equal(left: Node, right: Node) -> bool:
    """Compare two sets of real numbers.

    Args:
        left: One set, for which `is_region` is true.
        right: The other.

    Returns:
        Whether they have the same members.

    Raises:
        OverLimitError: If the sets have more than 60 boundaries.
        ExpressionError: If a boundary has no value.
    """
    mp = context(_DIGITS)
    boundaries = sorted(
        value for value in (*_boundaries(left), *_boundaries(right)) if mp.isfinite(value)
    )
    if len(boundaries) > _MAX_BOUNDARIES:
        raise OverLimitError("a set has too many boundaries")
    points = list(boundaries)
    points += [(one + other) / 2 for one, other in pairwise(boundaries)]
    low, high = (boundaries[0], boundaries[-1]) if boundaries else (mp.mpf(0), mp.mpf(0))
    points += [low - 1, high + 1, low * 3 - mp.mpf(1000), high * 3 + mp.mpf(1000)]
    return all(_contains(left, point) == _contains(right, point) for point in points)


def _real_value(node: Node, values: dict[str, Any] | None = None) -> Any:
    value = approximate_value(node, values or {}, _DIGITS)
    mp = context(_DIGITS)
    if abs(mp.im(value)) > mp.mpf(10) ** -30:
        raise UndefinedError("a boundary is not real")
    return mp.re(value)


def _boundaries(node: Node) -> list[Any]:
    match node:
        case Interval(low=low, high=high):
            return [_real_value(low), _real_value(high)]
        case Group(items=items):
            return [_real_value(item) for item in items]
        case Call(arguments=arguments):
            return [value for part in arguments for value in _boundaries(part)]
        case Relation(operators=("in",), sides=(_, inside)):
            return _boundaries(inside)
        case Relation(sides=sides):
            pairs = pairwise(sides)
            return [value for one, other in pairs for value in _roots(one, other, node)]
        case _:
            return []


def _roots(left: Node, right: Node, relation: Relation) -> list[Any]:
    """Return where two sides are equal, if their difference is linear or quadratic.

    Otherwise return the constants among the sides, with both signs.
    """
    mp = context(_DIGITS)
    name = next(iter(symbols_of(relation)))
    constants = [_real_value(side) for side in (left, right) if not symbols_of(side)]
    candidates = [sign * value for value in constants for sign in (1, -1)]
    try:
        differences = [
            _real_value(left, {name: mp.mpf(x)}) - _real_value(right, {name: mp.mpf(x)})
            for x in range(4)
        ]
    except UndefinedError:
        return candidates
    # The third finite difference of a quadratic function is zero, and the second one is 2a.
    at_0, at_1, at_2, at_3 = differences
    second = at_2 - 2 * at_1 + at_0
    third = at_3 - 3 * at_2 + 3 * at_1 - at_0
    if abs(third) > mp.mpf(10) ** -30 * (1 + max(map(abs, differences))):
        return candidates
    a, c = second / 2, at_0
    b = at_1 - at_0 - a
    if abs(a) < mp.mpf(10) ** -30:
        return candidates if abs(b) < mp.mpf(10) ** -30 else [-c / b]
    discriminant = b * b - 4 * a * c
    if discriminant < 0:
        return candidates
    return [(-b + sign * mp.sqrt(discriminant)) / (2 * a) for sign in (1, -1)]


def _contains(node: Node, point: Any) -> bool:
    match node:
        case Interval():
            return _is_between(node.low, point, node.high, node.has_low, node.has_high)
        case Group(kind=GroupKind.TUPLE, items=(low, high)):
            return _is_between(low, point, high, False, False)
        case Group(items=items):
            return any(_sign(point - _real_value(item), point) == 0 for item in items)
        case Symbol(name=name):
            return name == "reals"
        case Call(name="union" | "or", arguments=parts):
            return any(_contains(part, point) for part in parts)
        case Call(name="intersection" | "and", arguments=parts):
            return all(_contains(part, point) for part in parts)
        case Call(name="difference", arguments=(whole, taken)):
            return _contains(whole, point) and not _contains(taken, point)
        case Relation(operators=("in",), sides=(_, inside)):
            return _contains(inside, point)
        case Relation(operators=operators, sides=sides):
            return _holds(sides, operators, point, symbols_of(node))
        case _:
            raise UndefinedError("not a set of real numbers")


def _is_between(low: Node, point: Any, high: Node, has_low: bool, has_high: bool) -> bool:
    sign_from_low = _sign(point - _real_value(low), point)
    sign_from_high = _sign(_real_value(high) - point, point)
    is_above_low = sign_from_low > 0 or (has_low and sign_from_low == 0)
    is_below_high = sign_from_high > 0 or (has_high and sign_from_high == 0)
    return is_above_low and is_below_high


def _holds(
    sides: tuple[Node, ...], operators: tuple[str, ...], point: Any, names: frozenset[str]
) -> bool:
    values = dict.fromkeys(names, point)
    try:
        numbers = [_real_value(side, values) for side in sides]
    except UndefinedError:
        return False
    for left, operator, right in zip(numbers, operators, numbers[1:], strict=False):
        sign = _sign(left - right, point)
        if sign not in _TRUE_SIGNS[operator]:
            return False
    return True


_TRUE_SIGNS = {
    "=": {0},
    "!=": {-1, 1},
    "<": {-1},
    "<=": {-1, 0},
    ">": {1},
    ">=": {1, 0},
}
"""Signs of ``left - right`` for which each operator holds."""


def _sign(difference: Any, scale: Any) -> int:
    """Return the sign of a difference: 1, -1, or 0 if it is a rounding error at this scale."""
    mp = context(_DIGITS)
    if abs(difference) <= mp.mpf(10) ** -30 * (1 + abs(scale)):
        return 0
    return 1 if difference > 0 else -1
