r"""The grammar: a recursive-descent parser that turns tokens into a typed tree.

Each method reads one level, from the loosest binding to the tightest: lists, relations,
set operations, ratios, quantities, sums, products, powers, atoms, LaTeX commands. Every
level of brackets counts against the depth limit of the `TokenStream`, so parsing takes
time linear in the length of the text.
"""

from fractions import Fraction
from typing import TYPE_CHECKING

from rethink_gym.verifiers.math.expression.parsing.lexer import Token, TokenKind
from rethink_gym.verifiers.math.expression.parsing.node import (
    MINUS_ONE,
    bracket_node,
    is_region,
    negative_node,
    product_node,
    quotient_node,
    sum_node,
)
from rethink_gym.verifiers.math.expression.parsing.suffix import (
    is_unit_after,
    is_unit_letter_after,
    read_postfix,
    read_unit,
)
from rethink_gym.verifiers.math.expression.parsing.token_stream import TokenStream
from rethink_gym.verifiers.math.expression.parsing.vocabulary import (
    CLOSERS,
    CURRENCIES,
    FUNCTION_LETTERS,
    OPERAND_COMMANDS,
    OPERAND_SIGNS,
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
    UnreadableError,
    number_node,
)
from rethink_gym.verifiers.number import Number

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Parser"]

MAX_SIDES = 20


