"""Python values as plain JSON arrays, so that they keep their type on the way.

Both sides of the sandbox use it, and what arrives is checked piece by piece: nothing is
ever unpickled or run. None, truth values, numbers and texts stand for themselves; any
other value is an array whose first element says what it is, such as ``["t", 1, 2]``.

A value is a tree: what is referred to twice is written twice, and a value that holds
itself is refused as too deep. Subclasses of the built-in types are written as these, read
by the methods of the built-in type, so that an override is never asked. What is no plain
data, such as an object of a class of the program, is written as a number by which its
side knows it.
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

__all__ = [
    "LARGE",
    "MAX_DEPTH",
    "MAX_PLAIN_BITS",
    "SINGLES",
    "TYPES",
    "EncodingError",
    "Node",
    "Refer",
    "Resolve",
]

MAX_DEPTH = 100
"""How deep values may be nested."""

MAX_PLAIN_BITS = 10_000
"""Larger integers are written in base 16, as base 10 takes quadratic time."""

LARGE = 1 << MAX_PLAIN_BITS

Node = Any
"""Plain JSON data: what `writer.dump` makes and `reader.load` reads."""
Refer = Callable[[object], int]
"""Gives the number by which an object that is no plain data is known."""
Resolve = Callable[[int, str], object]
"""Gives what stands for the object of that number, whose type has that name."""

TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        *(bool, int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict),
        *(range, object, type, Fraction, Decimal, type(None)),
    )
}
"""Types that are values themselves, by name."""

SINGLES: dict[str, object] = {"...": Ellipsis, "NotImplemented": NotImplemented}


class EncodingError(ValueError):
    """A value cannot be written, or what arrived is none."""
