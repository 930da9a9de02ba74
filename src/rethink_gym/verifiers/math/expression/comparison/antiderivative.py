"""Compare antiderivatives, which are the same if they differ by a constant."""

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.math.expression.comparison.answer import ComparisonResult
from rethink_gym.verifiers.math.expression.comparison.form import has_calculus
from rethink_gym.verifiers.math.expression.comparison.normal_form import strip_label
from rethink_gym.verifiers.math.expression.comparison.scalar import are_scalars_equal
from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.tree import (
    Call,
    ExpressionError,
    Group,
    Interval,
    Node,
    OverLimitError,
    Quantity,
    Relation,
    Symbol,
    Text,
    TimedOutError,
    UnreadableError,
    number_node,
    symbols_of,
)
from rethink_gym.verifiers.math.expression.values.time_limit import limited_cpu

__all__ = ["compare_antiderivatives"]

CONSTANT = "C"
"""Name of the free constant in a gold answer."""

_PRECISION = 50
_MINUS_ONE = number_node(-1)
_ZERO = number_node(0)
_ONE = number_node(1)


def compare_antiderivatives(text: str, gold: str, timeout_s: float) -> ComparisonResult:
    """Compare an antiderivative with the gold answer.

    Args:
        text: The answer. It may end in a constant, with any letter, or have none.
        gold: The gold answer: a function that ends in ``+C``. If it has several
            variables, the answer must depend on all of them in the same way.
        timeout_s: Maximum CPU seconds of the comparison.

    Returns:
        Whether and why the answer is correct.
    """
    try:
        with limited_cpu(timeout_s):
            return _compare(strip_label(parse(text)), parse(gold))
    except UnreadableError as error:
        return ComparisonResult(Reason.UNREADABLE, str(error))
    except (OverLimitError, RecursionError) as error:
        return ComparisonResult(Reason.OVER_LIMIT, str(error))
    except TimedOutError as error:
        return ComparisonResult(Reason.TIMED_OUT, str(error))
    except ExpressionError as error:
        return ComparisonResult(Reason.DIFFERENT, str(error))


def _compare(answer: Node, gold: Node) -> ComparisonResult:
    if isinstance(answer, Group | Interval | Quantity | Relation | Text):
        return ComparisonResult(Reason.DIFFERENT, "the answer is not a function")
    if has_calculus(answer):
        return ComparisonResult(Reason.DIFFERENT, "the integral is not worked out")
    gold = _without_constant(gold, CONSTANT)
    variables = symbols_of(gold) or {"x"}  # the antiderivative of 0 has no variable
    others = symbols_of(answer) - variables
    if len(others) > 1:
        return ComparisonResult(Reason.DIFFERENT, "the answer has more than one free constant")
    for name in others:
        answer = _without_constant(answer, name)
    if symbols_of(answer) - variables:
        return ComparisonResult(Reason.DIFFERENT, "a letter is not a constant that is added")
    if all(
        are_scalars_equal(_increase(answer, variable), _increase(gold, variable), _PRECISION)
        for variable in sorted(variables)
    ):
        return ComparisonResult(Reason.EQUAL, "the same up to a constant")
    return ComparisonResult(Reason.DIFFERENT, "not the same up to a constant")


def _increase(node: Node, variable: str) -> Node:
    """Return the value of a function less its value at 1, which cancels any constant."""
    return Call("add", (node, Call("multiply", (_MINUS_ONE, _value_at_one(node, variable)))))


def _value_at_one(node: Node, variable: str) -> Node:
    match node:
        case Symbol(name=name) if name == variable:
            return _ONE
        case Call(name=name, arguments=arguments):
            return Call(name, tuple(_value_at_one(part, variable) for part in arguments))
        case _:
            return node


def _without_constant(node: Node, name: str) -> Node:
    """Remove a constant from a sum, with either sign."""
    match node:
        case Symbol(name=other) if other == name:
            return _ZERO
        case Call(name="add", arguments=arguments):
            return Call("add", tuple(_without_constant(part, name) for part in arguments))
        case Call(name="multiply", arguments=(sign, Symbol(name=other))) if (
            sign == _MINUS_ONE and other == name
        ):
            return _ZERO
        case _:
            return node
