"""Whether two functions differ by a constant only, as antiderivatives of one function do."""

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.math.expression.comparison.form import has_unworked
from rethink_gym.verifiers.math.expression.comparison.judgement import Judgement
from rethink_gym.verifiers.math.expression.comparison.normal_form import unlabelled
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

__all__ = ["judge_antiderivative"]

CONSTANT = "C"
"""What the free constant of the gold answer is called."""

_PRECISION = 50
_MINUS_ONE = number_node(-1)
_ZERO = number_node(0)
_ONE = number_node(1)


def judge_antiderivative(text: str, gold: str, timeout_s: float) -> Judgement:
    """Judge an antiderivative; it may end in a constant, in any letter, or in none.

    Args:
        text: The answer.
        gold: The right one, a function with ``+C`` behind it; of several variables, if
            other letters stand in it, in none of which an answer may differ.
        timeout_s: CPU seconds that this may take.

    Returns:
        Why the answer is right or wrong.
    """
    try:
        with limited_cpu(timeout_s):
            return _judge(unlabelled(parse(text)), parse(gold))
    except UnreadableError as error:
        return Judgement(Reason.UNREADABLE, str(error))
    except (OverLimitError, RecursionError) as error:
        return Judgement(Reason.OVER_LIMIT, str(error))
    except TimedOutError as error:
        return Judgement(Reason.TIMED_OUT, str(error))
    except ExpressionError as error:
        return Judgement(Reason.DIFFERENT, str(error))


def _judge(answer: Node, gold: Node) -> Judgement:
    if isinstance(answer, Group | Interval | Quantity | Relation | Text):
        return Judgement(Reason.DIFFERENT, "the answer is no function")
    if has_unworked(answer):
        return Judgement(Reason.DIFFERENT, "the integral is not worked out")
    gold = _without(gold, CONSTANT)
    variables = symbols_of(gold) or {"x"}  # that of 0 names none
    others = symbols_of(answer) - variables
    if len(others) > 1:
        return Judgement(Reason.DIFFERENT, "the answer has more than one free constant")
    for name in others:
        answer = _without(answer, name)
    if symbols_of(answer) - variables:
        return Judgement(Reason.DIFFERENT, "a letter is no constant that is added")
    if all(
        are_scalars_equal(_rise(answer, variable), _rise(gold, variable), _PRECISION)
        for variable in sorted(variables)
    ):
        return Judgement(Reason.EQUAL, "the same but for a constant")
    return Judgement(Reason.DIFFERENT, "not the same but for a constant")


def _rise(node: Node, variable: str) -> Node:
    """Return how much a function rises from 1 to the variable."""
    return Call("add", (node, Call("multiply", (_MINUS_ONE, _at_one(node, variable)))))


def _at_one(node: Node, variable: str) -> Node:
    match node:
        case Symbol(name=name) if name == variable:
            return _ONE
        case Call(name=name, arguments=arguments):
            return Call(name, tuple(_at_one(part, variable) for part in arguments))
        case _:
            return node


def _without(node: Node, name: str) -> Node:
    """Take a constant out of a sum, whatever its sign."""
    match node:
        case Symbol(name=other) if other == name:
            return _ZERO
        case Call(name="add", arguments=arguments):
            return Call("add", tuple(_without(part, name) for part in arguments))
        case Call(name="multiply", arguments=(sign, Symbol(name=other))) if (
            sign == _MINUS_ONE and other == name
        ):
            return _ZERO
        case _:
            return node
