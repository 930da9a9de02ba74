"""Bring trees with the same meaning to one form, before they are compared."""

from typing import TypeGuard

from rethink_gym.verifiers.math.expression.tree import (
    CONSTANTS,
    Call,
    Group,
    GroupKind,
    Node,
    Quantity,
    Relation,
    Symbol,
    Text,
    number_node,
    walk,
)
from rethink_gym.verifiers.number import Number

__all__ = [
    "UNORDERED",
    "canonical_text",
    "difference_of",
    "expand_all",
    "expand_signs",
    "group_by_label",
    "is_equation",
    "is_set_expression",
    "label_of",
    "strip_degrees",
    "strip_label",
    "to_ascending",
    "vector_entries",
    "words_of",
]

UNORDERED = (GroupKind.LIST, GroupKind.SET)
"""Kinds of groups whose items have no order."""

_MINUS_ONE = number_node(-1)


def words_of(node: Node) -> str:
    """Return the words of a text or name, in lower case; empty for any other node."""
    match node:
        case Text(words=words):
            return words.strip("\"' ")
        case Symbol(name=name):
            return name.lower()
        case _:
            return ""


def is_equation(node: Node) -> TypeGuard[Relation]:
    """Return whether a tree is an equation or a chain of equations."""
    return isinstance(node, Relation) and set(node.operators) == {"="}


def label_of(relation: Relation) -> Node | None:
    """Return the side that only names the other, such as x in ``x = 5``; None if neither does."""
    if _is_label(relation.sides[0]):
        return relation.sides[0]
    return relation.sides[-1] if _is_label(relation.sides[-1]) else None


def _is_label(node: Node) -> bool:
    match node:
        case Text():
            return True
        case Symbol(name=name):
            return name not in CONSTANTS
        case Call(name=name) if name.startswith("function "):
            return True
        case Call(name="abs", arguments=(inside,)):
            return isinstance(inside, Symbol) and len(inside.name) > 1
        case Group(kind=GroupKind.TUPLE | GroupKind.RATIO, items=items):
            return all(map(_is_label, items))
        case Call(name="multiply", arguments=(above, Call(name="power", arguments=(below, _)))):
            return all(isinstance(part, Symbol) and part.name.isupper() for part in (above, below))
        case _:
            return False


def strip_label(node: Node) -> Node:
    """Return the value that an answer gives to its unknown: 5 for ``x = 5``."""
    match node:
        case Relation(operators=("in",), sides=(Symbol(), inside)):
            return inside
        case Relation() if is_equation(node):
            label = label_of(node)
            if label is None:
                return node
            return node.sides[-1] if label is node.sides[0] else node.sides[0]
        case _:
            return node


def is_set_expression(node: Node) -> bool:
    """Return whether a tree is the name of a set or an operation on sets."""
    names = {"union", "intersection", "difference", "and", "or"}
    return (isinstance(node, Call) and node.name in names) or (
        isinstance(node, Symbol)
        and node.name in ("reals", "integers", "rationals", "naturals", "empty")
    )


def strip_degrees(node: Node) -> Node:
    """Return the number of degrees of an angle; any other tree unchanged."""
    return node.arguments[0] if isinstance(node, Call) and node.name == "degree" else node


def difference_of(relation: Relation) -> Node:
    """Return the left side of a relation minus its right side."""
    left, right = relation.sides
    return Call("add", (left, Call("multiply", (_MINUS_ONE, right))))


def to_ascending(relation: Relation) -> Relation:
    """Reverse a chain if its first operator is ``>`` or ``>=``."""
    if not relation.operators or relation.operators[0] not in (">", ">="):
        return relation
    turned = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
    operators = tuple(turned.get(operator, operator) for operator in reversed(relation.operators))
    return Relation(tuple(reversed(relation.sides)), operators)


def group_by_label(node: Node) -> Node:
    """Group equations of the same unknowns, ``p=5, q=2, p=7, q=2``, into tuples."""
    if not isinstance(node, Group) or node.kind not in UNORDERED:
        return node
    labels = [label_of(item) if is_equation(item) else None for item in node.items]
    # The labels must repeat after ``width`` items: p, q, p, q has a width of two.
    width = labels.index(labels[0], 1) if labels[0] in labels[1:] else len(labels)
    if width == 1 or None in labels or labels != labels[:width] * (len(labels) // width):
        return node
    starts = range(0, len(labels), width)
    if len(starts) == 1:
        return node
    groups = (Group(GroupKind.TUPLE, node.items[start : start + width]) for start in starts)
    return Group(node.kind, tuple(groups))


def vector_entries(group: Group) -> tuple[Node, ...] | None:
    """Return the entries of a tuple, row vector or column vector; None for other matrices."""
    if group.kind is not GroupKind.MATRIX:
        return group.items
    rows = [row.items for row in group.items if isinstance(row, Group)]
    if len(rows) == 1:
        return rows[0]
    if all(len(row) == 1 for row in rows):
        return tuple(row[0] for row in rows)
    return None


def expand_signs(node: Node) -> Node:
    r"""Return the list of the two values of an expression with ``\pm``; else the node itself."""
    if not any(isinstance(part, Call) and part.name in ("pm", "mp") for part in walk(node)):
        return node
    if isinstance(node, Group) and node.kind in UNORDERED:
        return node
    return Group(GroupKind.LIST, (_with_sign(node, 1), _with_sign(node, -1)))


def expand_all(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """Replace each item that has two values by both of them."""
    result: list[Node] = []
    for item in items:
        value = expand_signs(item)
        result += value.items if value is not item and isinstance(value, Group) else (item,)
    return tuple(result)


def _with_sign(node: Node, sign: int) -> Node:
    match node:
        case Call(name="pm" | "mp", arguments=(inside,)):
            is_negative = (sign < 0) == (node.name == "pm")
            inside = _with_sign(inside, sign)
            return Call("multiply", (_MINUS_ONE, inside)) if is_negative else inside
        case Call(name=name, arguments=arguments):
            return Call(name, tuple(_with_sign(part, sign) for part in arguments))
        case Group(kind=kind, items=items):
            return Group(kind, tuple(_with_sign(part, sign) for part in items))
        case Relation(sides=sides, operators=operators):
            return Relation(tuple(_with_sign(part, sign) for part in sides), operators)
        case Quantity(value=value, unit=unit):
            return Quantity(_with_sign(value, sign), unit)
        case _:
            return node


def canonical_text(node: Node) -> str:
    """Write a tree as a text that does not depend on the order of terms and factors."""
    match node:
        case Number(value=value):
            return str(value)
        case Call(name=name, arguments=arguments):
            parts = [canonical_text(part) for part in arguments]
            if name in ("add", "multiply", "union", "intersection", "and", "or"):
                parts.sort()
            return f"{name}({','.join(parts)})"
        case _:
            return repr(node)
