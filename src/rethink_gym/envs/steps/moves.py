"""Countdown played move by move: two of the numbers are replaced by what they come to."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from rethink_gym.envs.prompt import ILLEGAL_MOVE, MOVE_FORMAT, NUMBERS_LEFT
from rethink_gym.envs.steps.rules import StepRules, View
from rethink_gym.envs.text_env import Question
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, StepScore, Verdict
from rethink_gym.verifiers.puzzles.countdown import apply_move, legal_moves, parse_tree
from rethink_gym.verifiers.puzzles.countdown.tree import Exact, leaves_of, operate
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["MoveRules"]


class MoveRules(StepRules):
    """Steps are moves such as ``6*4=24``.

    A legal move scores 1, and the moves solve the problem when the expression that they
    make up is accepted by the verifier of the problem. A text that is no legal move scores
    0 and changes nothing. The info has ``numbers``, those left as texts, and
    ``legal_moves``, every move that can be made.

    Args:
        final: The verifier of the problem.
    """

    opening: ClassVar = MOVE_FORMAT

    def __init__(self, final: Verifier) -> None:
        self._moves = _Moves(final)

    def question(self, problem: Problem, steps: Sequence[str]) -> Question:
        """Have the newest move judged."""
        return Question(self._moves, "\n".join(steps), problem)

    def view(self, problem: Problem, steps: Sequence[str]) -> View:
        """Return the numbers left and the legal moves."""
        board = _play(problem, steps)
        numbers = tuple(map(str, board.numbers))
        reply = NUMBERS_LEFT.format(numbers=", ".join(numbers))
        return View(
            reply if board.is_legal else f"{ILLEGAL_MOVE} {reply}",
            {"numbers": numbers, "legal_moves": _choices(board.numbers)},
            len(numbers) < 2,
        )


class _Board(NamedTuple):
    """What is left after some moves.

    Attributes:
        numbers: The numbers, the newest last.
        expressions: How each of them was made.
        is_legal: Whether the last move was made; True if there was none.
    """

    numbers: tuple[Exact, ...]
    expressions: tuple[str, ...]
    is_legal: bool = True


class _Moves(Verifier):
    """Judges moves, one a line, by the last of them."""

    def __init__(self, final: Verifier) -> None:
        self.final = final

    def verify(self, answer: str, problem: Problem) -> Verdict:
        board = _play(problem, answer.split("\n"))
        if board.is_legal:
            reached = self.final.verify(f"A: {board.expressions[-1]}", problem)
            if reached.correct:
                return reached
        score = float(board.is_legal)
        steps = (StepScore(answer.rfind("\n") + 1, len(answer), score),)
        return Verdict(score, False, Reason.NO_ANSWER, steps=steps)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "moves", "final": self.final.to_dict()}


def _play(problem: Problem, moves: Sequence[str]) -> _Board:
    """Make the moves that are legal, one after the other."""
    board = _dealt(problem.gold)
    for move in moves:
        board = _after(board, move)
    return board


# All that was played before is played again at every step, and twice: when a move is judged
# and when the numbers left are shown. So the last boards are kept.
@lru_cache(maxsize=256)
def _dealt(gold: str) -> _Board:
    # Sorted, since the order of the gold answer would give away how it is built.
    numbers: tuple[Exact, ...] = tuple(sorted(leaves_of(parse_tree(gold))))
    return _Board(numbers, tuple(map(str, numbers)))


@lru_cache(maxsize=256)
def _after(board: _Board, move: str) -> _Board:
    left = apply_move(board.numbers, move)
    return board._replace(is_legal=False) if left is None else _moved(board, left)


_choices = lru_cache(maxsize=256)(legal_moves)


def _moved(board: _Board, left: tuple[Exact, ...]) -> _Board:
    """Return the board with these numbers left, of which the last is the new one."""
    expressions = list(zip(board.numbers, board.expressions, strict=True))
    kept = []
    for number in left[:-1]:
        place = next(at for at, (value, _) in enumerate(expressions) if value == number)
        kept.append(expressions.pop(place)[1])
    # Any operation on the two that are gone will do, if it comes to the new number.
    made = next(
        f"({first}{operator}{second})"
        for (one, first), (other, second) in (expressions, expressions[::-1])
        for operator in "+-*/"
        if operate(operator, one, other) == left[-1]
    )
    return _Board(left, (*kept, made))
