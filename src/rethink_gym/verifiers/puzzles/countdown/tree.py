r"""Expressions of whole numbers with + - * / and brackets: strict parser, exact values.

The parser is stricter than that of `rethink_gym.verifiers.math.expression`: no signs before
numbers, no powers, no implicit products, no decimals. This excludes values that the rules of
the game do not allow.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from rethink_gym.verifiers.math.expression.tree import (
    OverLimitError,
    UndefinedError,
    UnreadableError,
)

__all__ = ["Exact", "Operation", "Tree", "evaluate", "leaves_of", "operate", "parse_tree"]

Exact: TypeAlias = int | Fraction
"""An exact number; whole numbers always have the type int."""

Tree: TypeAlias = "int | Operation"
"""An expression: a number, or an operation on two expressions."""

MAX_CHARS = 500
"""Maximum length of an expression."""
MAX_DIGITS = 9
"""Maximum number of digits of a number."""
MAX_DEPTH = 40
"""Maximum depth of nested brackets."""


class Operation(NamedTuple):
    """An operation on two expressions.

    Attributes:
        operator: One of ``+ - * /``.
        left: Left operand.
        right: Right operand.
    """

    operator: str
    left: Tree
    right: Tree


def parse_tree(text: str) -> Tree:
    r"""Parse an expression.

    Args:
        text: An expression such as ``(13-9)*6``. The signs ``×``, ``÷``, ``\times``,
            ``\cdot``, ``\div`` and ``\frac{1}{2}`` are allowed too.

    Returns:
        The expression.

    Raises:
        UnreadableError: If ``text`` is not such an expression.
        OverLimitError: If ``text`` exceeds `MAX_CHARS`, `MAX_DIGITS` or `MAX_DEPTH`.
    """
    if len(text) > MAX_CHARS:
        raise OverLimitError(f"more than {MAX_CHARS} characters")
    return _Parser(text).parse()


def evaluate(tree: Tree) -> Exact:
    """Return the value of an expression.

    Raises:
        UndefinedError: If the expression divides by zero.

    Examples:
        >>> evaluate(parse_tree("8/(3-8/3)"))
        24
    """
    if isinstance(tree, int):
        return tree
    value = operate(tree.operator, evaluate(tree.left), evaluate(tree.right))
    if value is None:
        raise UndefinedError("it divides by zero")
    return value


def leaves_of(tree: Tree) -> Iterator[int]:
    """Yield the numbers of an expression from left to right."""
    if isinstance(tree, int):
        yield tree
    else:
        yield from leaves_of(tree.left)
        yield from leaves_of(tree.right)


def operate(operator: str, left: Exact, right: Exact) -> Exact | None:
    """Return the exact result of an operation.

    Args:
        operator: One of ``+ - * /``.
        left: Left operand.
        right: Right operand.

    Returns:
        The result; None for a division by zero.
    """
    value: Exact
    if operator == "+":
        value = left + right
    elif operator == "-":
        value = left - right
    elif operator == "*":
        value = left * right
    elif not right:
        return None
    else:
        value = Fraction(left, right)
    return value if isinstance(value, int) or value.denominator > 1 else value.numerator


_TOKEN = re.compile(r"\s*(?:([0-9]+)|(\\frac(?![A-Za-z]))|(\S))", re.ASCII)
_WRITTEN = re.compile(r"\\(?:(?:left|right|displaystyle)(?![A-Za-z])|[,;!:()\[\]])")
_SIGNS = {
    **dict.fromkeys(("\\times", "\\cdot", "×", "·", "⋅", "∙", "•"), "*"),
    **dict.fromkeys(("\\div", "÷", "⁄"), "/"),
    **dict.fromkeys(("−", "–"), "-"),  # noqa: RUF001
    **dict.fromkeys(("[", "{"), "("),
    **dict.fromkeys(("]", "}"), ")"),
}
_SIGN = re.compile("|".join(f"{re.escape(sign)}(?![A-Za-z])" for sign in _SIGNS))


class _Parser:
    """Recursive-descent parser, one method per level of precedence."""

    def __init__(self, text: str) -> None:
        plain = _WRITTEN.sub(" ", text)
        plain = _SIGN.sub(lambda match: _SIGNS[match[0]], plain)
        self.tokens = [match[1] or match[2] or match[3] for match in _TOKEN.finditer(plain)]
        self.position = 0
        self.depth = 0

    def parse(self) -> Tree:
        tree = self.sum()
        if self.next:
            raise UnreadableError(f"{self.next[:20]!r} has no meaning here")
        return tree

    @property
    def next(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next
        self.position += 1
        return token

    def expect(self, sign: str) -> None:
        if self.take() != sign:
            raise UnreadableError(f"{sign!r} is missing")

    def sum(self) -> Tree:
        tree = self.product()
        while self.next in ("+", "-"):
            tree = Operation(self.take(), tree, self.product())
        return tree

    def product(self) -> Tree:
        tree = self.operand()
        while self.next in ("*", "/"):
            tree = Operation(self.take(), tree, self.operand())
        return tree

    def operand(self) -> Tree:
        token = self.next
        if token == "(":
            return self.bracket()
        if token == "\\frac":
            self.take()
            return Operation("/", self.bracket(), self.bracket())
        if not (token.isascii() and token.isdecimal()):
            raise UnreadableError(
                f"a number is missing before {token[:20]!r}" if token else "empty"
            )
        if len(token) > MAX_DIGITS:
            raise OverLimitError(f"a number of more than {MAX_DIGITS} digits")
        return int(self.take())

    def bracket(self) -> Tree:
        self.expect("(")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise OverLimitError(f"more than {MAX_DEPTH} nested brackets")
        tree = self.sum()
        self.expect(")")
        self.depth -= 1
        return tree
