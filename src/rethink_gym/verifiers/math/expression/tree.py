"""The typed tree that mathematical text is read into, and how big it may get."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from rethink_gym.verifiers.number import Number

__all__ = [
    "CONSTANTS",
    "Call",
    "ExpressionError",
    "Group",
    "GroupKind",
    "Interval",
    "Node",
    "OverLimitError",
    "Quantity",
    "Relation",
    "Symbol",
    "Text",
    "TimedOutError",
    "UndecidedError",
    "UndefinedError",
    "UnreadableError",
    "number_node",
    "symbols_of",
    "walk",
]


class ExpressionError(Exception):
    """A text means nothing to the parser, or too much; never leaves the verifier."""


class UnreadableError(ExpressionError):
    """The text is no mathematics that the parser knows."""


class OverLimitError(ExpressionError):
    """The text is longer, deeper or bigger than the limits allow."""


class UndefinedError(ExpressionError):
    """The expression has no value, such as 1/0."""


class UndecidedError(ExpressionError):
    """Evaluation alone does not tell."""


class TimedOutError(ExpressionError):
    """The answer could not be judged within the time allowed."""


class GroupKind(StrEnum):
    """How several things stand together."""

    LIST = "list"
    """Without brackets, or in plain braces; unordered."""
    SET = "set"
    r"""In ``\\{ \\}``; unordered."""
    TUPLE = "tuple"
    """In round or angle brackets; ordered. ``(a, b)`` may also be an open interval."""
    MATRIX = "matrix"
    """Rows, each of which is a tuple; a column vector has rows of one."""
    RATIO = "ratio"
    """With colons between; counts up to a common factor."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable, a constant such as ``pi``, or a name such as ``AB``."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operation or function, by name, on its arguments.

    Sums are ``add``, products ``multiply``, both of any number of arguments;
    ``power`` has two. Differences and quotients are written through them. ``pm``
    stands for two values, its argument and the negative of it.
    """

    name: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Group:
    """Several things that stand together."""

    kind: GroupKind
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of real numbers."""

    low: "Node"
    high: "Node"
    has_low: bool
    has_high: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """A chain such as ``a < b <= c``; one operator fewer than sides.

    The operators are ``= != < <= > >= in``.
    """

    sides: "tuple[Node, ...]"
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with a unit, in the words it was written in."""

    value: "Node"
    unit: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words, in lower case, with single blanks between."""

    words: str


Node = Number | Symbol | Call | Group | Interval | Relation | Quantity | Text


def number_node(value: int | Fraction) -> Number:
    """Build the node of an exact number."""
    return Number(Fraction(value))


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all that is below it, without recursion."""
    waiting: list[Node] = [node]
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case Call(arguments=below) | Group(items=below) | Relation(sides=below):
                waiting += below
            case Interval(low=low, high=high):
                waiting += (low, high)
            case Quantity(value=value):
                waiting.append(value)
            case _:
                pass


CONSTANTS = frozenset({"pi", "e", "i", "oo", "reals", "integers", "rationals", "naturals", "empty"})
"""Symbols that have a meaning of their own."""


def symbols_of(node: Node) -> frozenset[str]:
    """Return the names of the variables in a tree, constants left out."""
    names = (part.name for part in walk(node) if isinstance(part, Symbol))
    return frozenset(names) - CONSTANTS
