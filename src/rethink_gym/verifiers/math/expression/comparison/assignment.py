"""Whether an answer gives several names their right values."""

from fractions import Fraction

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.math.expression.comparison.form import flaw_of_fractions
from rethink_gym.verifiers.math.expression.comparison.judgement import Judgement
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

__all__ = ["judge_assignments"]


def judge_assignments(text: str, gold: str) -> Judgement:
    """Judge the values of several names.

    Args:
        text: The answer: equations in any order, or values in the order of the gold.
        gold: The right one, such as ``x=1, y=2``.

    Returns:
        Why the answer is right or wrong.
    """
    wanted = _values(parse(gold), [])
    assert isinstance(wanted, dict), "a gold answer of assignments has equations"
    try:
        found = _values(parse(text), list(wanted))
    except UnreadableError as error:
        return Judgement(Reason.UNREADABLE, str(error))
    except (OverLimitError, RecursionError) as error:
        return Judgement(Reason.OVER_LIMIT, str(error))
    if isinstance(found, str):
        return Judgement(Reason.DIFFERENT, found)
    if sorted(found) != sorted(wanted):
        return Judgement(Reason.DIFFERENT, f"values of {', '.join(found)}")
    for name, value in wanted.items():
        if found[name] != value:
            return Judgement(Reason.DIFFERENT, f"{name} is not the same")
    flaw = flaw_of_fractions(text)
    return Judgement(Reason.DIFFERENT if flaw else Reason.EQUAL, flaw or "all values are the same")


def _values(node: Node, names: list[str]) -> dict[str, Fraction] | str:
    """Read which name gets which value, or say in words why that cannot be told.

    Values without names are those of ``names``, in order.
    """
    if isinstance(node, Relation) and is_equation(node) and len(node.sides) == 2:
        labels, values = node.sides
        if isinstance(labels, Group) and isinstance(values, Group):  # (x, y) = (1, 2)
            names = [label.name for label in labels.items if isinstance(label, Symbol)]
            node = values
    if not isinstance(node, Group) or node.kind is GroupKind.SET:
        return "the answer is no list of values"
    pairs = [_pair(item) for item in node.items]
    if not any(name for name, _ in pairs):
        if len(pairs) != len(names):
            return f"{len(pairs)} values without names"
        pairs = [(name, value) for name, (_, value) in zip(names, pairs, strict=True)]
    found: dict[str, Fraction] = {}
    for name, value in pairs:
        if not isinstance(value, Number) or value.is_percent:
            return "a value is not worked out"
        if name in found:
            return f"two values of {name}"
        found[name] = value.value
    return found


def _pair(item: Node) -> tuple[str, Node]:
    """Return the name and the value in an equation such as ``x=3``; else no name."""
    if isinstance(item, Relation) and is_equation(item) and len(item.sides) == 2:
        left, right = item.sides
        if isinstance(left, Symbol):
            return left.name, right
        if isinstance(right, Symbol):
            return right.name, left
    return "", item
