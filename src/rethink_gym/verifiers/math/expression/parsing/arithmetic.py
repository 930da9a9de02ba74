"""Reads sums, products and powers."""

from fractions import Fraction

from rethink_gym.verifiers.math.expression.parsing.atom import MINUS_ONE, quotient
from rethink_gym.verifiers.math.expression.parsing.command import CommandReader
from rethink_gym.verifiers.math.expression.parsing.lexer import TokenKind
from rethink_gym.verifiers.math.expression.parsing.vocabulary import OPERAND_COMMANDS
from rethink_gym.verifiers.math.expression.tree import (
    Call,
    Node,
    Quantity,
    UnreadableError,
    number_node,
)
from rethink_gym.verifiers.number import Number

__all__ = ["ArithmeticReader"]

_TIMES = ("cdot", "times", "ast")
_UNIT_LETTERS = frozenset("mgshLl")


class ArithmeticReader(CommandReader):
    """Reads what ``+ - * / ^ !`` and standing side by side combine."""

    def is_unit_letter(self, value: Node) -> bool:
        """Tell whether the next token may be a unit of one letter, as in ``5 m``."""
        token = self.token
        return (
            isinstance(value, Number)
            and token.kind is TokenKind.NAME
            and token.text in _UNIT_LETTERS
            and token.is_spaced
        )

    def read_sum(self) -> Node:
        """Read terms with signs between."""
        terms = [self._signed()]
        while sign := self._sum_sign():
            self.take()
            term = self.read_product()
            terms.append(
                term
                if sign == "+"
                else Call("multiply", (MINUS_ONE, term))
                if sign == "-"
                else Call(sign, (term,))
            )
        total = terms[0] if len(terms) == 1 else _lifted("add", terms)
        if self.is_command("over"):
            self.take()
            return quotient(total, self.read_sum())
        return total

    def _sum_sign(self) -> str | None:
        if self.is_sign("+", "-") or self.is_command("pm", "mp"):
            return self.token.text
        return None

    def _signed(self) -> Node:
        is_negative = False
        plus_minus = None
        while sign := self._sum_sign():
            self.take()
            if sign == "-":
                is_negative = not is_negative
            elif sign != "+":
                plus_minus = sign
        term = self.read_product()
        if is_negative:
            term = _negative(term)
        return term if plus_minus is None else Call(plus_minus, (term,))

    def read_product(self) -> Node:
        """Read factors; those that stand side by side are multiplied."""
        factors = [self.read_power()]
        while True:
            if self.take_sign("*") or (self.is_command(*_TIMES) and self.take()):
                factors.append(self._operand())
            elif self.take_sign("/") or (self.is_command("div") and self.take()):
                below = self._operand()
                if len(factors) == 1:
                    factors = [quotient(factors[0], below)]
                else:
                    factors.append(Call("power", (below, MINUS_ONE)))
            elif self.is_command("mod", "bmod"):
                self.take()
                factors = [Call("mod", (_product(factors), self._operand()))]
            elif self.starts_operand() and not (
                len(factors) == 1 and self.is_unit_letter(factors[0]) and self._ends_like_a_unit()
            ):
                if self.token.kind is TokenKind.NUMBER and isinstance(factors[-1], Number):
                    raise UnreadableError("two numbers stand side by side")
                factors.append(self.read_power())
            else:
                return _product(factors)

    def _ends_like_a_unit(self) -> bool:
        after = self.ahead(1)
        return after.kind is TokenKind.END or after.text in ("/", "^", ",", ")")

    def _operand(self) -> Node:
        is_negative = False
        while sign := self.take_sign("-", "+"):
            is_negative ^= sign == "-"
        operand = self.read_power()
        return _negative(operand) if is_negative else operand

    def starts_operand(self) -> bool:
        """Tell whether the next token can go on a product without a sign."""
        token = self.token
        match token.kind:
            case TokenKind.NUMBER:
                return True
            case TokenKind.NAME:
                return not (
                    self.is_in_integral
                    and token.text == "d"
                    and self.ahead(1).kind is TokenKind.NAME
                )
            case TokenKind.SIGN:
                return token.text in ("(", "[", "{", "\\{") or (
                    token.text == "|" and not self.is_in_bars
                )
            case TokenKind.COMMAND:
                return token.text in OPERAND_COMMANDS
            case _:
                return False

    def read_power(self) -> Node:
        """Read an operand with its exponents."""
        base = self._postfixed(self.read_atom())
        if not self.take_sign("^"):
            return base
        self.enter()
        exponent = self._operand()
        self.leave()
        return self._postfixed(Call("power", (base, exponent)))

    def _postfixed(self, node: Node) -> Node:
        while True:
            if self.is_sign("!") and self.ahead(1).text != "=":
                self.take()
                node = Call("factorial", (node,))
            elif self.take_sign("%"):
                node = _percent(node)
            elif self.is_command("degree"):
                self.take()
                if self.token.kind is TokenKind.NAME and self.token.text in "CF":
                    node = Quantity(node, f"degree {self.take().text}")
                elif self.token.kind is TokenKind.WORD and self.token.text in (
                    "Celsius",
                    "Fahrenheit",
                ):
                    node = Quantity(node, f"degree {self.take().text[0]}")
                else:
                    node = Call("degree", (node,))
            else:
                return node


def _percent(node: Node) -> Node:
    if not isinstance(node, Number):
        return Call("multiply", (node, number_node(Fraction(1, 100))))
    return Number(
        node.value / 100,
        None if node.decimals is None else node.decimals + 2,
        node.digits,
        is_percent=True,
    )


def _negative(node: Node) -> Node:
    if isinstance(node, Number):
        return Number(-node.value, node.decimals, node.digits, node.is_percent)
    return _product([MINUS_ONE, node])


def _product(factors: list[Node]) -> Node:
    return factors[0] if len(factors) == 1 else _lifted("multiply", factors)


def _lifted(name: str, parts: list[Node]) -> Node:
    """Build a sum or product; a unit of a part becomes the unit of the whole."""
    units = {part.unit for part in parts if isinstance(part, Quantity)}
    if not units:
        return Call(name, tuple(parts))
    if len(units) > 1:
        raise UnreadableError("two units stand in one expression")
    values = tuple(part.value if isinstance(part, Quantity) else part for part in parts)
    return Quantity(Call(name, values), units.pop())
