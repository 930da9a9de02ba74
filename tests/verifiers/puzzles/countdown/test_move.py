"""The moves of Countdown."""

from fractions import Fraction
from random import Random

import pytest

from rethink_gym.verifiers.puzzles.countdown import apply_move, legal_moves
from rethink_gym.verifiers.puzzles.countdown.tree import Exact

HALF = Fraction(1, 2)


def test_all_moves_of_two_numbers_are_listed_once() -> None:
    assert legal_moves((4, 6)) == ("6+4=10", "6-4=2", "6*4=24", "6/4=3/2", "4/6=2/3")
    assert legal_moves((5, 5)) == ("5+5=10", "5-5=0", "5*5=25", "5/5=1")
    assert legal_moves((3, 0)) == ("3+0=3", "3-0=3", "3*0=0", "0/3=0")
    assert legal_moves((HALF, 3)) == (
        "3+(1/2)=7/2",
        "3-(1/2)=5/2",
        "3*(1/2)=3/2",
        "3/(1/2)=6",
        "(1/2)/3=1/6",
    )
    assert legal_moves((7,)) == ()


@pytest.mark.parametrize(
    ("numbers", "move", "left"),
    [
        ((4, 6, 9), "6*4=24", (9, 24)),
        ((4, 6, 9), " 4 × 6 = 24 ", (9, 24)),
        ((4, 6, 9), "4-6=-2", (9, -2)),
        ((9, -2), "9*(-2)=-18", (-18,)),
        ((4, 4, 9), "4/4=1", (9, 1)),
        ((6, 4), "6/4=3/2", (Fraction(3, 2),)),
        ((6, 4), "6/4=6/4", (Fraction(3, 2),)),
        ((HALF, 3), "3/(1/2)=6", (6,)),
        ((4, 6, 9), "6*4=25", None),
        ((4, 6, 9), "6*4", None),
        ((4, 6, 9), "6*5=30", None),
        ((4, 6, 9), "4+4=8", None),
        ((4, 6, 9), "6*4=24, 9-6=3", None),
        ((4, 0), "4/0=0", None),
        ((4, 6), "6*4=24/0", None),
        ((4, 6), "6**4=1296", None),
        ((4, 6), "46", None),
        ((4, 6), "", None),
        ((4, 6), "6*4=" + "2" * 5_000, None),
    ],
)
def test_a_move_is_applied_if_it_is_legal_and_correct(
    numbers: tuple[Exact, ...], move: str, left: tuple[Exact, ...] | None
) -> None:
    assert apply_move(numbers, move) == left


def test_every_listed_move_can_be_made_down_to_the_last_number() -> None:
    random = Random(0)
    for _ in range(60):
        numbers: tuple[Exact, ...] = tuple(random.randint(1, 100) for _ in range(6))
        while moves := legal_moves(numbers):
            for move in moves:
                left = apply_move(numbers, move)
                assert left is not None
                assert len(left) == len(numbers) - 1
                assert all(isinstance(n, int) or n.denominator > 1 for n in left)
            last = apply_move(numbers, random.choice(moves))
            assert last is not None
            numbers = last
        assert len(numbers) == 1
