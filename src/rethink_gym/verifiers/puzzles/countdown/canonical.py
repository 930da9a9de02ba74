"""When two solutions are the same: one text for all ways to write a solution."""

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
    """Return the one text that stands for all ways to write a solution.

    Two expressions are the same solution if one becomes the other by reordering or
    regrouping sums and products, by taking signs out of brackets, and by multiplying with
    1 where the other divides by it: ``8-(3-1)*2`` and ``(1-3)*2+8`` are the same.

    Args:
        expression: Such as ``6*(13-9)``.

    Returns:
        The text, such as ``(13-9)*6``; None if the expression cannot be read or divides
        by zero.
    """
    try:
        return canonical_text(parse_tree(expression))
    except ExpressionError:
        return None


def canonical_text(tree: Tree) -> str:
    """Return what `canonical_solution` returns, of an expression that is read already.

    Raises:
        UndefinedError: If the expression divides by zero.
    """
    return _signed_form(tree)[1].text


class Form(NamedTuple):
    """An expression without regard to the way it is written, or to its sign.

    Attributes:
        value: What it is worth, at least 0.
        text: How it is written.
        is_sum: Whether it is a sum or difference.
        is_product: Whether it is a product or quotient.
        tops: The terms that are added, or the factors that are multiplied.
        bottoms: The terms that are subtracted, or the factors that are divided by.
    """

    value: Exact
    text: str
    is_sum: bool = False
    is_product: bool = False
    tops: tuple[str, ...] = ()
    bottoms: tuple[str, ...] = ()


def leaf(number: int) -> Form:
    """Return the form of a single number, at least 0."""
    return Form(number, str(number))


def combine(operator: str, left: Form, right: Form) -> tuple[int, Form] | None:
    """Put two forms together.

    Args:
        operator: One of ``+ - * /``.
        left: What stands before the sign.
        right: What stands behind it.

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
    if "1" in bottoms:
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
