"""Decodes Python values from untrusted plain JSON data; see `encoding`."""

import json
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rethink_gym.verifiers.sandbox.protocol.encoding import (
    LARGE,
    MAX_DEPTH,
    MAX_PLAIN_BITS,
    SINGLES,
    TYPES,
    EncodingError,
    Node,
    ObjectOf,
)

__all__ = ["load", "unpack"]


def load(node: Node, object_of: ObjectOf) -> Any:
    """Decode a value.

    Args:
        node: A message from `unpack`, or a part of one.
        object_of: Called for objects that are not plain data; may raise ValueError.

    Returns:
        The value. Every object in it is new, and is of exactly a built-in or standard
        type or was returned by ``object_of``.

    Raises:
        EncodingError: If ``node`` is not the encoding of a value.
    """
    try:
        return _Reader(object_of).read(node, MAX_DEPTH)
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
        raise EncodingError(f"{type(error).__name__}: {error}"[:200]) from error


def unpack(message: bytes) -> Node:
    """Decode the bytes of a message.

    Args:
        message: The bytes that were received.

    Returns:
        Arrays, numbers, strings, booleans and None; no JSON objects.

    Raises:
        EncodingError: If ``message`` is not ASCII JSON, or contains a JSON object.
    """
    try:
        return _DECODER.decode(message.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise EncodingError(f"{type(error).__name__}: {error}"[:200]) from error


def _refuse_object(pairs: object) -> object:
    raise EncodingError("a message must not contain JSON objects")


_DECODER = json.JSONDecoder(object_pairs_hook=_refuse_object)


class _Reader:
    def __init__(self, object_of: ObjectOf) -> None:
        self._object_of = object_of

    def read(self, node: Node, depth: int) -> Any:
        kind = type(node)
        if kind is not list:
            return node
        if depth <= 0:
            raise EncodingError(f"it is nested more than {MAX_DEPTH} deep")
        tag = node[0]
        if tag in _FROM_ITEMS:
            return _FROM_ITEMS[tag](self._read_all(node, 1, depth))
        if tag in _FROM_PAIRS:
            return _FROM_PAIRS[tag](_pairs(self._read_all(node, 1, depth)))
        if tag == "D":
            factory = None if node[1] is None else TYPES[_check_str(node[1])]
            return defaultdict(factory, _pairs(self._read_all(node, 2, depth)))
        if tag == "q":
            max_items = None if node[1] is None else _check_int(node[1])
            return deque(self._read_all(node, 2, depth), max_items)
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
            return self._object_of(_check_int(number), _check_str(name))
        if tag == "r":
            start, stop, step = map(_check_int, self._read_all(node, 1, depth))
            return range(start, stop, step)
        if tag == "/":
            start, stop, step = self._read_all(node, 1, depth)
            return slice(start, stop, step)
        if tag == "F":
            numerator, denominator = map(_check_int, self._read_all(node, 1, depth))
            if max(abs(numerator), denominator) >= LARGE:
                raise EncodingError("a fraction has too many digits")
            return Fraction(numerator, denominator)
        if tag == "c":
            _, real, imaginary = node
            return complex(_check_float(real), _check_float(imaginary))
        if tag == "timedelta":
            _, days, seconds, microseconds = node
            return timedelta(_check_int(days), _check_int(seconds), _check_int(microseconds))
        _, text = node
        return _FROM_TEXT[tag](_check_str(text))


def _check_str(node: Node) -> str:
    if type(node) is not str:
        raise EncodingError("a string was expected")
    return node


def _check_int(node: Node) -> int:
    if type(node) is not int:
        raise EncodingError("an integer was expected")
    return node


def _check_float(node: Node) -> float:
    if type(node) is not float:
        raise EncodingError("a number was expected")
    return node


def _pairs(values: list[Any]) -> Iterable[tuple[Any, Any]]:
    return zip(values[::2], values[1::2], strict=True)


def _decimal(text: str) -> Decimal:
    if len(text) > MAX_PLAIN_BITS:
        raise EncodingError("a decimal number has too many digits")
    return Decimal(text)


_FROM_ITEMS: dict[object, Callable[[list[Any]], object]] = {
    "l": list,
    "t": tuple,
    "s": set,
    "f": frozenset,
    "K": lambda values: dict.fromkeys(values).keys(),
    "V": lambda values: dict(enumerate(values)).values(),
}
_FROM_PAIRS: dict[object, Callable[[Iterable[tuple[Any, Any]]], object]] = {
    "d": dict,
    "O": OrderedDict,
    "C": lambda pairs: Counter(dict(pairs)),
    "I": lambda pairs: dict(pairs).items(),
}
_FROM_TEXT: dict[object, Callable[[str], object]] = {
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
