"""Compare answers that give values to several names, such as ``x=1, y=2``."""

from fractions import Fraction

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.math.expression.comparison.answer import ComparisonResult
from rethink_gym.verifiers.math.expression.comparison.form import flaw_of_fractions
from rethink_gym.verifiers.math.expression.comparison.normal_form import is_equation
from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.tree import (
    Group,
    GroupKind,
    Node,
    OverLimitError,
    Relation,
    Symbol,
    UnreadableError,
)
from rethink_gym.verifiers.number import Number

__all__ = ["compare_assignments"]


def compare_assignments(text: str, gold: str) -> ComparisonResult:
    """Compare the values of several names.

    Args:
        text: The answer: equations in any order, or values in the order of the gold.
        gold: The gold answer, such as ``x=1, y=2``.

    Returns:
        Whether and why the answer is correct.
    """
    gold_values = _read_values(parse(gold), [])
    assert isinstance(gold_values, dict), "a gold answer of assignments has equations"
    try:
        values = _read_values(parse(text), list(gold_values))
    except UnreadableError as error:
        return ComparisonResult(Reason.UNREADABLE, str(error))
    except (OverLimitError, RecursionError) as error:
        return ComparisonResult(Reason.OVER_LIMIT, str(error))
    if isinstance(values, str):
        return ComparisonResult(Reason.DIFFERENT, values)
    if sorted(values) != sorted(gold_values):
        return ComparisonResult(Reason.DIFFERENT, f"values of {', '.join(values)}")
    for name, value in gold_values.items():
        if values[name] != value:
            return ComparisonResult(Reason.DIFFERENT, f"{name} is not the same")
    flaw = flaw_of_fractions(text)
    if flaw:
        return ComparisonResult(Reason.DIFFERENT, flaw)
    return ComparisonResult(Reason.EQUAL, "all values are the same")


def _read_values(node: Node, names: list[str]) -> dict[str, Fraction] | str:
    """Return the value of each name, or the reason in words if that fails.

    Values without names are assigned to ``names`` in order.
    """
    if isinstance(node, Relation) and is_equation(node) and len(node.sides) == 2:
        labels, values = node.sides
        if isinstance(labels, Group) and isinstance(values, Group):  # (x, y) = (1, 2)
            names = [label.name for label in labels.items if isinstance(label, Symbol)]
            node = values
    if not isinstance(node, Group) or node.kind is GroupKind.SET:
        return "the answer is not a list of values"
    pairs = [_read_assignment(item) for item in node.items]
    if not any(name for name, _ in pairs):
        if len(pairs) != len(names):
            return f"{len(pairs)} values without names"
        pairs = [(name, value) for name, (_, value) in zip(names, pairs, strict=True)]
    assigned: dict[str, Fraction] = {}
    for name, value in pairs:
        if not isinstance(value, Number) or value.is_percent:
            return "a value is not worked out"
        if name in assigned:
            return f"two values of {name}"
        assigned[name] = value.value
    return assigned


def _read_assignment(item: Node) -> tuple[str, Node]:
    """Return the name and value of an equation such as ``x=3``; otherwise an empty name."""
    if isinstance(item, Relation) and is_equation(item) and len(item.sides) == 2:
        left, right = item.sides
        if isinstance(left, Symbol):
            return left.name, right
        if isinstance(right, Symbol):
            return right.name, left
    return "", item
