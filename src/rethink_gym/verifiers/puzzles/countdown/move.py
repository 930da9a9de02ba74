"""Playing countdown move by move: two of the numbers are replaced by what they come to."""

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
    """List what can be done with two of the numbers.

    Args:
        numbers: The numbers left.

    Returns:
        The moves, such as ``6*4=24``, each once; a number that is not whole stands in
        brackets, as in ``8/(1/3)=24``. Sums and products begin with the larger number.
        Differences below zero are left out, since every value above zero can be reached
        without.
    """
    moves: dict[str, None] = {}
    for place, one in enumerate(numbers):
        for other in numbers[place + 1 :]:
            large, small = (one, other) if one >= other else (other, one)
            for operator, left, right in (
                *((operator, large, small) for operator in "+-*/"),
                ("/", small, large),
            ):
                result = operate(operator, left, right)
                if result is not None:
                    moves[_worded(left, operator, right, result)] = None
    return tuple(moves)


def apply_move(numbers: Sequence[Exact], move: str) -> tuple[Exact, ...] | None:
    """Make a move.

    Args:
        numbers: The numbers left.
        move: Such as ``6*4=24``; blanks do not matter, nor the order of the numbers.

    Returns:
        The numbers left afterwards, the result last; None if the text is no move, if the
        result is wrong, or if one of the numbers is not there.
    """
    match = _MOVE.fullmatch(move) if len(move) <= MAX_CHARS else None
    if match is None:
        return None
    left, right = _read(match[1] or match[2]), _read(match[4] or match[5])
    result = _read(match[6])
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
    """Return the moves that an expression consists of, the innermost first.

    Args:
        tree: Such as that of ``(13-9)*6``, whose moves are ``13-9=4`` and ``4*6=24``.

    Returns:
        The moves, one per operation.

    Raises:
        UndefinedError: If the expression divides by zero.
    """
    moves: list[str] = []
    _work_out(tree, moves)
    return tuple(moves)


def _work_out(tree: Tree, moves: list[str]) -> Exact:
    if isinstance(tree, int):
        return tree
    left, right = _work_out(tree.left, moves), _work_out(tree.right, moves)
    result = operate(tree.operator, left, right)
    if result is None:
        raise UndefinedError("it divides by zero")
    moves.append(_worded(left, tree.operator, right, result))
    return result


def _worded(left: Exact, operator: str, right: Exact, result: Exact) -> str:
    return f"{_operand(left)}{operator}{_operand(right)}={result}"


def _operand(number: Exact) -> str:
    return str(number) if isinstance(number, int) and number >= 0 else f"({number})"


def _read(text: str) -> Exact | None:
    above, _, below = text.partition("/")
    return operate("/", int(above), int(below or 1))
