"""Whether two answers are the same, by their types and then by their values.

The label policy is ours: value decides; what one side leaves out, such as a unit
or the name of the unknown, does not matter; what contradicts does.
"""

from collections.abc import Callable

from rethink_gym.verifiers.expression.matrix import evaluated_matrices
from rethink_gym.verifiers.expression.region import (
    are_regions_equal,
    is_region,
    region_variable,
)
from rethink_gym.verifiers.expression.rewriting import (
    UNORDERED,
    ascending,
    canonical,
    difference_of,
    expanded,
    flat,
    grouped,
    is_equation,
    is_set_expression,
    label_of,
    unlabelled,
    without_degrees,
    without_signs,
    words_of,
)
from rethink_gym.verifiers.expression.scalar import are_proportional, are_scalars_equal
from rethink_gym.verifiers.expression.tree import (
    Call,
    Group,
    GroupKind,
    Interval,
    Node,
    OverLimitError,
    Quantity,
    Relation,
    Symbol,
    Text,
    UndecidedError,
    number_node,
)
from rethink_gym.verifiers.expression.unit import are_same_unit, unit_factor
from rethink_gym.verifiers.number import Number

__all__ = ["Comparison", "Decide"]

MAX_PAIRS = 2_500

Decide = Callable[[Node, Node], bool]
"""Decides about two expressions what evaluation cannot; may raise `ExpressionError`."""


