"""The numbers and texts in a value as Python writes it."""

import math
import re
import unicodedata
from typing import Any

__all__ = ["TOKEN", "NotAValueError", "number_of", "text_of"]

_NUMBER = (
    r"0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+"
    r"|(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][-+]?\d(?:_?\d)*)?[jJ]?"
)
_TEXT = (
    r"(?P<prefix>[bBrRuU]{0,2})(?:"
    r'"""(?P<t1>(?:[^\\]|\\.)*?)"""|'
    r"'''(?P<t2>(?:[^\\]|\\.)*?)'''|"
    r'"(?P<t3>(?:[^"\\\n]|\\.)*)"|'
    r"'(?P<t4>(?:[^'\\\n]|\\.)*)')"
)
TOKEN = re.compile(
    rf"\s*(?:(?P<text>{_TEXT})|(?P<number>{_NUMBER})|(?P<name>[A-Za-z]\w*)|(?P<mark>[-+\[\](){{}},:]))",
    re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(
    r"\\(?:\n|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|(.))",
    re.DOTALL,
)
_ESCAPED = {
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


class NotAValueError(ValueError):
    """A text is no value that is read here; the message says why.

    Attributes:
        is_limit: Whether it is only too long or too deep.
    """

    def __init__(self, message: str, *, is_limit: bool = False) -> None:
        super().__init__(message)
        self.is_limit = is_limit


def number_of(text: str) -> Any:
    """Return the number that a token stands for.

    Raises:
        NotAValueError: If it stands for none, or for one that is too large.
    """
    try:
        if text[-1] in "jJ":
            value: Any = complex(text.replace("_", ""))
        elif re.search(r"[.eE]", text) and text[:2].lower() not in ("0x", "0b", "0o"):
            value = float(text)
        else:
            return int(text, 0)
    except ValueError as error:
        raise NotAValueError(f"{text[:20]!r} is no number that is read") from error
    if not math.isfinite(abs(value)):
        raise NotAValueError(f"{text[:20]!r} is too large")
    return value


def text_of(match: re.Match[str]) -> str | bytes:
    """Return the text that a match of `TOKEN` stands for.

    Raises:
        NotAValueError: If it stands for none.
    """
    prefix = match["prefix"].lower()
    body = next(each for each in match.group("t1", "t2", "t3", "t4") if each is not None)
    if prefix not in ("", "b", "r", "u", "br", "rb"):
        raise NotAValueError(f"{prefix!r} is no prefix of a text")
    if "b" in prefix and not body.isascii():
        raise NotAValueError("bytes hold other characters")
    if "r" not in prefix:
        body = _ESCAPE.sub(lambda escape: _unescape(escape, is_text="b" not in prefix), body)
    try:
        return body.encode("latin-1") if "b" in prefix else body
    except UnicodeEncodeError as error:
        raise NotAValueError("bytes end at 255") from error


def _unescape(escape: re.Match[str], *, is_text: bool) -> str:
    octal, two, four, eight, name, other = escape.groups()
    try:
        if octal or two:
            return chr(int(octal, 8) if octal else int(two, 16))
        if is_text and (four or eight):
            return chr(int(four or eight, 16))
        if is_text and name is not None:
            return unicodedata.lookup(name)
    except (ValueError, KeyError) as error:
        raise NotAValueError(f"{escape[0]!r} is no character") from error
    if other is None:  # the end of a line, which a backslash hides; bytes know no \u
        return "" if escape[0] == "\\\n" else escape[0]
    return _ESCAPED.get(other, escape[0])
