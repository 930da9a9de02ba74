"""Split plain notation into tokens: numbers, names, commands, signs and words."""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from fractions import Fraction
from typing import NamedTuple

from rethink_gym.verifiers.math.expression.parsing.vocabulary import (
    CONSTANT_NAMES,
    FUNCTIONS,
    GREEK,
    PERCENTS,
    PRODUCT_LETTERS,
    SCALES,
    TWO_LETTER_UNITS,
)
from rethink_gym.verifiers.math.expression.tree import OverLimitError, UnreadableError
from rethink_gym.verifiers.number import Number

__all__ = ["MAX_TOKENS", "Token", "TokenKind", "tokenize"]


MAX_TOKENS = 5_000
MAX_DIGITS = 1_000
MAX_EXPONENT = 1_000


class TokenKind(Enum):
    """Kind of a token."""

    NUMBER = "number"
    NAME = "name"
    """A variable or constant."""
    COMMAND = "command"
    """A function, or a LaTeX command without its backslash."""
    SIGN = "sign"
    WORD = "word"
    """A word that is not mathematics, such as a unit."""
    END = "end"


class Token(NamedTuple):
    """One token.

    Attributes:
        kind: Kind of the token.
        text: The token as written; for a command, its name.
        is_spaced: Whether a space precedes it.
        number: Value of a number; None for other tokens.
    """

    kind: TokenKind
    text: str
    is_spaced: bool
    number: Number | None = None


