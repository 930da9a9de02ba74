"""Countdown as moves: each replaces two of the numbers with the result of an operation."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from rethink_gym.envs.prompt import ILLEGAL_MOVE, MOVE_FORMAT, NUMBERS_LEFT
from rethink_gym.envs.steps.rules import StepRules, StepView
from rethink_gym.envs.text_env import Question
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, StepScore, Verdict
from rethink_gym.verifiers.puzzles.countdown import apply_move, legal_moves, parse_tree
from rethink_gym.verifiers.puzzles.countdown.tree import Exact, leaves_of, operate
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["MoveRules"]


class MoveRules(StepRules):
    """Steps are moves such as ``6*4=24``.

    A legal move scores 1. The moves solve the problem when the verifier of the problem
    accepts the expression that they build. A text that is not a legal move scores 0 and
    changes nothing. The info has ``numbers``, the numbers left, as texts, and
    ``legal_moves``, all moves that are possible now.

    Args:
        final: The verifier of the problem.
    """

    instructions: ClassVar = MOVE_FORMAT

    def __init__(self, final: Verifier) -> None:
        self._verifier = _MoveVerifier(final)

    def question(self, problem: Problem, steps: Sequence[str]) -> Question:
        """Ask for a verdict on the newest move."""
        return Question(self._verifier, "\n".join(steps), problem)

    def view(self, problem: Problem, steps: Sequence[str]) -> StepView:
        """Return the numbers left and the legal moves."""
        board = _board_after(problem, steps)
        numbers = tuple(map(str, board.numbers))
        reply = NUMBERS_LEFT.format(numbers=", ".join(numbers))
        return StepView(
            reply if board.is_legal else f"{ILLEGAL_MOVE} {reply}",
            {"numbers": numbers, "legal_moves": _legal_moves(board.numbers)},
            len(numbers) < 2,
        )


class _Board(NamedTuple):
    """The state of a game after some moves.

    Attributes:
        numbers: The numbers left, the newest last.
        expressions: The expression that each of them was computed by.
        is_legal: Whether the last move was legal; True at the start.
    """

    numbers: tuple[Exact, ...]
    expressions: tuple[str, ...]
    is_legal: bool = True


class _MoveVerifier(Verifier):
    """Verify moves, one per line, by the last of them."""

    def __init__(self, final: Verifier) -> None:
        self.final = final

    def verify(self, answer: str, problem: Problem) -> Verdict:
        board = _board_after(problem, answer.split("\n"))
        if board.is_legal:
            verdict = self.final.verify(f"A: {board.expressions[-1]}", problem)
            if verdict.correct:
                return verdict
        score = float(board.is_legal)
        steps = (StepScore(answer.rfind("\n") + 1, len(answer), score),)
        return Verdict(score, False, Reason.NO_ANSWER, steps=steps)

    def to_dict(self) -> dict[str, Any]:
        return {"type": "moves", "final": self.final.to_dict()}


def _board_after(problem: Problem, moves: Sequence[str]) -> _Board:
    """Play the moves in order; illegal ones change nothing."""
    # Every step replays all earlier moves, twice: to verify the move and to show the
    # numbers left. Caching each board makes that cheap.
    board = _first_board(problem.gold)
    for move in moves:
        board = _next_board(board, move)
    return board


@lru_cache(maxsize=256)
def _first_board(gold: str) -> _Board:
    # Sorted, since the order in the gold answer would reveal how it is built.
    numbers: tuple[Exact, ...] = tuple(sorted(leaves_of(parse_tree(gold))))
    return _Board(numbers, tuple(map(str, numbers)))


@lru_cache(maxsize=256)
def _next_board(board: _Board, move: str) -> _Board:
    numbers = apply_move(board.numbers, move)
    if numbers is None:
        return board._replace(is_legal=False)
    return _Board(numbers, _expressions_of(board, numbers))


_legal_moves = lru_cache(maxsize=256)(legal_moves)


def _expressions_of(board: _Board, numbers: tuple[Exact, ...]) -> tuple[str, ...]:
    """Return the expressions of the numbers after a legal move, of which the last is new."""
    unused = list(zip(board.numbers, board.expressions, strict=True))
    kept = []
    for number in numbers[:-1]:
        index = next(at for at, (value, _) in enumerate(unused) if value == number)
        kept.append(unused.pop(index)[1])
    # Two numbers are unused: those of the move. Any operation on them will do, if its
    # result is the new number.
    new = next(
        f"({left}{operator}{right})"
        for (left_value, left), (right_value, right) in (unused, unused[::-1])
        for operator in "+-*/"
        if operate(operator, left_value, right_value) == numbers[-1]
    )
    return (*kept, new)
