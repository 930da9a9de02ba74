"""How a failure is told: the call with its arguments, what was expected, what came."""

import reprlib
from collections.abc import Iterable

__all__ = ["shorten", "show_call", "show_value"]

MAX_VALUE_CHARS = 200


def show_value(value: object) -> str:
    """Return a value as it would be written, shortened and printable.

    Args:
        value: Anything; however large it is, this takes little time.

    Returns:
        At most about 200 characters on one line.
    """
    return shorten(_SHORT.repr(value), MAX_VALUE_CHARS)


def show_call(name: str, values: Iterable[object], named: Iterable[tuple[str, object]]) -> str:
    """Return a call as it would be written.

    Args:
        name: The function.
        values: Its arguments.
        named: Those by name.

    Returns:
        Text on one line, shortened.
    """
    parts = [show_value(value) for value in values]
    parts += [f"{word}={show_value(value)}" for word, value in named]
    return f"{name}({shorten(', '.join(parts), 2 * MAX_VALUE_CHARS)})"


def shorten(text: str, max_chars: int) -> str:
    """Return a text that may be printed anywhere.

    Args:
        text: What somebody else wrote.
        max_chars: How much of it is kept.

    Returns:
        The text on one line, without control characters, cut in the middle.
    """
    if len(text) > max_chars:
        half = (max_chars - 5) // 2
        text = f"{text[:half]} ... {text[-half:]}"
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


class _Short(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 6
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 30
        self.maxdict = self.maxdeque = self.maxarray = 30
        self.maxstring = self.maxother = MAX_VALUE_CHARS

    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > 1_000:  # in base 10 it would take long
            return f"<integer of {x.bit_length():,} bits>"
        return repr(x)


_SHORT = _Short()
