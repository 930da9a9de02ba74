"""Canonical form of a solution: one text for all equivalent expressions."""

from typing import NamedTuple

from rethink_gym.verifiers.math.expression.tree import ExpressionError, UndefinedError
from rethink_gym.verifiers.puzzles.countdown.tree import (
    Exact,
    Operation,
    Tree,
    operate,
    parse_tree,
)

__all__ = ["Form", "canonical_solution", "canonical_text", "combine", "leaf"]


def canonical_solution(expression: str) -> str | None:
    """Return the canonical form of an expression.

    Two expressions are the same solution if these rules turn one into the other: reorder or
    regroup sums and products, move signs out of brackets, and replace a division by 1 with a
    multiplication. For example, ``8-(3-1)*2`` and ``(1-3)*2+8`` are the same solution.

    Args:
        expression: An expression such as ``6*(13-9)``.

    Returns:
        The canonical form, such as ``(13-9)*6``; None if the expression cannot be parsed or
        divides by zero.

    Examples:
        >>> canonical_solution("8-(3-1)*2") == canonical_solution("(1-3)*2+8")
        True
    """
    try:
        return canonical_text(parse_tree(expression))
    except ExpressionError:
        return None


def canonical_text(tree: Tree) -> str:
    """Return the canonical form of a parsed expression; see `canonical_solution`.

    Raises:
        UndefinedError: If the expression divides by zero.
    """
    return _signed_form(tree)[1].text


class Form(NamedTuple):
    """Canonical form of an expression up to its sign.

    Attributes:
        value: Value of the form, at least 0.
        text: Text of the form.
        is_sum: Whether it is a sum or difference.
        is_product: Whether it is a product or quotient.
        tops: Texts of the terms that are added, or of the factors in the numerator.
        bottoms: Texts of the terms that are subtracted, or of the factors in the
            denominator.
    """

    value: Exact
    text: str
    is_sum: bool = False
    is_product: bool = False
    tops: tuple[str, ...] = ()
    bottoms: tuple[str, ...] = ()


def leaf(number: int) -> Form:
    """Return the form of a single number of at least 0."""
    return Form(number, str(number))


def combine(operator: str, left: Form, right: Form) -> tuple[int, Form] | None:
    """Combine two forms by an operation.

    Args:
        operator: One of ``+ - * /``.
        left: Left operand.
        right: Right operand.

    Returns:
        The sign of the result, 1 or -1, and its form; None for a division by zero.
    """
    value = operate(operator, left.value, right.value)
    if value is None:
        return None
    if operator in "+-":
        tops, bottoms = _terms(left)
        more, less = _terms(right)
        if operator == "-":
            more, less = less, more
        tops, bottoms = _sorted(tops, more), _sorted(bottoms, less)
        # The form is at least 0; a form of value 0 has the smaller terms first.
        is_turned = value < 0 or (not value and bool(bottoms) and bottoms < tops)
        if is_turned:
            tops, bottoms = bottoms, tops
        text = "-".join(("+".join(tops), *bottoms))
        size = -value if is_turned else value
        return -1 if is_turned else 1, Form(size, text, True, False, tops, bottoms)
    tops, bottoms = _factors(left)
    more, less = _factors(right)
    if operator == "/":
        more, less = less, more
    tops, bottoms = _sorted(tops, more), _sorted(bottoms, less)
    if "1" in bottoms:  # a division by 1 is written as a multiplication
        ones = ("1",) * bottoms.count("1")
        tops, bottoms = _sorted(tops, ones), tuple(text for text in bottoms if text != "1")
    text = "/".join(("*".join(tops), *bottoms))
    return 1, Form(value, text, False, True, tops, bottoms)


def _signed_form(tree: Tree) -> tuple[int, Form]:
    """Return the sign of an expression and its form."""
    if not isinstance(tree, Operation):
        return 1, leaf(tree)
    left_sign, left = _signed_form(tree.left)
    right_sign, right = _signed_form(tree.right)
    operator = tree.operator
    if operator in "*/":
        left_sign *= right_sign
    elif left_sign != right_sign:
        operator = "-" if operator == "+" else "+"
    combined = combine(operator, left, right)
    if combined is None:
        raise UndefinedError("it divides by zero")
    sign, form = combined
    return left_sign * sign, form


def _terms(form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (form.tops, form.bottoms) if form.is_sum else ((form.text,), ())


def _factors(form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if form.is_product:
        return form.tops, form.bottoms
    return ((f"({form.text})" if form.is_sum else form.text,), ())


def _sorted(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(some + others)) if others else some