_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<repeating>[0-9]*\.[0-9]*\\overline\s*\{\s*[0-9]+\s*\})
  | (?P<based>(?:[0-9][0-9A-F]*|[A-F]{2,}|[a-f]{2,})_(?:\{\s*[0-9]+\s*\}|[0-9]+))
  | (?P<number>
        (?: (?<=[(\[])[0-9]+(?=,[0-9]{3}[)\]])  # a pair, such as (2,102)
          | [0-9]{1,3}(?:,[0-9]{3})+(?![0-9])
          | [0-9]{1,3}(?:[ ][0-9]{3})+(?![0-9.])
          | [0-9]+ )
        (?:\.(?!\.)[0-9]*)? (?:[eE][+-]?[0-9]+(?![A-Za-z]))?
      | \.[0-9]+ (?:[eE][+-]?[0-9]+(?![A-Za-z]))?
    )
  | \\(?:text(?:bf|it|rm|sf|tt|normal)?|mbox|math(?:rm|bf|it|sf|tt)|operatorname\*?|mathop)
        \s*\{(?P<styled>[^{}]*)\}
  | \\(?:begin|end)\s*\{(?P<environment>[a-zA-Z]+)\*?\}(?:\s*\{[clr|\s]*\})?
  | \\mathbb\s*\{?\s*(?P<board>[RZQN])\s*\}?
  | \\(?P<command>[A-Za-z]+|[{}|])
  | (?P<letters>[A-Za-z]+)
  | (?P<foreign>[\u00aa-\U0010ffff]+)
  | (?P<sign><=|>=|!=|==|\*\*|\\\\|\.\.\.|[-+*/^_=<>(){}\[\],;:|!%'&?.])
    """,
    re.VERBOSE | re.ASCII,
)

_SCRIPT = re.compile("(?P<number>[0-9]+)")
"""A number in a subscript: in ``\\log_2 100``, "2 100" is not one number."""


def tokenize(text: str) -> list[Token]:
    r"""Split a text into tokens.

    Args:
        text: The text returned by `plain_notation`.

    Returns:
        The tokens, the last of kind ``END``.

    Raises:
        OverLimitError: If there are more than ``MAX_TOKENS`` tokens, or a number has too many
            digits or too large an exponent.
        UnreadableError: If a character has no meaning.
    """
    tokens = list(_split(text, MAX_TOKENS))
    tokens.append(Token(TokenKind.END, "", False))
    return tokens


def _split(text: str, budget: int) -> Iterator[Token]:
    position = 0
    is_spaced = False
    previous: Token | None = None
    while position < len(text):
        is_script = previous is not None and previous.text == "_" and not is_spaced
        match = _SCRIPT.match(text, position) if is_script else None
        match = match or _TOKEN.match(text, position)
        if match is None:
            raise UnreadableError(f"the sign {text[position]!r} has no meaning here")
        position = match.end()
        kind = match.lastgroup
        if kind == "space":
            is_spaced = True
            continue
        for token in _tokens_of_match(match, is_spaced, previous):
            budget -= 1
            if budget < 0:
                raise OverLimitError(f"more than {MAX_TOKENS} tokens")
            previous = token
            yield token
        is_spaced = False


def _tokens_of_match(
    match: re.Match[str], is_spaced: bool, previous: Token | None
) -> Iterator[Token]:
    kind = match.lastgroup
    whole = match[0]
    if kind in ("number", "repeating", "based"):
        yield Token(TokenKind.NUMBER, whole, is_spaced, _NUMBER_PARSERS[kind](whole))
    elif kind == "styled":
        follows_number = previous is not None and previous.kind is TokenKind.NUMBER
        content = match["styled"].strip()
        if len(content) == 1 and content.isalpha() and not follows_number:
            yield Token(TokenKind.NAME, content, is_spaced)
        elif len(content) == 1 and content.isalpha():
            yield Token(TokenKind.WORD, content, is_spaced)
        else:
            yield from _split(content, MAX_TOKENS)
    elif kind == "environment":
        name = "end" if whole.startswith("\\end") else "begin"
        yield Token(TokenKind.COMMAND, f"{name}:{match['environment']}", is_spaced)
    elif kind == "board":
        names = {"R": "reals", "Z": "integers", "Q": "rationals", "N": "naturals"}
        yield Token(TokenKind.NAME, names[match["board"]], is_spaced)
    elif kind == "command":
        name = match["command"]
        if name in GREEK or name in CONSTANT_NAMES:
            yield Token(TokenKind.NAME, CONSTANT_NAMES.get(name, name), is_spaced)
        elif name in "{}|":
            yield Token(TokenKind.SIGN, f"\\{name}", is_spaced)
        else:
            yield Token(TokenKind.COMMAND, name, is_spaced)
    elif kind == "foreign":
        strange = [sign for sign in whole if unicodedata.category(sign)[0] not in "LM"]
        if strange:
            raise UnreadableError(f"the sign {strange[0]!r} has no meaning here")
        yield Token(TokenKind.WORD, whole, is_spaced)
    elif kind == "letters":
        yield from _tokens_of_letters(whole, is_spaced)
    else:
        yield Token(TokenKind.SIGN, {"==": "=", "**": "^"}.get(whole, whole), is_spaced)


def _tokens_of_letters(run: str, is_spaced: bool) -> Iterator[Token]:
    lower = run.lower()
    if len(run) == 1:
        yield Token(TokenKind.NAME, run, is_spaced)
    elif lower in ("and", "or", "to"):
        yield Token(TokenKind.SIGN, lower, is_spaced)
    elif run in FUNCTIONS or run in ("sqrt", "mod"):
        yield Token(TokenKind.COMMAND, run, is_spaced)
    elif run in CONSTANT_NAMES or run in GREEK:
        yield Token(TokenKind.NAME, CONSTANT_NAMES.get(run, run), is_spaced)
    elif lower in PERCENTS:
        yield Token(TokenKind.SIGN, "%", is_spaced)
    elif lower in ("degree", "degrees"):
        yield Token(TokenKind.COMMAND, "degree", is_spaced)
    elif lower in SCALES:
        yield Token(TokenKind.SIGN, "*", is_spaced)
        yield Token(TokenKind.NUMBER, run, False, Number(Fraction(SCALES[lower])))
    elif lower in TWO_LETTER_UNITS:
        yield Token(TokenKind.WORD, run, is_spaced)
    elif run.isupper():
        yield Token(TokenKind.NAME, run, is_spaced)
    elif (len(run) == 2 and run.islower()) or (len(run) <= 4 and set(run) <= PRODUCT_LETTERS):
        # A product, such as xy; the parser recognizes a differential, such as dx.
        yield Token(TokenKind.NAME, run[0], is_spaced)
        for letter in run[1:]:
            yield Token(TokenKind.NAME, letter, False)
    else:
        yield Token(TokenKind.WORD, run, is_spaced)


def _parse_decimal(text: str) -> Number:
    text = text.replace(",", "").replace(" ", "").lower()
    mantissa, _, exponent = text.partition("e")
    whole, point, part = mantissa.partition(".")
    if len(whole) + len(part) > MAX_DIGITS:
        raise OverLimitError(f"a number of more than {MAX_DIGITS} digits")
    if len(exponent.lstrip("+-0")) > 4 or abs(int(exponent or 0)) > MAX_EXPONENT:
        raise OverLimitError(f"an exponent of more than {MAX_EXPONENT}")
    power = int(exponent or 0)
    value = Fraction(int((whole + part) or "0"), 10 ** len(part)) * Fraction(10) ** power
    if not (point and part):
        return Number(value)
    # 3.33333e3 has 5 - 3 = 2 decimals: the last digit is worth 10^-2.
    return Number(value, len(part) - power, len((whole + part).lstrip("0")))


def _parse_repeating_decimal(text: str) -> Number:
    whole, _, rest = text.partition(".")
    fixed, _, repeated = rest.partition("\\overline")
    cycle = repeated.strip(" {}")
    if len(whole) + len(fixed) + len(cycle) > MAX_DIGITS:
        raise OverLimitError(f"a number of more than {MAX_DIGITS} digits")
    start = Fraction(int((whole + fixed) or "0"), 10 ** len(fixed))
    return Number(start + Fraction(int(cycle), (10 ** len(cycle) - 1) * 10 ** len(fixed)))


def _parse_in_base(text: str) -> Number:
    digits, _, base = text.partition("_")
    base = base.strip("{} ")
    if len(digits) > MAX_DIGITS or len(base) > 2 or not 2 <= int(base) <= 36:
        raise UnreadableError(f"{text!r} is not a number in a base from 2 to 36")
    try:
        return Number(Fraction(int(digits, int(base))))
    except ValueError as error:
        raise UnreadableError(f"{digits!r} is not a number in base {base}") from error


_NUMBER_PARSERS = {
    "number": _parse_decimal,
    "repeating": _parse_repeating_decimal,
    "based": _parse_in_base,
}
