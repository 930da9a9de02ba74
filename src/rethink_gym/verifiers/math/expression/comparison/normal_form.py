"""Brings trees that say the same in different ways to one form."""

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
    "ascending",
    "canonical",
    "difference_of",
    "expanded",
    "flat",
    "grouped",
    "is_equation",
    "is_set_expression",
    "label_of",
    "unlabelled",
    "without_degrees",
    "without_signs",
    "words_of",
]

UNORDERED = (GroupKind.LIST, GroupKind.SET)
"""Groups whose items may stand in any order."""

_MINUS_ONE = number_node(-1)


def words_of(node: Node) -> str:
    """Return the words of a text or name, in lower case; nothing for mathematics."""
    match node:
        case Text(words=words):
            return words.strip("\"' ")
        case Symbol(name=name):
            return name.lower()
        case _:
            return ""


def is_equation(node: Node) -> TypeGuard[Relation]:
    """Tell whether a tree is an equation or a chain of them."""
    return isinstance(node, Relation) and set(node.operators) == {"="}


def label_of(relation: Relation) -> Node | None:
    """Return the side that only names the other, as x does in ``x = 5``."""
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


def unlabelled(node: Node) -> Node:
    """Return what an answer says about its unknown: 5 for ``x = 5``."""
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
    """Tell whether a tree stands for a set, whatever its members are."""
    names = {"union", "intersection", "difference", "and", "or"}
    return (isinstance(node, Call) and node.name in names) or (
        isinstance(node, Symbol)
        and node.name in ("reals", "integers", "rationals", "naturals", "empty")
    )


def without_degrees(node: Node) -> Node:
    """Return the figure of an angle in degrees; anything else as it is."""
    return node.arguments[0] if isinstance(node, Call) and node.name == "degree" else node


def difference_of(relation: Relation) -> Node:
    """Return the left side less the right one."""
    left, right = relation.sides
    return Call("add", (left, Call("multiply", (_MINUS_ONE, right))))


def ascending(relation: Relation) -> Relation:
    """Turn a chain round so that its first comparison is not "greater"."""
    if not relation.operators or relation.operators[0] not in (">", ">="):
        return relation
    turned = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
    operators = tuple(turned.get(operator, operator) for operator in reversed(relation.operators))
    return Relation(tuple(reversed(relation.sides)), operators)


def grouped(node: Node) -> Node:
    """Bind equations about the same unknowns, ``p=5, q=2, p=7, q=2``, into tuples."""
    if not isinstance(node, Group) or node.kind not in UNORDERED:
        return node
    labels = [label_of(item) if is_equation(item) else None for item in node.items]
    width = labels.index(labels[0], 1) if labels[0] in labels[1:] else len(labels)
    if width == 1 or None in labels or labels != labels[:width] * (len(labels) // width):
        return node
    starts = range(0, len(labels), width)
    if len(starts) == 1:
        return node
    groups = (Group(GroupKind.TUPLE, node.items[start : start + width]) for start in starts)
    return Group(node.kind, tuple(groups))


def flat(group: Group) -> tuple[Node, ...] | None:
    """Return the entries of a vector, however it is written; None for other matrices."""
    if group.kind is not GroupKind.MATRIX:
        return group.items
    rows = [row.items for row in group.items if isinstance(row, Group)]
    if len(rows) == 1:
        return rows[0]
    if all(len(row) == 1 for row in rows):
        return tuple(row[0] for row in rows)
    return None


def expanded(node: Node) -> Node:
    r"""Turn an expression with ``\pm`` into the list of its two values."""
    if not any(isinstance(part, Call) and part.name in ("pm", "mp") for part in walk(node)):
        return node
    if isinstance(node, Group) and node.kind in UNORDERED:
        return node
    return Group(GroupKind.LIST, (_signed(node, 1), _signed(node, -1)))


def without_signs(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """Put both values in the place of each item that has two."""
    result: list[Node] = []
    for item in items:
        value = expanded(item)
        result += value.items if value is not item and isinstance(value, Group) else (item,)
    return tuple(result)


def _signed(node: Node, sign: int) -> Node:
    match node:
        case Call(name="pm" | "mp", arguments=(inside,)):
            is_negative = (sign < 0) == (node.name == "pm")
            inside = _signed(inside, sign)
            return Call("multiply", (_MINUS_ONE, inside)) if is_negative else inside
        case Call(name=name, arguments=arguments):
            return Call(name, tuple(_signed(part, sign) for part in arguments))
        case Group(kind=kind, items=items):
            return Group(kind, tuple(_signed(part, sign) for part in items))
        case Relation(sides=sides, operators=operators):
            return Relation(tuple(_signed(part, sign) for part in sides), operators)
        case Quantity(value=value, unit=unit):
            return Quantity(_signed(value, sign), unit)
        case _:
            return node


def canonical(node: Node) -> str:
    """Write a tree so that the order of terms and factors does not matter."""
    match node:
        case Number(value=value):
            return str(value)
        case Call(name=name, arguments=arguments):
            parts = [canonical(part) for part in arguments]
            if name in ("add", "multiply", "union", "intersection", "and", "or"):
                parts.sort()
            return f"{name}({','.join(parts)})"
        case _:
            return repr(node)
