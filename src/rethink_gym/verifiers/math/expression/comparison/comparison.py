"""Compare two answers as trees: by their types, then by their values.

The policy: the value decides. What one side leaves out, such as a unit or the name of
the unknown, does not matter; a contradiction does.
"""

from collections.abc import Callable

from rethink_gym.verifiers.math.expression.comparison.equality import Equality
from rethink_gym.verifiers.math.expression.comparison.normal_form import (
    UNORDERED,
    canonical_text,
    difference_of,
    expand_all,
    expand_signs,
    group_by_label,
    is_equation,
    is_set_expression,
    label_of,
    strip_degrees,
    strip_label,
    to_ascending,
    vector_entries,
    words_of,
)
from rethink_gym.verifiers.math.expression.comparison.quantity import are_quantities_equal
from rethink_gym.verifiers.math.expression.comparison.region import (
    are_regions_equal,
    is_region,
    region_variable,
)
from rethink_gym.verifiers.math.expression.comparison.scalar import (
    are_proportional,
    are_scalars_equal,
)
from rethink_gym.verifiers.math.expression.tree import (
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
    symbols_of,
)
from rethink_gym.verifiers.math.expression.values.matrix import evaluate_matrices
from rethink_gym.verifiers.number import Number

__all__ = ["Comparison", "DecideSymbolically"]

MAX_PAIRS = 2_500
"""Maximum number of pairs that are compared when two lists are."""

DecideSymbolically = Callable[[Node, Node], bool]
"""Decides whether two expressions are equal where evaluation cannot; may raise
`ExpressionError`."""


