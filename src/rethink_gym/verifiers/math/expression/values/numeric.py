"""Evaluate expressions numerically, to many digits.

Each operation is checked before it runs, so that no expression takes more than a fixed
number of bounded steps. mpmath is imported for the first expression without an exact value.
"""

import math
import threading
import zlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rethink_gym.verifiers.math.expression.tree import (
    Call,
    Node,
    OverLimitError,
    Symbol,
    TimedOutError,
    UndecidedError,
    UndefinedError,
    UnreadableError,
)
from rethink_gym.verifiers.math.expression.values.exact import exact_value
from rethink_gym.verifiers.math.expression.values.time_limit import cpu_left_s, uncounted
from rethink_gym.verifiers.number import Number

__all__ = ["approximate_value", "context"]

MAX_MAGNITUDE = 2**40
"""Maximum number of bits before the point of a value; large exponents cost little."""

MAX_ARGUMENT_BITS = 2_000
"""Maximum size of an argument of a periodic function or a rounding."""

MAX_STEPS = 4_000
MAX_CALCULUS_STEPS = 20_000
"""Maximum number of steps for all points of an integral together."""

_LOCAL = threading.local()


def context(digits: int) -> Any:  # mpmath ships no types
    """Return the mpmath context of this thread, set to a precision in digits."""
    if not hasattr(_LOCAL, "context"):
        with uncounted():
            from mpmath.ctx_mp import MPContext

            _LOCAL.context = MPContext()
    _LOCAL.context.dps = digits
    return _LOCAL.context


def approximate_value(node: Node, values: Mapping[str, Any], digits: int) -> Any:
    """Evaluate an expression numerically.

    Args:
        node: Any tree.
        values: Value of each variable.
        digits: Number of decimal digits of the computation.

    Returns:
        A real or complex mpmath number; infinite for an infinite value.

    Raises:
        UndefinedError: If the expression has no value, such as 1/0.
        UndecidedError: If numerical evaluation cannot decide, as for a limit.
        OverLimitError: If a value is too big, or there are too many steps.
        TimedOutError: If the CPU time of `limited_cpu` is used up.
        UnreadableError: If the tree is not a number, such as a list.
    """
    if cpu_left_s() < 0:
        raise TimedOutError("evaluation took too long")
    return _Evaluation(values, digits).value(node)


