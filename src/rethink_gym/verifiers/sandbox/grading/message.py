"""Texts about a failed test: the call with its arguments, the values, all of bounded length."""

import reprlib
from collections.abc import Iterable

__all__ = ["shorten", "show_call", "show_value"]

MAX_VALUE_CHARS = 200


def show_value(value: object) -> str:
    """Return a value as source, shortened and printable.

    Args:
        value: Any value; a large one takes no longer than a small one.

    Returns:
        At most about 200 characters on one line.
    """
    return shorten(_SHORT_REPR.repr(value), MAX_VALUE_CHARS)


def show_call(name: str, values: Iterable[object], keywords: Iterable[tuple[str, object]]) -> str:
    """Return a call as source, shortened and printable.

    Args:
        name: Name of the function.
        values: Positional arguments.
        keywords: Keyword arguments.

    Returns:
        Text on one line.
    """
    parts = [show_value(value) for value in values]
    parts += [f"{keyword}={show_value(value)}" for keyword, value in keywords]
    return f"{name}({shorten(', '.join(parts), 2 * MAX_VALUE_CHARS)})"


def shorten(text: str, max_chars: int) -> str:
    """Make an untrusted text safe to print.

    Args:
        text: The text.
        max_chars: Maximum number of characters to keep.

    Returns:
        The text on one line, without control characters, cut in the middle if too long.
    """
    if len(text) > max_chars:
        half = (max_chars - 5) // 2
        text = f"{text[:half]} ... {text[-half:]}"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


class _ShortRepr(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 6
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 30
        self.maxdict = self.maxdeque = self.maxarray = 30
        self.maxstring = self.maxother = MAX_VALUE_CHARS

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > 1_000:  # converting it to base 10 would take long
            return f"<integer of {x.bit_length():,} bits>"
        return repr(x)


_SHORT_REPR = _ShortRepr()
