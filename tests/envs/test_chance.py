"""Drawing one number or thing at a time."""

from collections import Counter
from random import Random

import pytest

from rethink_gym.envs.chance import draw_between, draw_one, draw_signed
from rethink_gym.envs.task import draw_numbers


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 8), (-5, 5), (3, 18), (1, 1_000)])
def test_numbers_between_bounds_are_those_that_are_drawn_in_bulk(low: int, high: int) -> None:
    one, other = Random(7), Random(7)
    drawn = [draw_between(one, low, high) for _ in range(200)]
    assert drawn == [low + number for number in draw_numbers(other, high - low + 1, 200)]
    assert min(drawn) >= low
    assert max(drawn) <= high


def test_signed_numbers_are_all_equally_likely_but_zero() -> None:
    random = Random(1)
    counts = Counter(draw_signed(random, 3) for _ in range(6_000))
    assert sorted(counts) == [-3, -2, -1, 1, 2, 3]
    assert all(850 < count < 1_150 for count in counts.values())


def test_every_item_is_drawn() -> None:
    random = Random(2)
    assert {draw_one(random, "abc") for _ in range(100)} == set("abc")
