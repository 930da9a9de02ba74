"""The typed tree of a mathematical text, and the errors of parsing and evaluating it."""

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
    """A text or tree cannot be parsed, evaluated or compared; never leaves the verifier."""


class UnreadableError(ExpressionError):
    """The text is not mathematics that the parser knows."""


class OverLimitError(ExpressionError):
    """The text, the nesting or a value is larger than the limits allow."""


class UndefinedError(ExpressionError):
    """The expression has no value, such as 1/0."""


class UndecidedError(ExpressionError):
    """Evaluation cannot decide."""


class TimedOutError(ExpressionError):
    """The CPU time for evaluation is used up."""


class GroupKind(StrEnum):
    """Kind of a `Group`."""

    LIST = "list"
    """Items without brackets, or in plain braces; unordered."""
    SET = "set"
    r"""Items in ``\{ \}``; unordered."""
    TUPLE = "tuple"
    """Items in round or angle brackets; ordered. ``(a, b)`` may also be an open interval."""
    MATRIX = "matrix"
    """Rows, each of which is a tuple; each row of a column vector has one item."""
    RATIO = "ratio"
    """Items separated by colons; equal up to a common factor."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable, a constant such as ``pi``, or a name such as ``AB``."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operation or function, by name, on its arguments.

    Sums are ``add``, products ``multiply``, both of any number of arguments;
    ``power`` has two. Differences and quotients are written with them. ``pm`` has two
    values: its argument and the negative of it.
    """

    name: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Group:
    """Several items, such as a list, a set, a tuple or a matrix."""

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
    """A chain such as ``a < b <= c``; there is one operator less than there are sides.

    The operators are ``= != < <= > >= in``.
    """

    sides: "tuple[Node, ...]"
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with a unit, as it is written."""

    value: "Node"
    unit: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words, in lower case, separated by single spaces."""

    words: str


Node = Number | Symbol | Call | Group | Interval | Relation | Quantity | Text


def number_node(value: int | Fraction) -> Number:
    """Build the node of an exact number."""
    return Number(Fraction(value))


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it, without recursion."""
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
"""Names of the constants."""


def symbols_of(node: Node) -> frozenset[str]:
    """Return the names of the variables in a tree, without the constants."""
    names = (part.name for part in walk(node) if isinstance(part, Symbol))
    return frozenset(names) - CONSTANTS
