"""Moves of Countdown: each replaces two of the numbers by the result of an operation."""

import re
from collections.abc import Sequence

from rethink_gym.verifiers.math.expression.tree import UndefinedError
from rethink_gym.verifiers.puzzles.countdown.tree import Exact, Tree, operate

__all__ = ["apply_move", "legal_moves", "moves_of"]

MAX_CHARS = 400
_WHOLE = r"(?:(-?[0-9]{1,60})|\(\s*(-?[0-9]{1,60}(?:\s*/\s*[0-9]{1,60})?)\s*\))"
_MOVE = re.compile(
    rf"\s*{_WHOLE}\s*([-+*/×÷−])\s*{_WHOLE}\s*=\s*(-?[0-9]{{1,60}}(?:\s*/\s*[0-9]{{1,60}})?)\s*",  # noqa: RUF001
    re.ASCII,
)
_SIGNS = {"×": "*", "÷": "/", "−": "-"}  # noqa: RUF001


def legal_moves(numbers: Sequence[Exact]) -> tuple[str, ...]:
    """List the operations on two of the numbers.

    Args:
        numbers: The remaining numbers.

    Returns:
        The moves, such as ``6*4=24``, each once. Fractions are written in brackets, as in
        ``8/(1/3)=24``. Sums and products start with the larger number. Negative
        differences are left out, because no positive value needs them.

    Examples:
        >>> legal_moves((4, 6))
        ('6+4=10', '6-4=2', '6*4=24', '6/4=3/2', '4/6=2/3')
    """
    moves: dict[str, None] = {}
    for index, one in enumerate(numbers):
        for other in numbers[index + 1 :]:
            large, small = (one, other) if one >= other else (other, one)
            for operator, left, right in (
                *((operator, large, small) for operator in "+-*/"),
                ("/", small, large),
            ):
                result = operate(operator, left, right)
                if result is not None:
                    moves[_write_move(left, operator, right, result)] = None
    return tuple(moves)


def apply_move(numbers: Sequence[Exact], move: str) -> tuple[Exact, ...] | None:
    """Apply a move to the numbers.

    Args:
        numbers: The remaining numbers.
        move: A move such as ``6*4=24``. Blanks are ignored.

    Returns:
        The remaining numbers after the move, the result last; None if the text is not a
        move, its result is incorrect, or one of its numbers is missing.
    """
    match = _MOVE.fullmatch(move) if len(move) <= MAX_CHARS else None
    if match is None:
        return None
    left, right = _parse_number(match[1] or match[2]), _parse_number(match[4] or match[5])
    result = _parse_number(match[6])
    if left is None or right is None or result is None:
        return None
    rest = list(numbers)
    for number in (left, right):
        if number not in rest:
            return None
        rest.remove(number)
    if operate(_SIGNS.get(match[3], match[3]), left, right) != result:
        return None
    return (*rest, result)


def moves_of(tree: Tree) -> tuple[str, ...]:
    """Return the moves of an expression, the innermost first.

    Args:
        tree: The expression; the moves of ``(13-9)*6`` are ``13-9=4`` and ``4*6=24``.

    Returns:
        The moves, one per operation.

    Raises:
        UndefinedError: If the expression divides by zero.
    """
    moves: list[str] = []
    _append_moves(tree, moves)
    return tuple(moves)


def _append_moves(tree: Tree, moves: list[str]) -> Exact:
    if isinstance(tree, int):
        return tree
    left, right = _append_moves(tree.left, moves), _append_moves(tree.right, moves)
    result = operate(tree.operator, left, right)
    if result is None:
        raise UndefinedError("it divides by zero")
    moves.append(_write_move(left, tree.operator, right, result))
    return result


def _write_move(left: Exact, operator: str, right: Exact, result: Exact) -> str:
    return f"{_operand(left)}{operator}{_operand(right)}={result}"


def _operand(number: Exact) -> str:
    return str(number) if isinstance(number, int) and number >= 0 else f"({number})"


def _parse_number(text: str) -> Exact | None:
    numerator, _, denominator = text.partition("/")
    return operate("/", int(numerator), int(denominator or 1))
