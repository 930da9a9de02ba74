"""Parser of Python literals in untrusted text; it never runs code.

Answers are parsed in the verifier's own process. There `ast.literal_eval` is not safe: on
hostile text it can crash the interpreter or use unbounded memory. Values are None, booleans,
numbers, texts, bytes, and lists, tuples, sets and dicts of values.
"""

import math
import re
import unicodedata
from typing import Any

__all__ = ["MAX_CHARS", "NotAValueError", "read_arguments", "read_value"]

MAX_CHARS = 10_000
"""Maximum length of a text that is parsed."""

_MAX_DEPTH = 60
"""Maximum depth of nested values."""

_NAMES = {"None": None, "True": True, "False": False}
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class NotAValueError(ValueError):
    """The text is not a literal that the parser accepts; the message gives the reason.

    Attributes:
        is_limit: Whether the text exceeds a limit of length or depth.
    """

    def __init__(self, message: str, *, is_limit: bool = False) -> None:
        super().__init__(message)
        self.is_limit = is_limit


def read_value(text: str) -> Any:
    """Parse one literal; several, separated by commas, are a tuple.

    Args:
        text: A literal, such as ``"[1, 'a']"`` or ``"1, 2"``.

    Returns:
        The value.

    Raises:
        NotAValueError: If ``text`` is not a literal, or exceeds a limit of length or depth.

    Examples:
        >>> read_value("{'a': [1, 2.5]}")
        {'a': [1, 2.5]}
    """
    values, has_comma = _Reader(text).read_all()
    return tuple(values) if has_comma else values[0]


