"""Encodes Python values as plain JSON data; see `encoding`."""

import json
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

from rethink_gym.verifiers.sandbox.protocol.encoding import (
    LARGE,
    MAX_DEPTH,
    SINGLES,
    TYPES,
    EncodingError,
    Node,
    NumberOf,
)

__all__ = ["dump", "pack"]

MAX_NODES = 400_000


def dump(value: object, number_of: NumberOf) -> Node:
    """Encode a value as plain JSON data.

    Args:
        value: Any object.
        number_of: Called for objects that are not plain data.

    Returns:
        The data, for `pack`.

    Raises:
        EncodingError: If ``value`` is too large, or nested too deeply.
    """
    return _Writer(number_of).write(value, MAX_DEPTH)


def pack(node: Node) -> bytes:
    """Return the bytes of a message."""
    return _ENCODER.encode(node).encode("ascii")


_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)
_ATOMS = frozenset({type(None), bool, float, str})
_INTEGERS = frozenset({int, bool})
_SEQUENCES: dict[type, str] = {list: "l", tuple: "t", set: "s", frozenset: "f", deque: "q"}
_MAPPINGS: dict[type, str] = {dict: "d", OrderedDict: "O", Counter: "C", defaultdict: "D"}
_VIEWS: dict[type, str] = {type({}.keys()): "K", type({}.values()): "V", type({}.items()): "I"}
_NAMES = {kind: name for name, kind in TYPES.items()}
# A value of a subclass is written as the first of these types that it is an instance of.
_BASES = (str, int, float, complex, list, tuple, dict, set, frozenset, bytes, bytearray)


class _Writer:
    def __init__(self, number_of: NumberOf) -> None:
        self._number_of = number_of
        self._num_nodes = 0

    def write(self, value: Any, depth: int) -> Node:
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind is int:
            return value if -LARGE < value < LARGE else ["i", format(value, "x")]
        tag = _SEQUENCES.get(kind)
        if tag is not None:
            items = self._write_all(value, len(value), depth)
            return [tag, *items] if tag != "q" else [tag, value.maxlen, *items]
        tag = _MAPPINGS.get(kind)
        if tag is not None:
            items = self._write_all(chain.from_iterable(value.items()), 2 * len(value), depth)
            if tag == "D":
                factory = value.default_factory
                return [tag, _NAMES.get(factory) if type(factory) is type else None, *items]
            return [tag, *items]
        return self._write_rare(value, kind, depth)

    def _write_all(self, values: Iterable[Any], number: int, depth: int) -> Iterable[Node]:
        if depth <= 0:
            raise EncodingError(f"it is nested more than {MAX_DEPTH} deep, or contains itself")
        self._num_nodes += number
        if self._num_nodes > MAX_NODES:
            raise EncodingError(f"it has more than {MAX_NODES:,} parts")
        values = list(values)
        kinds = set(map(type, values))
        if kinds <= _ATOMS:
            return values
        if kinds <= _INTEGERS and max(values) < LARGE and min(values) > -LARGE:
            return values
        write, depth = self.write, depth - 1
        return [write(each, depth) for each in values]

    def _write_rare(self, value: Any, kind: type, depth: int) -> Node:
        if kind is bytes or kind is bytearray:
            return ["b" if kind is bytes else "B", value.hex()]
        if kind is complex:
            return ["c", value.real, value.imag]
        if kind is range or kind is slice:
            tag = "r" if kind is range else "/"
            return [tag, *self._write_all((value.start, value.stop, value.step), 3, depth)]
        if kind in _VIEWS:
            values = chain.from_iterable(value) if _VIEWS[kind] == "I" else value
            return [_VIEWS[kind], *self._write_all(values, len(value), depth)]
        if kind is Fraction:
            return ["F", *self._write_all((value.numerator, value.denominator), 2, depth)]
        if kind is Decimal:
            return ["#", str(value)]
        if kind is datetime or kind is date or kind is time:
            return [kind.__name__, value.isoformat()]
        if kind is timedelta:
            return ["timedelta", value.days, value.seconds, value.microseconds]
        if kind is type and value in _NAMES:
            return ["T", _NAMES[value]]
        for name, single in SINGLES.items():
            if value is single:
                return ["1", name]
        for base in _BASES:
            if issubclass(kind, base):
                return self.write(_reduce(value, base), depth)
        # The name is read by `type` itself, so that a metaclass cannot override it.
        return ["?", self._number_of(value), type.__dict__["__name__"].__get__(kind)[:80]]


def _reduce(value: Any, base: type) -> object:
    """Convert an instance of a subclass to the base type, without calling its overrides."""
    if base is str:
        return str.__getitem__(value, slice(None))
    if base in (int, float, complex):
        return base.__pos__(value)
    if base is dict:
        return dict(dict.items(value))
    return base(base.__iter__(value))  # type: ignore[attr-defined]