class _Evaluation:
    def __init__(self, values: Mapping[str, Any], digits: int) -> None:
        self.mp = context(digits)
        self.values = {
            name: self.rational(value) if isinstance(value, Fraction) else value
            for name, value in values.items()
        }
        self.steps = MAX_STEPS
        self.is_in_calculus = False

    def rational(self, value: Fraction) -> Any:
        return self.mp.mpf(value.numerator) / value.denominator

    def value(self, node: Node) -> Any:
        self.spend(1)
        match node:
            case Number():
                return self.rational(node.value)
            case Symbol(name=name):
                return self.symbol(name)
            case Call(name=name, arguments=arguments):
                if name in ("sum", "product"):
                    return self.series(node)
                if name in ("integral", "derivative"):
                    return self.check_size(self.calculus(node))
                if name == "limit":
                    raise UndecidedError("a limit cannot be evaluated")
                exact = exact_value(node) if name in ("factorial", "mod", "binomial") else None
                if exact is not None:
                    return self.rational(exact)
                return self.check_size(self.call(name, [self.value(part) for part in arguments]))
            case _:
                raise UnreadableError("a value was expected")

    def symbol(self, name: str) -> Any:
        mp = self.mp
        if name in self.values:
            return self.values[name]
        known = {"pi": mp.pi, "e": mp.e, "i": mp.j, "oo": mp.inf}.get(name)
        if known is None:
            raise UnreadableError(f"{name} is not a number")
        return +known

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise OverLimitError(f"more than {MAX_STEPS} steps")

    def magnitude(self, value: Any) -> float:
        return float(self.mp.mag(value)) if value else -math.inf

    def check_size(self, value: Any) -> Any:
        if self.mp.isnan(value):
            raise UndefinedError("not a number")
        if not self.mp.isinf(value) and abs(self.magnitude(value)) > MAX_MAGNITUDE and value:
            raise OverLimitError("a value is too big")
        return value

    def check_small(self, *values: Any) -> None:
        for value in values:
            if self.mp.isinf(value) or self.magnitude(value) > MAX_ARGUMENT_BITS:
                raise OverLimitError("an argument is too big")

    def call(self, name: str, values: list[Any]) -> Any:
        mp = self.mp
        try:
            match name:
                case "add":
                    return self.total(values)
                case "multiply":
                    return mp.fprod(values)
                case "power":
                    self.spend(4)
                    return self.power(*values)
                case "abs":
                    return abs(values[0])
                case "degree":
                    return values[0] * mp.pi / 180
                case "mod":
                    self.check_small(*values)
                    return mp.fmod(*values)
                case "min" | "max":
                    return (min if name == "min" else max)(values)
                case _ if name.startswith("function "):
                    return self.unknown(name, values)
                case _ if name in ("factorial", "binomial"):
                    self.spend(200)
                    if any(self.magnitude(value) > 40 for value in values):
                        raise OverLimitError(f"an argument of a {name} is too big")
                case _ if name not in _FUNCTIONS:
                    raise UndecidedError(f"{name} cannot be evaluated")
                case _:
                    self.spend(20)
                    self.check_small(*values)
            if name in ("exp", "sinh", "cosh", "tanh") and self.magnitude(values[0]) > 40:
                raise OverLimitError(f"an argument of {name} is too big")
            return getattr(mp, _FUNCTIONS[name])(*values)
        except (ZeroDivisionError, ValueError, TypeError) as error:
            raise UndefinedError(f"{name} has no value here") from error

    def total(self, values: list[Any]) -> Any:
        total = self.mp.fsum(values)
        largest = max(map(self.magnitude, values))
        if math.isfinite(largest) and largest > 300 and self.magnitude(total) < largest - 200:
            raise UndecidedError("big values cancel out")
        return total

    def power(self, base: Any, exponent: Any) -> Any:
        if base and not self.mp.isinf(base) and not self.mp.isinf(exponent):
            growth = abs(self.magnitude(base)) + 1
            if self.magnitude(exponent) + math.log2(growth) > 40:
                raise OverLimitError("an exponent is too big")
        elif not base and self.mp.re(exponent) < 0:
            raise UndefinedError("division by zero")
        return self.mp.power(base, exponent)

    def unknown(self, name: str, values: list[Any]) -> Any:
        """Evaluate an arbitrary smooth function in place of an unknown one."""
        self.check_small(*values)
        seed = zlib.crc32(name.encode()) % 997
        result = self.mp.mpf(seed) / 991
        for index, value in enumerate(values, start=2):
            result = self.mp.sin(result * index + value * (seed + 7) / 311) + result / 3
        return result

    def calculus(self, node: Call) -> Any:
        """Evaluate an integral or a derivative if that converges to all digits."""
        body, variable, *bounds = node.arguments
        if self.is_in_calculus or not isinstance(variable, Symbol):
            raise UndecidedError("an integral or derivative inside another")
        outer, steps = self.values, self.steps
        at = outer.get(variable.name)

        def integrand(point: Any) -> Any:
            self.values = {**outer, variable.name: point}
            return self.value(body)

        self.is_in_calculus, self.steps = True, MAX_CALCULUS_STEPS
        try:
            if node.name == "derivative" and at is not None:
                return self.mp.diff(integrand, at)
            if len(bounds) != 2:
                raise UndecidedError("an integral without bounds")
            result, error = self.mp.quad(integrand, list(map(self.value, bounds)), error=True)
        except (OverLimitError, UndefinedError, ArithmeticError, ValueError, TypeError) as error:
            raise UndecidedError(f"no convergence: {error}") from error
        finally:
            self.is_in_calculus, self.steps, self.values = False, steps, outer
        if error > self.mp.mpf(10) ** (-0.8 * self.mp.dps) * (1 + abs(result)):
            raise UndecidedError("an integral does not converge to all digits")
        return result

    def series(self, node: Call) -> Any:
        if len(node.arguments) != 4 or not isinstance(node.arguments[1], Symbol):
            raise UndecidedError("a sum without bounds")
        body, variable, low, high = node.arguments
        assert isinstance(variable, Symbol)
        start, end = exact_value(low), exact_value(high)
        if start is None or end is None or start.denominator != 1 or end.denominator != 1:
            raise UndecidedError("the bounds of a sum are not whole numbers")
        if end - start > MAX_STEPS:
            raise OverLimitError("a sum has too many terms")
        outer = self.values
        result = self.mp.mpf(0 if node.name == "sum" else 1)
        for index in range(int(start), int(end) + 1):
            self.values = {**outer, variable.name: self.mp.mpf(index)}
            term = self.value(body)
            result = self.check_size(result + term if node.name == "sum" else result * term)
        self.values = outer
        return result


_FUNCTIONS = {
    **{name: name for name in ("sin", "cos", "tan", "cot", "sec", "csc", "exp", "ln", "binomial")},
    **{name: name for name in ("sinh", "cosh", "tanh", "floor", "ceil", "factorial")},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "cot")},
    **{f"{name}_inverse": f"a{name}" for name in ("sec", "csc", "sinh", "cosh", "tanh")},
    "log10": "log10",
}
