"""Compare quantities: values with units, which are converted if they are of one kind."""

from collections.abc import Callable

from rethink_gym.verifiers.math.expression.tree import Call, Node, Quantity, Symbol, number_node
from rethink_gym.verifiers.units import are_same_unit, unit_factor

__all__ = ["are_quantities_equal"]


def are_quantities_equal(
    left: Node, right: Node, units: str, are_equal: Callable[[Node, Node], bool]
) -> bool:
    """Compare two answers of which at least one has a unit.

    Args:
        left: One answer.
        right: The other.
        units: Role of the units, as in `MathVerifier`: ``"optional"``, ``"required"`` or
            ``"ignored"``.
        are_equal: Function that compares two answers without units.

    Returns:
        Whether the two are equal.
    """
    if units == "ignored":
        return are_equal(_without_unit(left), _without_unit(right))
    if not isinstance(left, Quantity) or not isinstance(right, Quantity):
        quantity, plain = (left, right) if isinstance(left, Quantity) else (right, left)
        assert isinstance(quantity, Quantity)
        if units == "optional" and are_equal(quantity.value, plain):
            return True
        if len(quantity.unit) == 1:  # the letter may be a variable: "5 m" and "5m"
            return are_equal(Call("multiply", (quantity.value, Symbol(quantity.unit))), plain)
        return False
    one, other = unit_factor(left.unit), unit_factor(right.unit)
    if one is None or other is None:
        return are_same_unit(left.unit, right.unit) and are_equal(left.value, right.value)
    (dimension, size), (other_dimension, other_size) = one, other
    if dimension != other_dimension:
        return False
    if size == other_size:
        return are_equal(left.value, right.value)
    return are_equal(
        Call("multiply", (number_node(size), left.value)),
        Call("multiply", (number_node(other_size), right.value)),
    )


def _without_unit(node: Node) -> Node:
    return node.value if isinstance(node, Quantity) else node
