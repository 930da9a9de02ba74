"""Reads mathematics, LaTeX and plain signs in one grammar, into a typed tree.

A Pratt-style descent: lists hold relations, relations hold sums, sums hold
products, products hold powers. Every level of brackets counts against a budget,
so the time taken is linear in the length of the text.
"""

import re

from rethink_gym.verifiers.math.expression.parsing.arithmetic import ArithmeticReader
from rethink_gym.verifiers.math.expression.parsing.lexer import Token, TokenKind, tokenize
from rethink_gym.verifiers.math.expression.parsing.notation import plain_notation
from rethink_gym.verifiers.math.expression.parsing.vocabulary import (
    CURRENCIES,
    RELATIONS,
    SET_OPERATIONS,
)
from rethink_gym.verifiers.math.expression.tree import (
    Call,
    Group,
    GroupKind,
    Node,
    OverLimitError,
    Quantity,
    Relation,
    Symbol,
    Text,
    UnreadableError,
)

__all__ = ["MAX_CHARS", "parse"]

MAX_CHARS = 10_000
MAX_SIDES = 20

_MAX_UNIT_TOKENS = 12
_MAX_LABEL_WORDS = 6
_DENYING_WORDS = """
    not no never cannot isn wrong incorrect error or maybe perhaps about under over least most
    minus negative pas non nicht kein
"""
_DENIALS = frozenset(_DENYING_WORDS.split())
"""Words that no name of a value holds: they deny it, hedge it or change it."""

_COPULAS = ("为", "是", "等于", "為", "等於")
_BLANKS = re.compile(r"\s+")


def parse(text: str) -> Node:
    """Read a mathematical text.

    Args:
        text: An answer: LaTeX, Unicode or plain signs.

    Returns:
        Its tree; a text of nothing but words is a `Text`.

    Raises:
        UnreadableError: If it is no mathematics that the grammar knows.
        OverLimitError: If it is too long, too deep or has too many digits.
    """
    if len(text) > MAX_CHARS:
        stripped = text.strip()
        if len(stripped) > MAX_CHARS:
            raise OverLimitError(f"longer than {MAX_CHARS} characters")
        text = stripped
    plain = plain_notation(text)
    tokens = tokenize(plain)
    words = _words(tokens)
    if words is not None:
        return Text(words)
    try:
        return _Parser(list(tokens)).read_all()
    except UnreadableError:
        labelled = _labelled(tokens)
        if labelled is None:
            raise
        return labelled


def _labelled(tokens: list[Token]) -> Node | None:
    """Read a value that words name, such as ``Total cost: 5`` or ``area = 3 * 4 = 12``."""
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
    value = _Parser(tokens[end:]).read_all()
    if isinstance(value, Relation) and set(value.operators) == {"="}:
        return Relation((Text(words), *value.sides), ("=", *value.operators))
    if isinstance(value, Relation):
        return None
    return Relation((Text(words), value), ("=",))


def _words(tokens: list[Token]) -> str | None:
    """Return the words of a text that holds words and nothing to compute with."""
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
        pieces.append(
            token.text if token.kind is not TokenKind.SIGN or token.text.isalpha() else " "
        )
    return _BLANKS.sub(" ", "".join(pieces)).strip().lower()


class _Parser(ArithmeticReader):
    def read_all(self) -> Node:
        groups = [self.read_items()]
        while self.take_sign(";"):
            groups.append(self.read_items())
        if self.token.kind is not TokenKind.END:
            raise UnreadableError(f"nothing can follow before {self.token.text!r}")
        if len(groups) > 1:
            items = tuple(
                group[0] if len(group) == 1 else Group(GroupKind.TUPLE, group) for group in groups
            )
        else:
            items = groups[0]
        return items[0] if len(items) == 1 else Group(GroupKind.LIST, items)

    def read_items(self) -> tuple[Node, ...]:
        items = [self.read_relation()]
        joints = set()
        while joint := self._take_joint():
            if self.token.kind is TokenKind.END:
                break
            joints.add(joint)
            items.append(self.read_relation())
        if len(items) > 1 and len(joints) == 1 and "," not in joints:
            is_region = all(isinstance(item, Relation) and _is_region(item) for item in items)
            if is_region:
                return (Call(joints.pop(), tuple(items)),)
        return tuple(items)

    def _take_joint(self) -> str | None:
        if self.is_sign(";") and self._depth == 0:
            return None
        joint = self.take_sign(",", "and", "or", ";")
        if joint == ",":
            joint = self.take_sign("and", "or") or ","
        return "," if joint == ";" else joint

    def read_relation(self) -> Node:
        operators: list[str] = []
        sides: list[Node] = []
        if self._relation_sign() is not None:
            operator = RELATIONS[self.take().text]
            if operator == "=":
                return self._side()
            operators.append(operator)
            sides.append(Symbol("?"))
        sides.append(self._side())
        if operators:
            return Relation(tuple(sides), tuple(operators))
        while self._relation_sign() is not None:
            if len(sides) >= MAX_SIDES:
                raise OverLimitError(f"a chain of more than {MAX_SIDES} sides")
            operators.append(RELATIONS[self.take().text])
            sides.append(self._side())
        return Relation(tuple(sides), tuple(operators)) if operators else sides[0]

    def _relation_sign(self) -> str | None:
        token = self.token
        if token.kind in (TokenKind.SIGN, TokenKind.COMMAND):
            return RELATIONS.get(token.text)
        return None

    def _side(self) -> Node:
        left = self._ratio()
        while self.token.kind is TokenKind.COMMAND and self.token.text in SET_OPERATIONS:
            left = Call(SET_OPERATIONS[self.take().text], (left, self._ratio()))
        return left

    def _ratio(self) -> Node:
        parts = [self._quantity()]
        while not self.is_in_bars and self.take_sign(":", "to"):
            parts.append(self._quantity())
        return parts[0] if len(parts) == 1 else Group(GroupKind.RATIO, tuple(parts))

    def _quantity(self) -> Node:
        value = self.read_sum()
        if self.token.kind is not TokenKind.WORD and not self.is_unit_letter(value):
            return value
        words: list[str] = []
        while self.token.kind is not TokenKind.END and not self.is_sign(
            ",", ";", "and", "or", ")", "]", "=", "\\}", ":"
        ):
            token = self.take()
            if token.kind is TokenKind.COMMAND and token.text not in ("frac", "cdot", "times"):
                raise UnreadableError(f"a unit holds {token.text!r}")
            if token.kind is TokenKind.NUMBER and not (words and words[-1].strip() in "^{/"):
                raise UnreadableError("a second number follows a unit")
            words.append(f" {token.text}" if token.is_spaced else token.text)
            if len(words) > _MAX_UNIT_TOKENS:
                raise UnreadableError("words follow the answer")
        unit = "".join(words).strip()
        if isinstance(value, Quantity):
            if unit.removesuffix("s") == value.unit:
                return value
            raise UnreadableError("two units follow one number")
        return Quantity(value, unit)


def _is_region(relation: Relation) -> bool:
    return any(operator != "=" for operator in relation.operators)
