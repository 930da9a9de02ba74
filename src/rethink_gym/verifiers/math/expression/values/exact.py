"""Evaluate expressions of rational operations exactly."""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

from rethink_gym.verifiers.math.expression.tree import Call, Node, UndefinedError
from rethink_gym.verifiers.number import Number

__all__ = ["exact_value"]

MAX_BITS = 25_000
"""Maximum size of a numerator or denominator."""

MAX_WORK = 2_000_000
"""Maximum number of bits of all results together; larger expressions are approximated."""

MAX_FACTORIAL = 2_100


def exact_value(node: Node) -> Fraction | None:
    """Evaluate an expression exactly.

    Args:
        node: Any tree.

    Returns:
        Its value; None if it has operations other than rational ones on numbers, or
        needs too many digits.

    Raises:
        UndefinedError: If it divides by zero.
    """
    if isinstance(node, Number):
        return node.value
    return _Calculation().value(node) if isinstance(node, Call) else None


class _Calculation:
    def __init__(self) -> None:
        self.work = MAX_WORK

    def value(self, node: Node) -> Fraction | None:
        if isinstance(node, Number):
            return node.value
        if not isinstance(node, Call):
            return None
        if node.name == "mod" and isinstance(node.arguments[0], Call):
            residue = self.power_residue(node.arguments[0], node.arguments[1])
            if residue is not None:
                return residue
        if node.name not in _OPERATIONS and node.name not in _FOLDS:
            return None
        values = []
        for argument in node.arguments:
            value = self.value(argument)
            if value is None:
                return None
            values.append(value)
        fold = _FOLDS.get(node.name)
        if fold is None:
            return self.charge(_OPERATIONS[node.name](*values))
        total: Fraction | None = values[0]
        for value in values[1:]:
            total = None if total is None else self.charge(fold(total, value))
        return total

    def charge(self, result: Fraction | None) -> Fraction | None:
        """Count the bits of a result; None if it is too big or the work is used up."""
        if result is None:
            return None
        bits = max(result.numerator.bit_length(), result.denominator.bit_length())
        self.work -= bits
        return None if bits > MAX_BITS or self.work < 0 else result

    def power_residue(self, power: Call, modulus: Node) -> Fraction | None:
        """Evaluate the remainder of a power without evaluating the power."""
        if power.name != "power":
            return None
        parts = [self.value(part) for part in (*power.arguments, modulus)]
        if any(part is None or part.denominator != 1 for part in parts):
            return None
        base, exponent, divisor = (int(part) for part in parts if part is not None)
        if exponent < 0 or divisor < 1 or max(exponent, divisor).bit_length() > 2_000:
            return None
        return Fraction(pow(base, exponent, divisor))


def _power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if base == 0 and exponent < 0:
        raise UndefinedError("division by zero")
    if exponent.denominator != 1:
        return _root(base, exponent)
    if base in (0, 1) or exponent == 0:
        return base if exponent else Fraction(1)
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if (bits - 1 or 1) * abs(exponent) > MAX_BITS:
        return None
    return base ** int(exponent)


def _root(base: Fraction, exponent: Fraction) -> Fraction | None:
    """Evaluate a rational square root; None for other roots, which are approximated."""
    if exponent.denominator != 2 or base < 0 or abs(exponent) > 8:
        return None
    above, below = math.isqrt(base.numerator), math.isqrt(base.denominator)
    if above * above != base.numerator or below * below != base.denominator:
        return None
    return _power(Fraction(above, below), exponent * 2)


def _factorial(value: Fraction) -> Fraction | None:
    if value.denominator != 1 or not 0 <= value <= MAX_FACTORIAL:
        return None
    return Fraction(math.factorial(int(value)))


def _binomial(above: Fraction, below: Fraction) -> Fraction | None:
    if above.denominator != 1 or below.denominator != 1 or not 0 <= below <= above <= 4_000:
        return None
    return Fraction(math.comb(int(above), int(below)))


def _mod(value: Fraction, divisor: Fraction) -> Fraction:
    if divisor == 0:
        raise UndefinedError("remainder by zero")
    return value % divisor


def _on_integers(operation: Callable[..., int]) -> Callable[..., Fraction | None]:
    def apply(*values: Fraction) -> Fraction | None:
        if any(value.denominator != 1 for value in values):
            return None
        return Fraction(operation(*map(int, values)))

    return apply


_FOLDS: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "add": lambda left, right: left + right,
    "multiply": lambda left, right: left * right,
    "min": min,
    "max": max,
}
_OPERATIONS: Mapping[str, Callable[..., Fraction | None]] = {
    "power": _power,
    "factorial": _factorial,
    "binomial": _binomial,
    "mod": _mod,
    "abs": abs,
    "floor": lambda value: Fraction(math.floor(value)),
    "ceil": lambda value: Fraction(math.ceil(value)),
    "gcd": _on_integers(math.gcd),
    "lcm": _on_integers(math.lcm),
}