def read_arguments(text: str) -> tuple[Any, ...]:
    """Parse the literals between the brackets of a call.

    Args:
        text: The arguments, such as ``"[1, 'a'], 2"``; may be empty.

    Returns:
        The values.

    Raises:
        NotAValueError: If ``text`` is not a list of literals, or exceeds a limit of length or
            depth.
    """
    return tuple(_Reader(text).read_all()[0]) if text.strip() else ()


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
_TOKEN = re.compile(
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


class _Reader:
    """Recursive-descent parser with one token of lookahead."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_CHARS:
            raise NotAValueError(f"it has more than {MAX_CHARS:,} characters", is_limit=True)
        self._text = text.rstrip()
        self._end = 0
        self._depth = 0
        self._advance()

    def read_all(self) -> tuple[list[Any], bool]:
        """Parse the whole text; return its values, and whether it has a comma."""
        values, has_comma = self._read_values("")
        if not values:
            raise NotAValueError("there is no value")
        return values, has_comma

    def _advance(self) -> None:
        if self._end == len(self._text):
            self._token, self._kind = "", ""
            return
        match = _TOKEN.match(self._text, self._end)
        if match is None:
            shown = self._text[self._end : self._end + 20].lstrip()
            raise NotAValueError(f"{shown!r} is not part of a literal")
        self._match = match
        self._end = match.end()
        self._kind = next(kind for kind in ("text", "number", "name", "mark") if match[kind])
        self._token = match[self._kind]

    def _take(self, token: str) -> bool:
        """Advance past a mark if it is the current token; return whether it was."""
        if self._kind != "mark" or self._token != token:
            return False
        self._advance()
        return True

    def _read_values(self, closing: str) -> tuple[list[Any], bool]:
        """Parse values separated by commas, up to and including the closing bracket."""
        values: list[Any] = []
        has_comma = False
        while not self._is_at(closing):
            values.append(self._read_nested())
            if not self._take(","):
                break
            has_comma = True
        if not self._is_at(closing):
            raise self._unexpected()
        if closing:
            self._advance()
        return values, has_comma

    def _is_at(self, closing: str) -> bool:
        return self._token == closing and self._kind == ("mark" if closing else "")

    def _read_nested(self) -> Any:
        """Parse one value, one level deeper."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise NotAValueError("it is nested too deeply", is_limit=True)
        value = self._read_number() if self._is_number() else self._read_other()
        self._depth -= 1
        return value

    def _is_number(self) -> bool:
        return self._kind == "number" or (self._kind == "mark" and self._token in "+-")

    def _read_number(self) -> Any:
        """Parse a number, or a complex number such as ``1+2j``."""
        value = self._read_signed()
        if self._kind == "mark" and self._token in "+-" and not isinstance(value, complex):
            imaginary = self._read_signed()
            if not isinstance(imaginary, complex):
                raise NotAValueError("sums are not evaluated")
            value += imaginary
        return value

    def _read_signed(self) -> Any:
        is_negative = False
        if self._take("-"):
            is_negative = True
        else:
            self._take("+")
        if self._kind != "number":
            raise self._unexpected()
        value = _number_of(self._token)
        self._advance()
        return -value if is_negative else value

    def _read_other(self) -> Any:
        kind, token = self._kind, self._token
        if kind == "text":
            return self._read_text()
        if kind == "mark" and token in _CLOSING:
            self._advance()
            return self._read_dict_or_set() if token == "{" else self._read_sequence(token)
        if kind == "name" and token in _NAMES:
            self._advance()
            return _NAMES[token]
        if kind == "name" and token == "set":
            self._advance()
            if self._take("(") and self._take(")"):
                return set()
        raise self._unexpected()

    def _read_sequence(self, opening: str) -> Any:
        values, has_comma = self._read_values(_CLOSING[opening])
        if opening == "[":
            return values
        return tuple(values) if has_comma or not values else values[0]

    def _read_dict_or_set(self) -> Any:
        if self._take("}"):
            return {}
        first = self._read_nested()
        if not self._take(":"):
            members = [first]
            if self._take(","):
                members += self._read_values("}")[0]
            elif not self._take("}"):
                raise self._unexpected()
            return _hashed(set, members)
        entries = [(first, self._read_nested())]
        while not self._take("}"):
            if not self._take(","):
                raise self._unexpected()
            if self._take("}"):
                break
            key = self._read_nested()
            if not self._take(":"):
                raise self._unexpected()
            entries.append((key, self._read_nested()))
        return _hashed(dict, entries)

    def _read_text(self) -> Any:
        """Parse a text; adjacent texts are joined, as in Python."""
        parts: list[Any] = []
        while self._kind == "text":
            parts.append(_text_of(self._match))
            self._advance()
        if len({type(part) for part in parts}) > 1:
            raise NotAValueError("text and bytes cannot be joined")
        return parts[0][:0].join(parts)

    def _unexpected(self) -> NotAValueError:
        return NotAValueError(
            f"{self._token!r} is not expected here" if self._token else "it ends too early"
        )


def _hashed(kind: Any, values: list[Any]) -> Any:
    try:
        return kind(values)
    except TypeError as error:
        raise NotAValueError(f"{error}") from error


def _number_of(text: str) -> Any:
    """Return the value of a number token."""
    try:
        if text[-1] in "jJ":
            value: Any = complex(text.replace("_", ""))
        elif re.search(r"[.eE]", text) and text[:2].lower() not in ("0x", "0b", "0o"):
            value = float(text)
        else:
            return int(text, 0)
    except ValueError as error:
        raise NotAValueError(f"{text[:20]!r} is not a number that is accepted") from error
    if not math.isfinite(abs(value)):
        raise NotAValueError(f"{text[:20]!r} is too large")
    return value


def _text_of(match: re.Match[str]) -> str | bytes:
    """Return the value of a text token."""
    prefix = match["prefix"].lower()
    body = next(each for each in match.group("t1", "t2", "t3", "t4") if each is not None)
    if prefix not in ("", "b", "r", "u", "br", "rb"):
        raise NotAValueError(f"{prefix!r} is not a prefix of a text")
    if "b" in prefix and not body.isascii():
        raise NotAValueError("bytes contain other characters")
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
        raise NotAValueError(f"{escape[0]!r} is not a character") from error
    if other is None:  # an escaped line break is removed; bytes keep \u
        return "" if escape[0] == "\\\n" else escape[0]
    return _ESCAPED.get(other, escape[0])
