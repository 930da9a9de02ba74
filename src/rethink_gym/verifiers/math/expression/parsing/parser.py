"""Parse mathematics: LaTeX, Unicode and plain characters, into a typed tree.

The text goes through four stages, one module each: `notation` rewrites it in plain
characters, `lexer` cuts it into tokens, `grammar` and `command` read the tokens by recursive
descent, and `node` builds the tree. This module adds what is about words: answers that
are words only, and values with a label in words.
"""

import re

from rethink_gym.verifiers.math.expression.parsing.command import read_command
from rethink_gym.verifiers.math.expression.parsing.grammar import Parser
from rethink_gym.verifiers.math.expression.parsing.lexer import Token, TokenKind, tokenize
from rethink_gym.verifiers.math.expression.parsing.notation import plain_notation
from rethink_gym.verifiers.math.expression.parsing.vocabulary import CURRENCIES
from rethink_gym.verifiers.math.expression.tree import (
    Node,
    OverLimitError,
    Relation,
    Text,
    UnreadableError,
)

__all__ = ["MAX_CHARS", "parse"]

MAX_CHARS = 10_000

_MAX_LABEL_WORDS = 6
_DENYING_WORDS = """
    not no never cannot isn wrong incorrect error or maybe perhaps about under over least most
    minus negative pas non nicht kein
"""
_DENIALS = frozenset(_DENYING_WORDS.split())
"""Words that a label must not contain: they deny the value, hedge it or change it."""

_COPULAS = ("为", "是", "等于", "為", "等於")
"""The Chinese "is" and "equals", which end a label without a sign."""

_SPACES = re.compile(r"\s+")


def parse(text: str) -> Node:
    """Parse a mathematical text.

    Args:
        text: An answer in LaTeX, Unicode or plain characters.

    Returns:
        Its tree; a `Text` if there are words only.

    Raises:
        UnreadableError: If the text is not mathematics that the grammar knows.
        OverLimitError: If the text is too long, is nested too deeply or has too many digits.
    """
    if len(text) > MAX_CHARS:
        stripped = text.strip()
        if len(stripped) > MAX_CHARS:
            raise OverLimitError(f"longer than {MAX_CHARS} characters")
        text = stripped
    tokens = tokenize(plain_notation(text))
    words = _only_words(tokens)
    if words is not None:
        return Text(words)
    try:
        return _read(tokens)
    except UnreadableError:
        labelled = _labelled_value(tokens)
        if labelled is None:
            raise
        return labelled


def _read(tokens: list[Token]) -> Node:
    return Parser(list(tokens), read_command).read_answer()


def _labelled_value(tokens: list[Token]) -> Node | None:
    """Read a value with a label, such as ``Total cost: 5`` or ``area = 3 * 4 = 12``."""
    end = 0
    while tokens[end].kind is TokenKind.WORD or (end and tokens[end].kind is TokenKind.NAME):
        end += 1
    words = " ".join(token.text for token in tokens[:end]).lower()
    if not 0 < end <= _MAX_LABEL_WORDS or _DENIALS & set(words.split()):
        return None
    if tokens[end].kind is TokenKind.SIGN and tokens[end].text in "=:":
        end += 1
    elif not words.endswith(_COPULAS):
        return None
    if not any(token.kind is TokenKind.NUMBER for token in tokens[end:]):
        return None
    value = _read(tokens[end:])
    if isinstance(value, Relation) and set(value.operators) == {"="}:
        return Relation((Text(words), *value.sides), ("=", *value.operators))
    if isinstance(value, Relation):
        return None
    return Relation((Text(words), value), ("=",))


def _only_words(tokens: list[Token]) -> str | None:
    """Return the words of a text without mathematics; None if there is any."""
    kinds = {token.kind for token in tokens}
    if TokenKind.NUMBER in kinds or TokenKind.WORD not in kinds or TokenKind.COMMAND in kinds:
        return None
    if any(token.kind is TokenKind.SIGN and token.text in "=<>^_[]|&" for token in tokens):
        return None
    if any(token.kind is TokenKind.WORD and token.text in CURRENCIES for token in tokens):
        return None
    pieces = []
    for token in tokens:
        if token.is_spaced:
            pieces.append(" ")
        is_punctuation = token.kind is TokenKind.SIGN and not token.text.isalpha()
        pieces.append(" " if is_punctuation else token.text)
    return _SPACES.sub(" ", "".join(pieces)).strip().lower()
