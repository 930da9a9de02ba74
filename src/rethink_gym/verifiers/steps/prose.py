"""Tokenizer of prose that contains mathematics, by one pass of one pattern.

The tokens only separate mathematics from words. Its meaning is left to the parser of
`rethink_gym.verifiers.math.expression`.
"""

import re
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Token", "TokenKind", "tokenize_prose"]


class TokenKind(StrEnum):
    """Kind of a token."""

    NUMBER = "number"
    NAME = "name"
    """A letter that may be an unknown."""
    COMMAND = "command"
    """A root or a fraction, whose arguments follow."""
    OPERATOR = "operator"
    OPEN = "open"
    CLOSE = "close"
    SUFFIX = "suffix"
    """A sign after an operand, such as ``%`` and ``!``."""
    MONEY = "money"
    RELATION = "relation"
    WORD = "word"
    STOP = "stop"
    """A sign that separates expressions."""
    UNREAD = "unread"
    """Mathematics that is not supported, such as a time of day or ``\\sin``."""


class Token(NamedTuple):
    """One token.

    Attributes:
        kind: Kind of the token.
        text: Text for the expression parser.
        start: Index of its first character.
        end: Index after its last character.
        is_spaced: Whether it follows a blank or is at the start of the text.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    is_spaced: bool


_TOKEN = re.compile(
    r"""
    (?P<blank> [ \t\r\f\v\u00a0\u2009\u202f&]+ | \\[(),;:!> ]
      | (?:\\(?:left|right|displaystyle|q?quad|boxed|[bB]ig[gG]?[lr]?)(?![A-Za-z])) )
  | (?P<power> (?<=[0-9A-Za-z)\]}])\*\*(?=[0-9A-Za-z({-]) )
  | (?P<bold> \*\*+ | __+ | ` )
  | (?P<arrow> -+> | =+> | <[-=]+> | <- | ::+ )
  | (?P<clock> [0-9]{1,2}:[0-9]{2}(?![0-9(]) | [0-9]+\.[0-9]+(?:\.\.+|…)  # 7:30, 0.33...
      | (?![0-9]{1,3}(?:,[0-9]{3})+(?!,?[0-9])) [0-9]+(?:,[0-9]+)+ )
  | (?P<based> [0-9]*\.[0-9]*\\overline\s?\{[0-9]*\} | [0-9]+_(?:\{[^{}\n]{0,9}\}|[0-9]) )
  | (?P<number> (?: [0-9]{1,3}(?:,(?:\\!)?[0-9]{3})+(?![0-9])
          | [0-9]{1,3}(?:[ ][0-9]{3})+(?![.,]?[0-9]) | [0-9]+ )
        (?: \.[0-9]+ )? (?: [eE][+-]?[0-9]{1,3}(?![0-9A-Za-z]) )?  |  \.[0-9]+ )
  | (?P<relation> <= | >= | (?<![0-9A-Za-z)}])!= | =+ | [<>≈≠≤≥]
      | \\(?:approx|neq?|leq?|geq?|lt|gt)(?![A-Za-z]) | (?:is[ ]equal[ ]to|equals)(?![A-Za-z]) )
  | (?P<divider> \\[\[\]] | \\(?:begin|end)\s?\{[a-z*]{1,12}\}
      | \\(?:Rightarrow|Leftrightarrow|implies|iff|therefore|to|item)(?![A-Za-z]) )
  | (?P<styled> \\(?:text(?:bf|it|rm)?|mathrm|mbox)\s?\{ (?P<inside>[^{}\n]{0,60}) \} )
  | (?P<named> (?:divided[ ]by|multiplied[ ]by|times(?![ ]?[*/×])|plus|minus)(?![A-Za-z]) )
  | (?P<times> \\(?:times|cdot|div)(?![A-Za-z]) | // | [*/+^×÷·∙•⋅−–-] )
  | (?P<command> \\(?:d|t|c)?frac(?![A-Za-z]) | \\?sqrt(?![A-Za-z]) | √ )
  | (?P<suffix> \\?% | ! | [²³] | percent(?![A-Za-z]) )
  | (?P<money> \\?\$\$? )
  | (?P<open> \\?[({\[] )
  | (?P<close> \\?[)}\]] )
  | (?P<product> (?<=[0-9])(?!cm|mm|km)[xyzwabckmn]{2,3}(?![A-Za-z]) )  # 2ab
  | (?P<name> \\pi(?![A-Za-z]) | π
      | \\(?:alpha|beta|gamma|delta|theta|lambda|mu|phi|omega|sigma)(?![A-Za-z])
      | [A-Za-z][0-9](?![0-9A-Za-z.,])
      | [A-Za-z](?:_(?:[0-9A-Za-z]|\{[0-9A-Za-z]{1,8}\})|(?![A-Za-z'’])) )
  | (?P<unread> \\[A-Za-z]+ )
  | (?P<word> [^\W\d_]+ (?:['’-][^\W\d_]+){0,4} )
  | (?P<stop> . )
    """,  # noqa: RUF001
    re.VERBOSE | re.DOTALL,
)

_KINDS = {
    **{name: TokenKind(name) for name in ("number", "relation", "command", "suffix", "money")},
    **{name: TokenKind(name) for name in ("open", "close", "name", "word", "stop")},
    **dict.fromkeys(("power", "named", "times"), TokenKind.OPERATOR),
    **dict.fromkeys(("arrow", "divider"), TokenKind.STOP),
    **dict.fromkeys(("clock", "based", "unread"), TokenKind.UNREAD),
    "product": TokenKind.NAME,
    "inside": TokenKind.WORD,
    "styled": TokenKind.WORD,
}
_WRITTEN = {
    **dict.fromkeys(("multiplied by", "times", "\\times", "\\cdot", *"×·∙•⋅"), "*"),
    **dict.fromkeys(("divided by", "\\div", "÷", "//"), "/"),
    **dict.fromkeys(("minus", *"−–"), "-"),  # noqa: RUF001
    "plus": "+",
    **dict.fromkeys(("equals", "is equal to", "==", "==="), "="),
    **dict.fromkeys(("≈", "\\approx"), "~"),
    **dict.fromkeys(("≠", "\\ne", "\\neq"), "!="),
    **dict.fromkeys(("≤", "\\le", "\\leq"), "<="),
    **dict.fromkeys(("≥", "\\ge", "\\geq"), ">="),
    "\\lt": "<",
    "\\gt": ">",
    **dict.fromkeys(("percent", "\\%"), "%"),
    "π": "\\pi",
    "$$": "$",
}


def tokenize_prose(text: str) -> list[Token]:
    """Split a step into tokens.

    Args:
        text: The step.

    Returns:
        Its tokens in order, without blanks, bold face and the dollar signs around
        formulas.
    """
    fences = _fences(text)
    tokens: list[Token] = []
    is_spaced = True
    for match in _TOKEN.finditer(text):
        name = match.lastgroup or ""
        is_fence = match.start() in fences
        if name in ("blank", "bold") or is_fence:
            is_opening = fences[match.start()] if is_fence else match[0] == "\\("
            if is_opening and tokens and tokens[-1].kind in _ENDS:  # the next formula
                tokens.append(Token(TokenKind.STOP, "$", match.start(), match.end(), True))
            is_spaced = True
            continue
        written = match["inside"].strip() if match["inside"] is not None else match[0]
        if name == "power":
            written = "^"
        elif name == "name" and len(written) == 2:  # D1 is one name, and no product
            written = f"{written[0]}_{written[1]}"
        kind = _KINDS["styled" if match["inside"] is not None else name]
        tokens.append(
            Token(kind, _WRITTEN.get(written, written), match.start(), match.end(), is_spaced)
        )
        is_spaced = False
    return tokens


_FENCE = re.compile(r"(?<!\\)\$\$?")


_ENDS = (TokenKind.NUMBER, TokenKind.NAME, TokenKind.CLOSE, TokenKind.SUFFIX)


def _fences(text: str) -> dict[int, bool]:
    """Find the dollar signs that enclose formulas, and whether each opens a formula.

    No blank follows an opening sign. No blank precedes a closing sign and no digit follows
    it.
    """
    fences: dict[int, bool] = {}
    opened: int | None = None
    for match in _FENCE.finditer(text):
        start, end = match.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        if opened is not None and before and not before.isspace() and not after.isdigit():
            fences |= {opened: True, start: False}
            opened = None
        elif after and not after.isspace():
            opened = start
    return fences
