"""Build the nodes that the parser reads: quotients, products, groups, function calls."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeGuard

from rethink_gym.verifiers.math.expression.parsing.vocabulary import (
    DETERMINANT,
    INVERSES,
    MULTI_ARGUMENT_FUNCTIONS,
    RENAMED,
)
from rethink_gym.verifiers.math.expression.tree import (
    Call,
    Group,
    GroupKind,
    Interval,
    Node,
    Quantity,
    Relation,
    Symbol,
    UnreadableError,
    number_node,
)
from rethink_gym.verifiers.number import Number

__all__ = [
    "MINUS_ONE",
    "bracket_node",
    "function_node",
    "is_region",
    "is_whole_number",
    "matrix_node",
    "negative_node",
    "percent_node",
    "product_node",
    "quotient_node",
    "sum_node",
]

MINUS_ONE = number_node(-1)


def is_whole_number(node: Node) -> TypeGuard[Number]:
    """Return whether a node is a number written without a point or percent sign."""
    return isinstance(node, Number) and node.decimals is None and not node.is_percent


def quotient_node(numerator: Node, denominator: Node) -> Node:
    """Build a quotient; a quotient of two whole numbers becomes one number."""
    if is_whole_number(numerator) and is_whole_number(denominator) and denominator.value:
        return number_node(numerator.value / denominator.value)
    return Call("multiply", (numerator, Call("power", (denominator, MINUS_ONE))))


def negative_node(node: Node) -> Node:
    """Build the negative of a node."""
    if isinstance(node, Number):
        return Number(-node.value, node.decimals, node.digits, node.is_percent)
    return product_node([MINUS_ONE, node])


def percent_node(node: Node) -> Node:
    """Build a percentage: a hundredth of the node."""
    if not isinstance(node, Number):
        return Call("multiply", (node, number_node(Fraction(1, 100))))
    decimals = None if node.decimals is None else node.decimals + 2
    return Number(node.value / 100, decimals, node.digits, is_percent=True)


def sum_node(terms: Sequence[Node]) -> Node:
    """Build a sum; a unit of one term becomes the unit of the sum.

    Raises:
        UnreadableError: If two terms have different units.
    """
    return terms[0] if len(terms) == 1 else _with_common_unit("add", terms)


def product_node(factors: Sequence[Node]) -> Node:
    """Build a product; a unit of one factor becomes the unit of the product.

    Raises:
        UnreadableError: If two factors have different units.
    """
    return factors[0] if len(factors) == 1 else _with_common_unit("multiply", factors)


def _with_common_unit(name: str, parts: Sequence[Node]) -> Node:
    units = {part.unit for part in parts if isinstance(part, Quantity)}
    if not units:
        return Call(name, tuple(parts))
    if len(units) > 1:
        raise UnreadableError("one expression has two units")
    values = tuple(part.value if isinstance(part, Quantity) else part for part in parts)
    return Quantity(Call(name, values), units.pop())


def bracket_node(opener: str, closer: str, items: tuple[Node, ...]) -> Node:
    r"""Build what a pair of brackets encloses.

    Args:
        opener: The bracket on the left: ``(``, ``[``, ``{`` or ``\{``.
        closer: The bracket on the right.
        items: What commas separate inside.

    Returns:
        A set, list, tuple, matrix or interval; a single item is returned without brackets,
        except in a set.
    """
    if opener == "\\{":
        return Group(GroupKind.SET, items)
    if len(items) == 1:
        return items[0]
    if opener == "{":
        return Group(GroupKind.LIST, items)
    if opener == "(" and closer == ")":
        return Group(GroupKind.TUPLE, items)
    # What is left has a square bracket: [[1,2],[3,4]] and [(1,2),(3,4)] are matrices,
    # and their rows were read as intervals or tuples.
    if all(isinstance(item, Interval) for item in items):
        rows = [(item.low, item.high) for item in items if isinstance(item, Interval)]
        return Group(GroupKind.MATRIX, tuple(Group(GroupKind.TUPLE, row) for row in rows))
    if all(isinstance(item, Group) and item.kind is GroupKind.TUPLE for item in items):
        return Group(GroupKind.MATRIX, items)
    if len(items) == 2:
        return Interval(*items, has_low=opener == "[", has_high=closer == "]")
    return Group(GroupKind.TUPLE, items)


def matrix_node(environment: str, rows: Sequence[tuple[Node, ...]]) -> Node:
    """Build a matrix, or its determinant.

    Args:
        environment: Name of the LaTeX environment; ``vmatrix`` is a determinant.
        rows: The cells of each row.

    Raises:
        UnreadableError: If there are no rows, or rows of unequal length.
    """
    if len({len(row) for row in rows}) != 1:
        raise UnreadableError("the rows of a matrix are of unequal length")
    matrix = Group(GroupKind.MATRIX, tuple(Group(GroupKind.TUPLE, row) for row in rows))
    return Call("det", (matrix,)) if environment == DETERMINANT else matrix


def function_node(name: str, argument: Node, base: Node | None, exponent: Node | None) -> Node:
    r"""Build a function call.

    Args:
        name: Name of the function, as in `FUNCTIONS`.
        argument: What it is applied to; a `Group` of several arguments for ``max`` and the like.
        base: Subscript, such as 2 in ``\log_2 8``, if there is one.
        exponent: Superscript between name and argument, if there is one. An exponent of
            -1 means the inverse function.

    Raises:
        UnreadableError: If the function takes no base, or not several arguments.
    """
    name = RENAMED.get(name, name)
    if exponent == MINUS_ONE and name in INVERSES:
        name, exponent = INVERSES[name], None
    if isinstance(argument, Group) and name in MULTI_ARGUMENT_FUNCTIONS:
        call = Call(name, argument.items)
    elif isinstance(argument, Group) and name != "det":
        raise UnreadableError(f"{name} takes one argument")
    elif name == "cis" and base is None:
        imaginary = Call("multiply", (Symbol("i"), Call("sin", (argument,))))
        call = Call("add", (Call("cos", (argument,)), imaginary))
    elif base is not None and name == "ln":
        inverse = Call("power", (Call("ln", (base,)), MINUS_ONE))
        call = Call("multiply", (Call("ln", (argument,)), inverse))
    elif base is not None:
        raise UnreadableError(f"{name} takes no base")
    else:
        call = Call(name, (argument,))
    return call if exponent is None else Call("power", (call, exponent))


def is_region(node: Node) -> bool:
    """Return whether a node is a relation with an operator other than ``=``."""
    return isinstance(node, Relation) and any(operator != "=" for operator in node.operators)
