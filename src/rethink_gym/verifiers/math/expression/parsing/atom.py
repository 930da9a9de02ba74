"""Reads what stands alone: numbers, names and brackets."""

from abc import abstractmethod
from fractions import Fraction
from typing import TypeGuard

from rethink_gym.verifiers.math.expression.parsing.cursor import Cursor
from rethink_gym.verifiers.math.expression.parsing.lexer import Token, TokenKind
from rethink_gym.verifiers.math.expression.parsing.vocabulary import CURRENCIES
from rethink_gym.verifiers.math.expression.tree import (
    Call,
    Group,
    GroupKind,
    Interval,
    Node,
    Quantity,
    Symbol,
    UnreadableError,
    number_node,
)
from rethink_gym.verifiers.number import Number

__all__ = ["AtomReader", "is_whole", "quotient"]

MINUS_ONE = number_node(-1)

_FUNCTION_LETTERS = frozenset("fghFGPW")
"""Letters that stand for functions where a bracket follows; others multiply it."""

_CLOSERS = {"(": (")", "]"), "[": ("]", ")"), "{": ("}",), "\\{": ("\\}",)}


class AtomReader(Cursor):
    """Reads the operands; what combines them is written in the parser above."""

    is_in_integral = False
    is_in_bars = False

    @abstractmethod
    def read_command(self, name: str) -> Node:
        """Read the arguments of a command that was just stepped over."""

    @abstractmethod
    def read_items(self) -> tuple[Node, ...]:
        """Read what commas separate."""

    @abstractmethod
    def read_relation(self) -> Node:
        """Read a sum, or a chain of sums that are compared."""

    @abstractmethod
    def read_sum(self) -> Node:
        """Read a sum."""

    @abstractmethod
    def read_product(self) -> Node:
        """Read a product."""

    @abstractmethod
    def read_power(self) -> Node:
        """Read an operand with its exponents."""

    @abstractmethod
    def starts_operand(self) -> bool:
        """Tell whether the next token can go on a product without a sign."""

    def read_atom(self) -> Node:
        """Read one operand.

        Raises:
            UnreadableError: If none starts here.
            OverLimitError: If the nesting is too deep.
        """
        self.enter()
        token = self.take()
        match token.kind:
            case TokenKind.NUMBER:
                node = self._number(token)
            case TokenKind.NAME:
                node = self._name(token)
            case TokenKind.COMMAND:
                node = self.read_command(token.text)
            case TokenKind.SIGN if token.text in _CLOSERS:
                node = self._bracket(token.text)
            case TokenKind.SIGN if token.text == "|":
                node = self.read_bars("|")
            case TokenKind.WORD if token.text in CURRENCIES:
                node = Quantity(self.read_product(), token.text)
            case _:
                raise UnreadableError(f"no operand can start with {token.text!r}")
        self.leave()
        return node

    def read_argument(self) -> Node:
        r"""Read the argument of a LaTeX command: a group in braces, or one sign."""
        token = self.token
        if token.kind is TokenKind.NUMBER and token.text.isdigit() and len(token.text) > 1:
            self.split(_digits(token.text[0], token.is_spaced), _digits(token.text[1:], False))
            return _value(self.take())
        if token.kind is TokenKind.NUMBER:
            return _value(self.take())
        if token.kind is TokenKind.NAME:
            self.take()
            return Symbol(token.text)
        return self.read_atom()

    def _number(self, token: Token) -> Node:
        value = _value(token)
        if not token.text.replace(",", "").isdigit():
            return value
        one, two, three = self.token, self.ahead(1), self.ahead(2)
        if one.kind is TokenKind.NUMBER and one.is_spaced and two.text == "/":
            if one.text.isdigit() and three.text.isdigit() and int(three.text[:9]):
                self.take(), self.take(), self.take()
                return _mixed(value, one, three)
        elif self.is_command("frac"):
            place = self._place
            self.take()
            above, below = self.read_argument(), self.read_argument()
            if is_whole(above) and is_whole(below) and below.value:
                return number_node(value.value + above.value / below.value)
            self._place = place
        return value

    def _name(self, token: Token) -> Node:
        name = token.text
        if self.take_sign("_"):
            name = f"{name}_{self._raw_argument()}"
        while self.take_sign("'"):
            name += "'"
        if self.is_sign("(") and not self.token.is_spaced:
            if name[0] in _FUNCTION_LETTERS:
                self.take()
                items = self.read_items()
                self.expect(")")
                return Call(f"function {name}", items)
            if name.isupper():
                place, depth = self._place, self._depth
                inside = self.read_atom()
                if isinstance(inside, Group):  # a point, such as A(1, 2)
                    return inside
                self._place, self._depth = place, depth
        return Symbol(name)

    def _raw_argument(self) -> str:
        if not self.take_sign("{"):
            return self.take().text
        parts = []
        while not self.is_sign("}"):
            if self.token.kind is TokenKind.END or self.is_sign("{"):
                raise UnreadableError("a subscript does not end")
            parts.append(self.take().text)
        self.take()
        return "".join(parts)

    def _bracket(self, opener: str) -> Node:
        outer = self.is_in_bars, self.is_in_integral
        self.is_in_bars, self.is_in_integral = opener == "\\{", False
        if self.take_sign("\\}"):
            self.is_in_bars, self.is_in_integral = outer
            return Symbol("empty")
        items = self.read_items()
        if opener == "\\{" and (self.take_sign("|", ":") or self.is_command("mid")):
            if self.is_command("mid"):
                self.take()
            items = self.read_items()  # a set of all x with ...
            self.expect("\\}")
            self.is_in_bars, self.is_in_integral = outer
            return items[0] if len(items) == 1 else Call("and", items)
        closer = self.expect(*_CLOSERS[opener])
        self.is_in_bars, self.is_in_integral = outer
        if opener == "\\{":
            return Group(GroupKind.SET, items)
        if len(items) == 1:
            return items[0]
        if opener == "{":
            return Group(GroupKind.LIST, items)
        if opener == "(" and closer == ")":
            return Group(GroupKind.TUPLE, items)
        if all(isinstance(item, Interval) for item in items):
            rows = [(item.low, item.high) for item in items if isinstance(item, Interval)]
            return Group(GroupKind.MATRIX, tuple(Group(GroupKind.TUPLE, row) for row in rows))
        if all(isinstance(item, Group) and item.kind is GroupKind.TUPLE for item in items):
            return Group(GroupKind.MATRIX, items)
        if len(items) == 2:
            return Interval(*items, has_low=opener == "[", has_high=closer == "]")
        return Group(GroupKind.TUPLE, items)

    def read_bars(self, closer: str) -> Node:
        """Read an absolute value, after the bar that opens it."""
        outer, self.is_in_bars = self.is_in_bars, True
        inside = self.read_sum()
        self.is_in_bars = outer
        if closer == "|":
            self.expect("|")
        elif self.is_command(closer):
            self.take()
        else:
            raise UnreadableError(f"\\{closer} is missing")
        return Call("abs", (inside,))


def quotient(above: Node, below: Node) -> Node:
    """Build a quotient; a literal fraction becomes one number."""
    if is_whole(above) and is_whole(below) and below.value:
        return number_node(above.value / below.value)
    return Call("multiply", (above, Call("power", (below, MINUS_ONE))))


def is_whole(node: Node) -> TypeGuard[Number]:
    """Tell whether a node is a number written without a point or percent sign."""
    return isinstance(node, Number) and node.decimals is None and not node.is_percent


def _value(token: Token) -> Number:
    assert token.number is not None
    return token.number


def _digits(text: str, is_spaced: bool) -> Token:
    return Token(TokenKind.NUMBER, text, is_spaced, number_node(int(text)))


def _mixed(whole: Number, above: Token, below: Token) -> Number:
    return number_node(whole.value + Fraction(int(above.text), int(below.text)))
