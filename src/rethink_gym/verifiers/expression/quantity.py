"""Whether two quantities are the same, given how much units matter."""

from collections.abc import Callable

from rethink_gym.verifiers.expression.tree import Call, Node, Quantity, Symbol, number_node
from rethink_gym.verifiers.expression.unit import are_same_unit, unit_factor

__all__ = ["are_quantities_equal"]


def are_quantities_equal(
    left: Node, right: Node, units: str, are_equal: Callable[[Node, Node], bool]
) -> bool:
    """Compare two answers of which at least one has a unit.

    Args:
        left: One answer.
        right: The other.
        units: How much units matter, as `Policy` says.
        are_equal: Compares what is left when the units are taken off.

    Returns:
        Whether they are the same; units of one kind are converted.
    """
    if units == "ignored":
        return are_equal(_figure(left), _figure(right))
    if not isinstance(left, Quantity) or not isinstance(right, Quantity):
        quantity, plain = (left, right) if isinstance(left, Quantity) else (right, left)
        assert isinstance(quantity, Quantity)
        if units == "optional" and are_equal(quantity.value, plain):
            return True
        if len(quantity.unit) == 1:  # a variable after all
            return are_equal(Call("multiply", (quantity.value, Symbol(quantity.unit))), plain)
        return False
    one, other = unit_factor(left.unit), unit_factor(right.unit)
    if one is None or other is None:
        return are_same_unit(left.unit, right.unit) and are_equal(left.value, right.value)
    if one[0] != other[0]:
        return False
    if one[1] == other[1]:
        return are_equal(left.value, right.value)
    return are_equal(
        Call("multiply", (number_node(one[1]), left.value)),
        Call("multiply", (number_node(other[1]), right.value)),
    )


def _figure(node: Node) -> Node:
    return node.value if isinstance(node, Quantity) else node