class Parser:
    """Read one answer from its tokens.

    Args:
        tokens: The tokens returned by `tokenize`.
        read_command: Function that reads the arguments of a command, given the parser and
            the name of the command that was just taken.

    Attributes:
        tokens: The tokens that are left.
        is_in_integral: Whether a ``d`` before a name ends the product.
        is_in_bars: Whether ``|`` closes an absolute value or set, and ``:`` is not a ratio.
    """

    def __init__(self, tokens: list[Token], read_command: "Callable[[Parser, str], Node]") -> None:
        self.tokens = TokenStream(tokens)
        self.is_in_integral = False
        self.is_in_bars = False
        self._read_command = read_command

    def read_answer(self) -> Node:
        """Read all tokens.

        Raises:
            UnreadableError: If the tokens are not an answer that the grammar knows.
            OverLimitError: If the nesting is too deep or a chain too long.
        """
        tokens = self.tokens
        groups = [self.read_items()]
        while tokens.take_sign(";"):
            groups.append(self.read_items())
        if tokens.token.kind is not TokenKind.END:
            raise UnreadableError(f"the answer cannot continue with {tokens.token.text!r}")
        items = groups[0]
        if len(groups) > 1:  # 1,2; 3,4 is a list of tuples
            items = tuple(
                group[0] if len(group) == 1 else Group(GroupKind.TUPLE, group) for group in groups
            )
        return items[0] if len(items) == 1 else Group(GroupKind.LIST, items)

    # Lists, relations, ratios and quantities.

    def read_items(self) -> tuple[Node, ...]:
        """Read what commas, "and" or "or" separate."""
        items = [self.read_relation()]
        separators = set()
        while separator := self._take_separator():
            if self.tokens.token.kind is TokenKind.END:
                break
            separators.add(separator)
            items.append(self.read_relation())
        # "x<1 or x>2" is one region; "x=1 or x=2" is a list of two values.
        if len(separators) == 1 and "," not in separators and all(map(is_region, items)):
            return (Call(separators.pop(), tuple(items)),)
        return tuple(items)

    def _take_separator(self) -> str | None:
        tokens = self.tokens
        if tokens.is_sign(";") and tokens.depth == 0:
            return None  # it separates groups
        separator = tokens.take_sign(",", "and", "or", ";")
        if separator == ",":
            separator = tokens.take_sign("and", "or") or ","
        return "," if separator == ";" else separator

    def read_relation(self) -> Node:
        """Read an expression, or a chain of expressions that are compared."""
        operator = self._take_operator()
        if operator is not None:  # "= 5" or "< 5", whose left side is missing
            right = self._read_set_expression()
            return right if operator == "=" else Relation((Symbol("?"), right), (operator,))
        operators: list[str] = []
        sides = [self._read_set_expression()]
        while (operator := self._take_operator()) is not None:
            if len(sides) >= MAX_SIDES:
                raise OverLimitError(f"a chain of more than {MAX_SIDES} sides")
            operators.append(operator)
            sides.append(self._read_set_expression())
        return Relation(tuple(sides), tuple(operators)) if operators else sides[0]

    def _take_operator(self) -> str | None:
        token = self.tokens.token
        if token.kind in (TokenKind.SIGN, TokenKind.COMMAND) and token.text in RELATIONS:
            return RELATIONS[self.tokens.take().text]
        return None

    def _read_set_expression(self) -> Node:
        left = self._read_ratio()
        while operation := self.tokens.take_command(*SET_OPERATIONS):
            left = Call(SET_OPERATIONS[operation], (left, self._read_ratio()))
        return left

    def _read_ratio(self) -> Node:
        parts = [self._read_quantity()]
        while not self.is_in_bars and self.tokens.take_sign(":", "to"):
            parts.append(self._read_quantity())
        return parts[0] if len(parts) == 1 else Group(GroupKind.RATIO, tuple(parts))

    def _read_quantity(self) -> Node:
        tokens = self.tokens
        value = self.read_sum()
        if tokens.token.kind is not TokenKind.WORD and not is_unit_letter_after(tokens, value):
            return value
        unit = read_unit(tokens)
        if not isinstance(value, Quantity):
            return Quantity(value, unit)
        if unit.removesuffix("s") == value.unit:  # "$5 dollars"
            return value
        raise UnreadableError("one number has two units")

    # Sums, products and powers.

    def read_sum(self) -> Node:
        """Read terms with signs between them."""
        terms = [self._read_signed_term()]
        while sign := self._take_plus_or_minus():
            term = self.read_product()
            if sign == "-":
                term = Call("multiply", (MINUS_ONE, term))
            elif sign != "+":
                term = Call(sign, (term,))
            terms.append(term)
        total = sum_node(terms)
        if self.tokens.take_command("over"):
            return quotient_node(total, self.read_sum())
        return total

    def _take_plus_or_minus(self) -> str | None:
        return self.tokens.take_sign("+", "-") or self.tokens.take_command("pm", "mp")

    def _read_signed_term(self) -> Node:
        is_negative = False
        plus_minus = None
        while sign := self._take_plus_or_minus():
            if sign == "-":
                is_negative = not is_negative
            elif sign != "+":
                plus_minus = sign
        term = self.read_product()
        if is_negative:
            term = negative_node(term)
        return term if plus_minus is None else Call(plus_minus, (term,))

    def read_product(self) -> Node:
        """Read factors and divisors; factors without a sign between them are multiplied."""
        tokens = self.tokens
        factors = [self.read_power()]
        while True:
            if tokens.take_sign("*") or tokens.take_command("cdot", "times", "ast"):
                factors.append(self._read_operand())
            elif tokens.take_sign("/") or tokens.take_command("div"):
                divisor = self._read_operand()
                if len(factors) == 1:
                    factors = [quotient_node(factors[0], divisor)]
                else:
                    factors.append(Call("power", (divisor, MINUS_ONE)))
            elif tokens.take_command("mod", "bmod"):
                factors = [Call("mod", (product_node(factors), self._read_operand()))]
            elif self.starts_factor():
                if len(factors) == 1 and is_unit_after(tokens, factors[0]):
                    return factors[0]
                if tokens.token.kind is TokenKind.NUMBER and isinstance(factors[-1], Number):
                    raise UnreadableError("two numbers have no sign between them")
                factors.append(self.read_power())
            else:
                return product_node(factors)

    def starts_factor(self) -> bool:
        """Return whether the next token can continue a product without a sign."""
        token = self.tokens.token
        match token.kind:
            case TokenKind.NUMBER:
                return True
            case TokenKind.NAME:
                is_differential = token.text == "d" and self.tokens.ahead(1).kind is TokenKind.NAME
                return not (self.is_in_integral and is_differential)
            case TokenKind.SIGN:
                return token.text in OPERAND_SIGNS or (token.text == "|" and not self.is_in_bars)
            case TokenKind.COMMAND:
                return token.text in OPERAND_COMMANDS
            case _:
                return False

    def _read_operand(self) -> Node:
        is_negative = False
        while sign := self.tokens.take_sign("-", "+"):
            is_negative ^= sign == "-"
        operand = self.read_power()
        return negative_node(operand) if is_negative else operand

    def read_power(self) -> Node:
        """Read an operand with its exponents and the signs after it."""
        base = read_postfix(self.tokens, self.read_atom())
        if not self.tokens.take_sign("^"):
            return base
        self.tokens.enter()
        exponent = self._read_operand()
        self.tokens.leave()
        return read_postfix(self.tokens, Call("power", (base, exponent)))

    # Numbers, names and brackets.

    def read_atom(self) -> Node:
        """Read one operand: a number, a name, a command or what brackets enclose.

        Raises:
            UnreadableError: If no operand starts here.
            OverLimitError: If the nesting is too deep.
        """
        tokens = self.tokens
        tokens.enter()
        token = tokens.take()
        match token.kind:
            case TokenKind.NUMBER:
                node = self._read_number(token)
            case TokenKind.NAME:
                node = self._read_name(token.text)
            case TokenKind.COMMAND:
                node = self._read_command(self, token.text)
            case TokenKind.SIGN if token.text in CLOSERS:
                node = self._read_bracket(token.text)
            case TokenKind.SIGN if token.text == "|":
                node = self.read_absolute_value("|")
            case TokenKind.WORD if token.text in CURRENCIES:
                node = Quantity(self.read_product(), token.text)
            case _:
                raise UnreadableError(f"no operand can start with {token.text!r}")
        tokens.leave()
        return node

    def _read_number(self, token: Token) -> Node:
        r"""Read a number, with the fraction of a mixed number: ``3 1/2`` or ``3\frac12``."""
        assert token.number is not None
        number = token.number
        if not token.text.replace(",", "").isdigit():
            return number
        tokens = self.tokens
        above, slash, below = tokens.token, tokens.ahead(1), tokens.ahead(2)
        if above.kind is TokenKind.NUMBER and above.is_spaced and slash.text == "/":
            if above.text.isdigit() and below.text.isdigit() and int(below.text[:9]):
                tokens.take(), tokens.take(), tokens.take()
                return number_node(number.value + Fraction(int(above.text), int(below.text)))
        elif tokens.is_command("frac"):
            mark = tokens.mark()
            tokens.take()
            numerator, denominator = self.read_argument(), self.read_argument()
            fraction = quotient_node(numerator, denominator)
            if isinstance(fraction, Number):
                return number_node(number.value + fraction.value)
            tokens.reset(mark)
        return number

    def _read_name(self, name: str) -> Node:
        tokens = self.tokens
        if tokens.take_sign("_"):
            name = f"{name}_{self._read_subscript()}"
        while tokens.take_sign("'"):
            name += "'"
        if tokens.is_sign("(") and not tokens.token.is_spaced:
            if name[0] in FUNCTION_LETTERS:
                tokens.take()
                arguments = self.read_items()
                tokens.expect_sign(")")
                return Call(f"function {name}", arguments)
            if name.isupper():
                mark = tokens.mark()
                inside = self.read_atom()
                if isinstance(inside, Group):  # a point, such as A(1, 2)
                    return inside
                tokens.reset(mark)
        return Symbol(name)

    def _read_subscript(self) -> str:
        tokens = self.tokens
        if not tokens.take_sign("{"):
            return tokens.take().text
        parts = []
        while not tokens.is_sign("}"):
            if tokens.token.kind is TokenKind.END or tokens.is_sign("{"):
                raise UnreadableError("a subscript does not end")
            parts.append(tokens.take().text)
        tokens.take()
        return "".join(parts)

    def _read_bracket(self, opener: str) -> Node:
        outer = self.is_in_bars, self.is_in_integral
        self.is_in_bars, self.is_in_integral = opener == "\\{", False
        if self.tokens.take_sign("\\}"):
            node: Node = Symbol("empty")
        else:
            node = self._read_set() if opener == "\\{" else self._read_group(opener)
        self.is_in_bars, self.is_in_integral = outer
        return node

    def _read_group(self, opener: str) -> Node:
        items = self.read_items()
        closer = self.tokens.expect_sign(*CLOSERS[opener])
        return bracket_node(opener, closer, items)

    def _read_set(self) -> Node:
        tokens = self.tokens
        items = self.read_items()
        if tokens.take_sign("|", ":") or tokens.take_command("mid"):
            items = self.read_items()  # a set of all x with these properties
            tokens.expect_sign("\\}")
            return items[0] if len(items) == 1 else Call("and", items)
        return bracket_node("\\{", tokens.expect_sign("\\}"), items)

    def read_absolute_value(self, closer: str) -> Node:
        """Read an absolute value after the bar that opens it; ``closer`` ends it."""
        outer, self.is_in_bars = self.is_in_bars, True
        inside = self.read_sum()
        self.is_in_bars = outer
        if closer == "|":
            self.tokens.expect_sign("|")
        elif not self.tokens.take_command(closer):
            raise UnreadableError(f"\\{closer} is missing")
        return Call("abs", (inside,))

    def read_argument(self) -> Node:
        r"""Read the argument of a LaTeX command: a group in braces, or one character."""
        tokens = self.tokens
        token = tokens.token
        if token.kind is TokenKind.NUMBER:
            if len(token.text) > 1 and token.text.isdigit():  # \frac12 is one half
                tokens.split_digit()
            number = tokens.take().number
            assert number is not None
            return number
        if token.kind is TokenKind.NAME:
            return Symbol(tokens.take().text)
        return self.read_atom()