class Comparison:
    """Compare trees.

    Args:
        equality: What counts as the same.
        decide: Function for expressions that evaluation cannot compare.

    Attributes:
        basis: What decided the last comparison, in words.
    """

    def __init__(self, equality: Equality, decide: DecideSymbolically) -> None:
        self.equality = equality
        self.decide = decide
        self.basis = ""

    def accepts(self, gold: Node, answer: Node) -> bool:
        """Return whether an answer is correct.

        Args:
            gold: The gold answer; of several values one is enough if ``multiple`` is
                ``"any"``.
            answer: The answer.

        Returns:
            Whether it is correct. Unless ``multiple`` is ``"any"``, swapping the sides
            changes nothing.

        Raises:
            ExpressionError: If the limits do not allow a decision.
        """
        if self.equality.multiple == "any":
            golds, answers = _alternatives(gold), _alternatives(answer)
            if len(golds) > 1 and len(golds) * len(answers) <= MAX_PAIRS:
                is_correct = all(
                    any(self.are_equal(one, item) for one in golds) for item in answers
                )
                self.basis = "any of the correct answers"
                return is_correct
        return self.are_equal(answer, gold)

    def are_equal(self, left: Node, right: Node) -> bool:
        """Compare two answers; swapping them changes nothing.

        Args:
            left: One answer.
            right: The other.

        Returns:
            Whether they are the same.

        Raises:
            ExpressionError: If the limits do not allow a decision.
        """
        is_equal, basis = self._compare(left, right)
        self.basis = basis or self.basis
        return is_equal

    def _compare(self, left: Node, right: Node) -> tuple[bool, str]:
        """Compare by type; return the result and the type in words.

        The words are empty if a comparison of values has set `basis` already.
        """
        if isinstance(left, Text) or isinstance(right, Text):
            return words_of(left) == words_of(right) != "", "as words"
        if isinstance(left, Quantity) or isinstance(right, Quantity):
            return self._are_quantities_equal(left, right), "with their units"
        left, right = expand_signs(group_by_label(left)), expand_signs(group_by_label(right))
        if is_equation(left) and is_equation(right):
            return self._are_equations_equal(left, right), "as equations"
        left, right = strip_label(left), strip_label(right)
        left, right = evaluate_matrices(left), evaluate_matrices(right)
        if isinstance(left, Quantity) or isinstance(right, Quantity):
            return self._are_quantities_equal(left, right), "with their units"
        if (is_region(left) or is_region(right)) and _are_both_regions(left, right):
            one, other = region_variable(left), region_variable(right)
            if one is not None and other is not None and one != other:
                return False, "by their variables"
            return are_regions_equal(left, right), "as sets of numbers"
        if isinstance(left, Group) or isinstance(right, Group):
            return self._are_groups_equal(left, right), "item by item"
        if isinstance(left, Relation) and isinstance(right, Relation):
            return self._are_chains_equal(left, right), "as comparisons"
        if isinstance(left, Interval) and isinstance(right, Interval):
            return (left.has_low, left.has_high) == (right.has_low, right.has_high) and (
                self.are_equal(left.low, right.low) and self.are_equal(left.high, right.high)
            ), "as intervals"
        for chain, value in ((left, right), (right, left)):
            if is_equation(chain) and not symbols_of(chain) and not isinstance(value, Interval):
                # A calculation, such as 35 + 70 = 105: each of its sides must have the value.
                return all(self.are_equal(side, value) for side in chain.sides), "as a calculation"
        if isinstance(left, Relation | Interval) or isinstance(right, Relation | Interval):
            return False, "by their kinds"
        return self._are_values_equal(left, right), ""

    def _are_values_equal(self, left: Node, right: Node) -> bool:
        one, other = strip_degrees(left), strip_degrees(right)
        # If only one side is in degrees, 90 degrees may equal 90 or pi/2.
        if (one is left) != (other is right):
            if self._are_values_equal(one, other):
                return True
        elif one is not left:
            return self._are_values_equal(one, other)
        if _have_same_form(left, right):
            self.basis = "by their form"
            return _has_meaning(left)
        if is_set_expression(left) or is_set_expression(right):
            self.basis = "by their kinds"
            return False
        self.basis = "by their values"
        try:
            return are_scalars_equal(left, right, self.equality.precision, self.equality.percent)
        except UndecidedError:
            self.basis = "by sympy"
            return self.decide(left, right)

    def _are_quantities_equal(self, left: Node, right: Node) -> bool:
        return are_quantities_equal(left, right, self.equality.units, self.are_equal)

    def _are_equations_equal(self, left: Relation, right: Relation) -> bool:
        one, other = strip_label(left), strip_label(right)
        if one is not left and other is not right and label_of(left) == label_of(right):
            return self.are_equal(one, other)
        if len(left.sides) != 2 or len(right.sides) != 2:
            return self._are_chains_equal(left, right)
        if all(map(_have_same_form, left.sides, right.sides)):
            return True
        if any(isinstance(side, Group | Text | Interval) for side in (*left.sides, *right.sides)):
            return False
        try:
            return are_proportional(difference_of(left), difference_of(right)) in (1, -1)
        except UndecidedError:
            return False

    def _are_chains_equal(self, left: Relation, right: Relation) -> bool:
        """Compare chains of comparisons between several unknowns."""
        one, other = to_ascending(left), to_ascending(right)
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
            if self.equality.ordered:
                return self._are_in_order(expand_all(left.items), expand_all(right.items))
            return self._are_same_items(left.items, right.items)
        if GroupKind.RATIO in (left.kind, right.kind):
            return left.kind is right.kind and self._are_ratios_equal(left.items, right.items)
        if GroupKind.MATRIX in (left.kind, right.kind) and left.kind is not right.kind:
            one, other = vector_entries(left), vector_entries(right)
            return one is not None and other is not None and self._are_in_order(one, other)
        return self._are_in_order(left.items, right.items)

    def _are_in_order(self, left: tuple[Node, ...], right: tuple[Node, ...]) -> bool:
        return len(left) == len(right) and all(map(self.are_equal, left, right))

    def _are_same_items(self, left: tuple[Node, ...], right: tuple[Node, ...]) -> bool:
        left, right = expand_all(left), expand_all(right)
        if len(left) * len(right) > MAX_PAIRS:
            raise OverLimitError(f"lists of more than {int(MAX_PAIRS**0.5)} items")
        is_matched = [False] * len(right)
        for item in left:
            matches = [at for at, other in enumerate(right) if self.are_equal(item, other)]
            if not matches:
                return False
            for index in matches:
                is_matched[index] = True
        return all(is_matched)

    def _are_ratios_equal(self, left: tuple[Node, ...], right: tuple[Node, ...]) -> bool:
        if len(left) != len(right):
            return False
        if any(isinstance(part, Number) and part.value == 0 for part in (*left, *right)):
            return self._are_in_order(left, right)
        return all(
            self.are_equal(Call("multiply", (one, right[0])), Call("multiply", (other, left[0])))
            for one, other in zip(left[1:], right[1:], strict=True)
        )


def _alternatives(node: Node) -> tuple[Node, ...]:
    node = expand_signs(group_by_label(node))
    if isinstance(node, Group) and node.kind in UNORDERED:
        return expand_all(node.items)
    return (node,)


def _are_both_regions(left: Node, right: Node) -> bool:
    return is_region(left, allow_finite=True) and is_region(right, allow_finite=True)


def _has_meaning(node: Node) -> bool:
    """Return whether a node has a value; 1/0 equals nothing, not even itself."""
    try:
        return is_set_expression(node) or are_scalars_equal(node, node, 1)
    except UndecidedError:
        return True


def _have_same_form(left: Node, right: Node) -> bool:
    return canonical_text(left) == canonical_text(right)
