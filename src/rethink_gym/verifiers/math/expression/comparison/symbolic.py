"""Compare two expressions with sympy.

Only a worker process calls this (see `rethink_gym.verifiers.math.worker`): sympy may never
return, so the caller must be a process that can be killed. The objects of sympy are built
node by node from our trees; sympy never parses a text.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

from rethink_gym.verifiers.math.expression.tree import (
    Call,
    Node,
    Symbol,
    UndecidedError,
    UnreadableError,
)
from rethink_gym.verifiers.number import Number

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["are_symbolically_equal", "load_sympy"]

_ENOUGH_DIGITS = 25


@cache
def load_sympy() -> "_Builder":
    """Import sympy and return the builder of its objects; the first call takes half a second."""
    import sympy

    return _Builder(sympy)


def are_symbolically_equal(left: Node, right: Node) -> bool:
    """Return whether two expressions are equal according to sympy; takes unbounded time.

    Args:
        left: One expression.
        right: The other.

    Returns:
        Whether they are equal.

    Raises:
        UndecidedError: If sympy cannot decide.
        UnreadableError: If a side is not an expression.
    """
    build = load_sympy()
    try:
        equal = _are_equal(build.sympy, build(left), build(right))
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:  # sympy does not document which errors it raises
        raise UndecidedError(f"sympy: {type(error).__name__}: {error}"[:200]) from error
    if equal is None:
        raise UndecidedError("sympy cannot decide")
    return equal


def _are_equal(sympy: Any, left: Any, right: Any) -> bool | None:
    difference = (left - right).doit()
    if difference == 0:
        return True
    if difference.has(sympy.zoo, sympy.nan, sympy.AccumBounds):
        return None
    if difference.has(sympy.oo):
        return False if difference.is_infinite else None
    if not difference.free_symbols:
        value = difference.evalf(40, maxn=200)
        if value.is_number and not value.has(sympy.Integral, sympy.Limit, sympy.Sum):
            size = abs(left.doit().evalf(20)) + abs(right.doit().evalf(20))
            return bool(abs(value) <= size * sympy.Float(10) ** -_ENOUGH_DIGITS)
    simplified = sympy.simplify(difference)
    if simplified == 0:
        return True
    return False if simplified.is_zero is False else None


class _Builder:
    """Builds objects of sympy from our trees."""

    def __init__(self, sympy: Any) -> None:
        self.sympy = sympy
        self.operations: dict[str, Callable[..., Any]] = {
            "add": sympy.Add,
            "multiply": sympy.Mul,
            "power": sympy.Pow,
            "abs": sympy.Abs,
            "degree": lambda value: value * sympy.pi / 180,
            "factorial": self.factorial,
            "binomial": sympy.binomial,
            "mod": sympy.Mod,
            "floor": sympy.floor,
            "ceil": sympy.ceiling,
            "min": sympy.Min,
            "max": sympy.Max,
            "gcd": sympy.gcd,
            "lcm": sympy.lcm,
            "exp": sympy.exp,
            "ln": sympy.log,
            "log10": lambda value: sympy.log(value, 10),
            **{
                name: getattr(sympy, name)
                for name in ("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh")
            },
            **{f"arc{name}": getattr(sympy, f"a{name}") for name in ("sin", "cos", "tan", "cot")},
            **{
                f"{name}_inverse": getattr(sympy, f"a{name}")
                for name in ("sec", "csc", "sinh", "cosh", "tanh")
            },
            "derivative": sympy.Derivative,
            "limit": sympy.Limit,
            "integral": self.integral,
            "sum": lambda body, name, low, high: sympy.Sum(body, (name, low, high)),
            "product": lambda body, name, low, high: sympy.Product(body, (name, low, high)),
        }
        self.constants = {"pi": sympy.pi, "e": sympy.E, "i": sympy.I, "oo": sympy.oo}

    def __call__(self, node: Node) -> Any:
        """Build the object of a tree.

        Raises:
            UnreadableError: If the tree is not a value, such as a list.
            UndecidedError: If sympy has no such operation.
        """
        sympy = self.sympy
        match node:
            case Number(value=value):
                return sympy.Rational(value.numerator, value.denominator)
            case Symbol(name=name):
                known = self.constants.get(name)
                return sympy.Symbol(name) if known is None else known
            case Call(name=name, arguments=arguments):
                values = [self(argument) for argument in arguments]
                if name.startswith("function "):
                    return sympy.Function(name[9:])(*values)
                if name not in self.operations:
                    raise UndecidedError(f"sympy has no {name}")
                return self.operations[name](*values)
            case _:
                raise UnreadableError("a value was expected")

    def factorial(self, value: Any) -> Any:
        """Build a factorial, unless it would fill the memory before the time limit."""
        if value.is_number and value > 10_000:
            raise ValueError("a factorial is too big")
        return self.sympy.factorial(value)

    def integral(self, body: Any, name: Any, *bounds: Any) -> Any:
        """Build a definite integral; an indefinite one is not a single value."""
        if len(bounds) != 2:
            raise ValueError("an indefinite integral is not a single value")
        return self.sympy.Integral(body, (name, *bounds))
