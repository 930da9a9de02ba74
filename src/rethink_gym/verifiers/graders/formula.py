"""Formulas over the scores of graders, such as ``0.8 * accuracy + 0.2 * min(style, 1)``.

The grammar, by increasing precedence: ``+ -``, ``* /``, signs, and the power ``^``, which is
right-associative. The functions are ``min max abs floor ceil exp sqrt log`` (natural
logarithm). A formula is parsed by recursive descent and never evaluated as Python code; its
length and depth are limited.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rethink_gym.errors import argument_error

__all__ = ["Formula", "FormulaError", "parse_formula"]

MAX_CHARS = 4_000
"""Maximum length of a formula."""
MAX_DEPTH = 50
"""Maximum depth of nested brackets and powers."""

_TOKEN = re.compile(
    r"\s*(?:((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|([^\W\d]\w*)|([-+*/^(),]))"
)
_ONE_ARGUMENT: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "log": math.log,
}
_MANY_ARGUMENTS: dict[str, Callable[..., float]] = {"min": min, "max": max}
_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "^": math.pow,
}
_FUNCTIONS = (*_ONE_ARGUMENT, *_MANY_ARGUMENTS)

_Node = Callable[[Mapping[str, float]], float]


class FormulaError(ArithmeticError):
    """The formula has no finite value for these scores."""


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    Attributes:
        text: The text of the formula.
        names: Names of the scores that the formula uses.
    """

    text: str
    names: frozenset[str]
    _node: _Node

    def value(self, scores: Mapping[str, float]) -> float:
        """Evaluate the formula.

        Args:
            scores: A number for each of ``names``.

        Returns:
            A finite number.

        Raises:
            FormulaError: If the value is not finite: division by zero, a root or logarithm
                outside its domain, or overflow.
        """
        try:
            return self._node(scores)
        except (ArithmeticError, ValueError) as error:
            raise FormulaError(f"{self.text} has no finite value: {error}") from error


@lru_cache(maxsize=256)
def parse_formula(text: str) -> Formula:
    """Parse a formula.

    Args:
        text: The formula.

    Returns:
        The parsed formula.

    Raises:
        ArgumentError: If ``text`` is not a formula, has more than `MAX_CHARS` characters, or
            is nested more than `MAX_DEPTH` deep.
    """
    if len(text) > MAX_CHARS:
        raise argument_error("formula", f"at most {MAX_CHARS:,} characters long", len(text))
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._tokenize()
        self._next = 0
        self._depth = 0
        self._names: set[str] = set()

    def parse(self) -> Formula:
        node = self._sum()
        if self._peek():
            raise self._error(f"{self._peek()!r} is not expected here")
        return Formula(self._text, frozenset(self._names), node)

    def _tokenize(self) -> list[str]:
        tokens, position, end = [], 0, len(self._text.rstrip())
        while position < end:
            token = _TOKEN.match(self._text, position)
            if token is None:
                rest = self._text[position:].lstrip()
                raise self._error(f"{rest[0]!r} is not allowed in a formula")
            tokens.append(token[0].strip())
            position = token.end()
        return tokens

    def _sum(self) -> _Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"it is nested more than {MAX_DEPTH} deep")
        node = self._chain("+-", lambda: self._chain("*/", self._signed))
        self._depth -= 1
        return node

    def _chain(self, operators: str, operand: Callable[[], _Node]) -> _Node:
        """Parse operands separated by operators into one flat node, not a deep tree."""
        first = operand()
        rest: list[tuple[Callable[[float, float], float], _Node]] = []
        while self._peek() and self._peek() in operators:
            operator = _OPERATORS[self._take()]
            rest.append((operator, operand()))
        if not rest:
            return first

        def node(scores: Mapping[str, float]) -> float:
            value = first(scores)
            for operator, other in rest:
                value = _finite(operator(value, other(scores)))
            return value

        return node

    def _signed(self) -> _Node:
        is_negative = False
        while self._peek() in ("+", "-"):
            is_negative ^= self._take() == "-"
        node = self._power()
        return (lambda scores: -node(scores)) if is_negative else node

    def _power(self) -> _Node:
        base = self._primary()
        if self._peek() != "^":
            return base
        self._take()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"it is nested more than {MAX_DEPTH} deep")
        exponent = self._signed()
        self._depth -= 1
        return lambda scores: _finite(math.pow(base(scores), exponent(scores)))

    def _primary(self) -> _Node:
        token = self._take()
        if token == "(":
            node = self._sum()
            self._expect(")")
            return node
        if token[:1].isdigit() or token[:1] == ".":
            return self._number(token)
        if self._peek() == "(" and token.isidentifier():
            return self._call(token)
        if token.isidentifier():
            self._names.add(token)
            return lambda scores: scores[token]
        raise self._error(f"{token!r} is not expected here" if token else "it ends too early")

    def _number(self, token: str) -> _Node:
        number = float(token)
        if not math.isfinite(number):
            raise self._error(f"{token} is too large")
        return lambda scores: number

    def _call(self, name: str) -> _Node:
        if name not in _FUNCTIONS:
            raise self._error(f"{name} is not a function; these are {', '.join(_FUNCTIONS)}")
        self._expect("(")
        arguments = [self._sum()]
        while self._peek() == ",":
            self._take()
            arguments.append(self._sum())
        self._expect(")")
        if name in _MANY_ARGUMENTS:
            choose = _MANY_ARGUMENTS[name]
            return lambda scores: choose([argument(scores) for argument in arguments])
        if len(arguments) > 1:
            raise self._error(f"{name} takes one argument, not {len(arguments)}")
        function, argument = _ONE_ARGUMENT[name], arguments[0]
        return lambda scores: _finite(float(function(argument(scores))))

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._next += 1
        return token

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise self._error(f"a {token!r} is missing")

    def _error(self, fault: str) -> Exception:
        return argument_error(
            "formula", "numbers, names of graders, + - * / ^ and functions", self._text, f"{fault}."
        )


def _finite(value: float) -> float:
    if math.isfinite(value):
        return value
    raise OverflowError("a number is too large")
