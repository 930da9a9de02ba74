"""Write a tree as plain text, to show a person how an answer was read."""

from rethink_gym.verifiers.math.expression.tree import (
    Call,
    Group,
    GroupKind,
    Interval,
    Node,
    Quantity,
    Relation,
    Symbol,
    Text,
)
from rethink_gym.verifiers.number import Number

__all__ = ["plain_text"]

MAX_NODES = 40
MAX_CHARS = 120

_BRACKETS = {
    GroupKind.LIST: ("", ""),
    GroupKind.SET: ("{", "}"),
    GroupKind.TUPLE: ("(", ")"),
    GroupKind.MATRIX: ("[", "]"),
    GroupKind.RATIO: ("", ""),
}
_INFIX = {"add": " + ", "multiply": "*", "power": "^", "union": " u ", "and": " and ", "or": " or "}


def plain_text(node: Node) -> str:
    """Write a tree as plain text.

    Args:
        node: Any tree.

    Returns:
        The text, at most ``MAX_CHARS`` long; a longer one is cut and ends in three dots.
    """
    writer = _Writer()
    text = writer.write(node)
    return text if len(text) <= MAX_CHARS else f"{text[: MAX_CHARS - 3]}..."


class _Writer:
    def __init__(self) -> None:
        self.num_nodes = 0

    def write(self, node: Node, *, is_part: bool = False) -> str:
        self.num_nodes += 1
        if self.num_nodes > MAX_NODES:
            return "..."
        match node:
            case Number(value=value):
                if max(value.numerator.bit_length(), value.denominator.bit_length()) > 400:
                    return "(a number of many digits)"
                return (
                    f"({value})" if is_part and (value < 0 or value.denominator > 1) else f"{value}"
                )
            case Symbol(name=name):
                return name
            case Text(words=words):
                return f'"{words[:MAX_CHARS]}"'
            case Call(name=name, arguments=arguments) if name in _INFIX:
                inside = self.join(_INFIX[name], arguments, is_part=True)
                return f"({inside})" if is_part else inside
            case Call(name=name, arguments=arguments):
                return f"{name.removeprefix('function ')}({self.join(', ', arguments)})"
            case Group(kind=kind, items=items):
                left, right = _BRACKETS[kind]
                return f"{left}{self.join(':' if kind is GroupKind.RATIO else ', ', items)}{right}"
            case Interval(low=low, high=high, has_low=has_low, has_high=has_high):
                inside = self.join(", ", (low, high))
                return f"{'[' if has_low else '('}{inside}{']' if has_high else ')'}"
            case Relation(sides=sides, operators=operators):
                parts = [self.write(sides[0])]
                for operator, side in zip(operators, sides[1:], strict=True):
                    if self.num_nodes > MAX_NODES:
                        break
                    parts += (operator, self.write(side))
                return " ".join(parts)
            case Quantity(value=value, unit=unit):
                return f"{self.write(value)} {unit}"

    def join(self, separator: str, nodes: tuple[Node, ...], *, is_part: bool = False) -> str:
        pieces = []
        for node in nodes:
            pieces.append(self.write(node, is_part=is_part))
            if self.num_nodes > MAX_NODES:
                break
        return separator.join(pieces)
