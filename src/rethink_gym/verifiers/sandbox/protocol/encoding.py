"""The encoding of Python values as plain JSON arrays, which keeps their types.

Both sides of the sandbox use it, and the reader checks every element: nothing is ever
unpickled or executed. None, booleans, numbers and strings are written as they are, except
that the sign of a NaN is lost. Any other value is an array whose first element names its
type, such as ``["t", 1, 2]``.

A value is a tree: an object that is referred to twice is written twice, and a value that
contains itself is refused as nested too deeply. An instance of a subclass of a built-in
type is written as the built-in type. It is read by the methods of the built-in type, so
that an override is never called. An object that is not plain data is written as a number,
under which its own side knows it; an instance of a class of the program is an example.
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
    "NumberOf",
    "ObjectOf",
]

MAX_DEPTH = 100
"""Maximum depth of nesting."""

MAX_PLAIN_BITS = 10_000
"""Larger integers are written in base 16, since base 10 takes quadratic time."""

LARGE = 1 << MAX_PLAIN_BITS

Node = Any
"""Plain JSON data, made by `writer.dump` and read by `reader.load`."""
NumberOf = Callable[[object], int]
"""Returns the number of an object that is not plain data."""
ObjectOf = Callable[[int, str], object]
"""Returns the object, or a proxy for it, from its number and the name of its type."""

TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        *(bool, int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict),
        *(range, object, type, Fraction, Decimal, type(None)),
    )
}
"""Types that can be values, by name."""

SINGLES: dict[str, object] = {"...": Ellipsis, "NotImplemented": NotImplemented}


class EncodingError(ValueError):
    """A value cannot be encoded, or data cannot be decoded."""
