"""Reads Python values that somebody else wrote as plain JSON data; see `value`."""

import json
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rethink_gym.verifiers.sandbox.value import (
    LARGE,
    MAX_DEPTH,
    MAX_PLAIN_BITS,
    SINGLES,
    TYPES,
    EncodingError,
    Node,
    Resolve,
)

__all__ = ["load", "unpack"]


def load(node: Node, resolve: Resolve) -> Any:
    """Read a value that somebody else wrote.

    Args:
        node: What `unpack` returned, or a part of it.
        resolve: Called for objects that are no plain data; may raise ValueError.

    Returns:
        The value; every object in it is new, and of exactly a built-in or standard type
        or what ``resolve`` returned.

    Raises:
        EncodingError: If it is no value.
    """
    try:
        return _Reader(resolve).read(node, MAX_DEPTH)
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
        raise EncodingError(f"{type(error).__name__}: {error}"[:200]) from error


def unpack(message: bytes) -> Node:
    """Read a message that somebody else wrote.

    Args:
        message: The bytes that arrived.

    Returns:
        Arrays, numbers, texts, truth values and None; no objects.

    Raises:
        EncodingError: If it is no JSON, or holds objects.
    """
    try:
        return _DECODER.decode(message.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise EncodingError(f"{type(error).__name__}: {error}"[:200]) from error


def _refuse_object(pairs: object) -> object:
    raise EncodingError("there are no objects in a message")


_DECODER = json.JSONDecoder(object_pairs_hook=_refuse_object)


class _Reader:
    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def read(self, node: Node, depth: int) -> Any:
        kind = type(node)
        if kind is not list:
            return node
        if depth <= 0:
            raise EncodingError(f"it is nested more than {MAX_DEPTH} deep")
        tag = node[0]
        if tag in _ITEMS:
            return _ITEMS[tag](self._read_all(node, 1, depth))
        if tag in _MAPPED:
            return _MAPPED[tag](_pairs(self._read_all(node, 1, depth)))
        if tag == "D":
            factory = None if node[1] is None else TYPES[_text(node[1])]
            return defaultdict(factory, _pairs(self._read_all(node, 2, depth)))
        if tag == "q":
            return deque(self._read_all(node, 2, depth), None if node[1] is None else _int(node[1]))
        return self._read_rare(tag, node, depth)

    def _read_all(self, node: list[Node], start: int, depth: int) -> list[Any]:
        values = node[start:]
        if list not in set(map(type, values)):
            return values
        read, depth = self.read, depth - 1
        return [read(each, depth) for each in values]

    def _read_rare(self, tag: object, node: list[Node], depth: int) -> object:
        if tag == "?":
            _, number, name = node
            return self._resolve(_int(number), _text(name))
        if tag == "r":
            start, stop, step = map(_int, self._read_all(node, 1, depth))
            return range(start, stop, step)
        if tag == "/":
            start, stop, step = self._read_all(node, 1, depth)
            return slice(start, stop, step)
        if tag == "F":
            numerator, denominator = map(_int, self._read_all(node, 1, depth))
            if max(abs(numerator), denominator) >= LARGE:
                raise EncodingError("a fraction has too many digits")
            return Fraction(numerator, denominator)
        if tag == "c":
            _, real, imaginary = node
            return complex(_float(real), _float(imaginary))
        if tag == "timedelta":
            _, days, seconds, microseconds = node
            return timedelta(_int(days), _int(seconds), _int(microseconds))
        _, text = node
        return _ONES[tag](_text(text))


def _text(node: Node) -> str:
    if type(node) is not str:
        raise EncodingError("a text was expected")
    return node


def _int(node: Node) -> int:
    if type(node) is not int:
        raise EncodingError("an integer was expected")
    return node


def _float(node: Node) -> float:
    if type(node) is not float:
        raise EncodingError("a number was expected")
    return node


def _pairs(values: list[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(values[::2], values[1::2], strict=True)


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_PLAIN_BITS:
        raise EncodingError("a decimal number has too many digits")
    return Decimal(text)


_ITEMS: dict[object, Callable[[list[Any]], object]] = {
    "l": list,
    "t": tuple,
    "s": set,
    "f": frozenset,
    "K": lambda values: dict.fromkeys(values).keys(),
    "V": lambda values: dict(enumerate(values)).values(),
}
_MAPPED: dict[object, Callable[[Iterable[tuple[Any, Any]]], object]] = {
    "d": dict,
    "O": OrderedDict,
    "C": lambda pairs: Counter(dict(pairs)),
    "I": lambda pairs: dict(pairs).items(),
}
_ONES: dict[object, Callable[[str], object]] = {
    "i": lambda text: int(text, 16),
    "b": bytes.fromhex,
    "B": bytearray.fromhex,
    "#": _decimal,
    "T": TYPES.__getitem__,
    "1": SINGLES.__getitem__,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
}