class Comparison:
    """Compares trees.

    Args:
        precision: Significant digits from which a rounded decimal will do.
        decide: What to ask about expressions that evaluation cannot compare.
    """

    def __init__(self, precision: int, decide: Decide) -> None:
        self.precision = precision
        self.decide = decide

    def are_equal(self, left: Node, right: Node) -> bool:
        """Compare two answers; swapping them changes nothing.

        Args:
            left: One answer.
            right: The other.

        Returns:
            Whether they are the same.

        Raises:
            ExpressionError: If that cannot be told within the limits.
        """
        if isinstance(left, Text) or isinstance(right, Text):
            return words_of(left) == words_of(right) != ""
        if isinstance(left, Quantity) or isinstance(right, Quantity):
            return self._are_quantities_equal(left, right)
        left, right = expanded(grouped(left)), expanded(grouped(right))
        if is_equation(left) and is_equation(right):
            return self._are_equations_equal(left, right)
        left, right = unlabelled(left), unlabelled(right)
        left, right = evaluated_matrices(left), evaluated_matrices(right)
        if isinstance(left, Quantity) or isinstance(right, Quantity):
            return self._are_quantities_equal(left, right)
        if (is_region(left) or is_region(right)) and _are_both_regions(left, right):
            one, other = region_variable(left), region_variable(right)
            return (one is None or other is None or one == other) and are_regions_equal(left, right)
        if isinstance(left, Group) or isinstance(right, Group):
            return self._are_groups_equal(left, right)
        if isinstance(left, Relation) and isinstance(right, Relation):
            return self._are_chains_equal(left, right)
        if isinstance(left, Interval) and isinstance(right, Interval):
            return (left.has_low, left.has_high) == (right.has_low, right.has_high) and (
                self.are_equal(left.low, right.low) and self.are_equal(left.high, right.high)
            )
        if isinstance(left, Relation | Interval) or isinstance(right, Relation | Interval):
            return False
        return self._are_values_equal(left, right)

    def _are_values_equal(self, left: Node, right: Node) -> bool:
        one, other = without_degrees(left), without_degrees(right)
        if (one is left) != (other is right):
            if self._are_values_equal(one, other):
                return True
        elif one is not left:
            return self._are_values_equal(one, other)
        if canonical(left) == canonical(right):
            return _has_meaning(left)
        if is_set_expression(left) or is_set_expression(right):
            return False
        try:
            return are_scalars_equal(left, right, self.precision)
        except UndecidedError:
            return self.decide(left, right)

    def _are_quantities_equal(self, left: Node, right: Node) -> bool:
        if not isinstance(left, Quantity) or not isinstance(right, Quantity):
            quantity, plain = (left, right) if isinstance(left, Quantity) else (right, left)
            assert isinstance(quantity, Quantity)
            if self.are_equal(quantity.value, plain):
                return True
            if len(quantity.unit) == 1:  # a variable after all
                return self.are_equal(
                    Call("multiply", (quantity.value, Symbol(quantity.unit))), plain
                )
            return False
        one, other = unit_factor(left.unit), unit_factor(right.unit)
        if one is None or other is None:
            return are_same_unit(left.unit, right.unit) and self.are_equal(left.value, right.value)
        if one[0] != other[0]:
            return False
        if one[1] == other[1]:
            return self.are_equal(left.value, right.value)
        return self.are_equal(
            Call("multiply", (number_node(one[1]), left.value)),
            Call("multiply", (number_node(other[1]), right.value)),
        )

    def _are_equations_equal(self, left: Relation, right: Relation) -> bool:
        one, other = unlabelled(left), unlabelled(right)
        if one is not left and other is not right and label_of(left) == label_of(right):
            return self.are_equal(one, other)
        if len(left.sides) != 2 or len(right.sides) != 2:
            return self._are_chains_equal(left, right)
        if all(self._is_same(*pair) for pair in zip(left.sides, right.sides, strict=True)):
            return True
        if any(isinstance(side, Group | Text | Interval) for side in (*left.sides, *right.sides)):
            return False
        try:
            return are_proportional(difference_of(left), difference_of(right)) in (1, -1)
        except UndecidedError:
            return False

    def _is_same(self, left: Node, right: Node) -> bool:
        return canonical(left) == canonical(right)

    def _are_chains_equal(self, left: Relation, right: Relation) -> bool:
        """Compare chains of comparisons between several unknowns."""
        one, other = ascending(left), ascending(right)
        if one.operators != other.operators or len(one.sides) != len(other.sides):
            return False
        if all(
            self.are_equal(*pair)
            for pair in zip(one.sides, other.sides, strict=True)
            if Symbol("?") not in pair
        ):
            return True
        if len(one.sides) != 2 or "in" in one.operators:
            return False
        sign = are_proportional(difference_of(one), difference_of(other))
        return sign == 1 or (sign == -1 and one.operators[0] in ("=", "!="))

    def _are_groups_equal(self, left: Node, right: Node) -> bool:
        if not isinstance(left, Group) or not isinstance(right, Group):
            group, single = (left, right) if isinstance(left, Group) else (right, left)
            assert isinstance(group, Group)
            return (
                group.kind in UNORDERED
                and len(group.items) == 1
                and self.are_equal(group.items[0], single)
            )
        if left.kind in UNORDERED and right.kind in UNORDERED:
            return self._are_same_items(left.items, right.items)
        if GroupKind.RATIO in (left.kind, right.kind):
            return left.kind is right.kind and self._are_ratios_equal(left.items, right.items)
        if GroupKind.MATRIX in (left.kind, right.kind) and left.kind is not right.kind:
            one, other = flat(left), flat(right)
            return one is not None and other is not None and self._are_in_order(one, other)
        return self._are_in_order(left.items, right.items)

    def _are_in_order(self, left: tuple[Node, ...], right: tuple[Node, ...]) -> bool:
        return len(left) == len(right) and all(map(self.are_equal, left, right))

    def _are_same_items(self, left: tuple[Node, ...], right: tuple[Node, ...]) -> bool:
        left, right = without_signs(left), without_signs(right)
        if len(left) * len(right) > MAX_PAIRS:
            raise OverLimitError(f"lists of more than {int(MAX_PAIRS**0.5)} items")
        is_found = [False] * len(right)
        for item in left:
            places = [at for at, other in enumerate(right) if self.are_equal(item, other)]
            if not places:
                return False
            for place in places:
                is_found[place] = True
        return all(is_found)

    def _are_ratios_equal(self, left: tuple[Node, ...], right: tuple[Node, ...]) -> bool:
        if len(left) != len(right):
            return False
        if any(isinstance(part, Number) and part.value == 0 for part in (*left, *right)):
            return self._are_in_order(left, right)
        return all(
            self.are_equal(Call("multiply", (one, right[0])), Call("multiply", (other, left[0])))
            for one, other in zip(left[1:], right[1:], strict=True)
        )


def _are_both_regions(left: Node, right: Node) -> bool:
    return is_region(left, allow_finite=True) and is_region(right, allow_finite=True)


def _has_meaning(node: Node) -> bool:
    """Tell whether a value is there at all; 1/0 equals nothing, not even itself."""
    try:
        return is_set_expression(node) or are_scalars_equal(node, node, 1)
    except UndecidedError:
        return True
