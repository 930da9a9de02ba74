"""Compare the values of two expressions by evaluation."""

from fractions import Fraction
from random import Random
from typing import Any

from rethink_gym.verifiers.math.expression.tree import (
    Node,
    UndefinedError,
    symbols_of,
)
from rethink_gym.verifiers.math.expression.values.exact import exact_value
from rethink_gym.verifiers.math.expression.values.numeric import (
    approximate_value,
    context,
)
from rethink_gym.verifiers.number import Number, are_numbers_equal

__all__ = ["are_proportional", "are_scalars_equal"]

_DIGITS = 50
_MORE_DIGITS = 120
_NUM_POINTS = 3
_NUM_SIGNED_POINTS = 3
_MAX_RATIONAL = 997


def are_scalars_equal(left: Node, right: Node, precision: int, percent: str = "either") -> bool:
    """Compare two expressions by value.

    Expressions without variables are evaluated: exactly if they are rational, else to 50
    digits and, if these agree, to 120. Expressions with variables are evaluated at fixed
    rational points. At positive points the values must agree; at the others they must
    agree if both are real.

    Args:
        left: One expression.
        right: The other.
        precision: Minimum number of significant digits of a rounded decimal.
        percent: What a percentage equals, as in `are_numbers_equal`.

    Returns:
        Whether they are equal; an expression without a value equals nothing.

    Raises:
        UndecidedError: If evaluation cannot decide.
        OverLimitError: If a value is too big.
    """
    one, other = _exact_number(left), _exact_number(right)
    if one is not None and other is not None:
        return are_numbers_equal(one, other, precision, percent)
    names = sorted(symbols_of(left) | symbols_of(right))
    if not names:
        return _are_constants_equal(left, right, one, other, precision)
    num_valid = 0
    for index, values in enumerate(_points(names)):
        try:
            first = approximate_value(left, values, _DIGITS)
            second = approximate_value(right, values, _DIGITS)
        except UndefinedError:
            continue
        is_positive = index < _NUM_POINTS
        if not is_positive and not (_is_real(first) and _is_real(second)):
            continue
        if not _agree(left, right, first, second, values):
            return False
        num_valid += 1
    return num_valid > 0


def are_proportional(left: Node, right: Node) -> Fraction | None:
    """Return whether one expression is a constant multiple of another.

    Args:
        left: One expression, with variables.
        right: The other.

    Returns:
        The sign of the factor, 1 or -1; 0 if both are zero everywhere; None if there is
        no real factor.

    Raises:
        UndecidedError: If evaluation cannot decide.
        OverLimitError: If a value is too big.
    """
    mp = context(_DIGITS)
    names = sorted(symbols_of(left) | symbols_of(right))
    factors: list[Any] = []
    num_zero = num_points = 0
    for values in _points(names):
        try:
            first = approximate_value(left, values, _DIGITS)
            second = approximate_value(right, values, _DIGITS)
        except UndefinedError:
            continue
        num_points += 1
        tiny = mp.mpf(10) ** -30
        if abs(first) < tiny and abs(second) < tiny:
            num_zero += 1
        elif abs(first) < tiny or abs(second) < tiny:
            return None
        else:
            factors.append(first / second)
    if num_points and num_zero == num_points:
        return Fraction(0)
    if not factors or num_zero or not _is_real(factors[0]):
        return None
    if any(abs(factor / factors[0] - 1) > mp.mpf(10) ** -30 for factor in factors):
        return None
    return Fraction(1 if mp.re(factors[0]) > 0 else -1)


def _exact_number(node: Node) -> Number | None:
    """Return the number that a node is or can be evaluated to exactly; else None."""
    if isinstance(node, Number):
        return node
    try:
        value = exact_value(node)
    except UndefinedError:
        return None
    return None if value is None else Number(value)


def _are_constants_equal(
    left: Node, right: Node, one: Number | None, other: Number | None, precision: int
) -> bool:
    try:
        first = approximate_value(left, {}, _DIGITS)
        second = approximate_value(right, {}, _DIGITS)
    except UndefinedError:
        return False
    mp = context(_DIGITS)
    if mp.isinf(first) or mp.isinf(second):
        return bool(first == second)
    # A decimal of enough digits equals a value that rounds to it.
    for decimal, value in ((one, second), (other, first)):
        if (
            decimal is not None
            and decimal.decimals is not None
            and decimal.digits >= precision
            and _is_real(value)
            and abs(mp.re(value) - mp.mpf(decimal.value.numerator) / decimal.value.denominator)
            < mp.mpf(10) ** -decimal.decimals
        ):
            return True
    return _agree(left, right, first, second, {})


def _agree(left: Node, right: Node, first: Any, second: Any, values: dict[str, Fraction]) -> bool:
    """Return whether two values agree; values that are close are evaluated to more digits."""
    mp = context(_DIGITS)
    if mp.isinf(first) or mp.isinf(second):
        return bool(first == second)
    gap, size = abs(first - second), max(abs(first), abs(second))
    if gap > size * mp.mpf(10) ** -8 and size > mp.mpf(10) ** -20:
        return False
    try:
        finer_first = approximate_value(left, values, _MORE_DIGITS)
        finer_second = approximate_value(right, values, _MORE_DIGITS)
    except UndefinedError:
        return False
    mp = context(_MORE_DIGITS)
    finer_gap = abs(finer_first - finer_second)
    finer_size = max(abs(finer_first), abs(finer_second))
    if finer_gap <= finer_size * mp.mpf(10) ** -80:
        return True
    # Both are zero up to rounding errors: the gap shrinks with the number of digits.
    return bool(finer_gap < mp.mpf(10) ** -90 and finer_gap < gap * mp.mpf(10) ** -40)


def _is_real(value: Any) -> bool:
    mp = context(_DIGITS)
    return bool(abs(mp.im(value)) <= abs(value) * mp.mpf(10) ** -30)


def _points(names: list[str]) -> list[dict[str, Fraction]]:
    """Return values of the variables: positive ones first, then ones of either sign."""
    random = Random(20240912)
    points = []
    for index in range(_NUM_POINTS + _NUM_SIGNED_POINTS):
        values = {}
        for name in names:
            value = Fraction(random.randint(300, 3 * _MAX_RATIONAL), _MAX_RATIONAL)
            is_negative = index >= _NUM_POINTS and random.random() < 0.6
            values[name] = -value if is_negative else value
        points.append(values)
    return points
