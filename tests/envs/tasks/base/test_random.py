"""The promises of the source of chance."""

from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import pytest

from rethink_gym.envs.tasks.base.random import Chance
from rethink_gym.errors import ArgumentError

Draw = Callable[[Chance], Any]


def chi_square(counts: Counter[Any], num_kinds: int) -> float:
    """Return how far counts are from all being equal."""
    expected = counts.total() / num_kinds
    off = sum((count - expected) ** 2 / expected for count in counts.values())
    return off + (num_kinds - len(counts)) * expected


BOUNDS = [2, 3, 6, 10, 100, 129, 256, 257, 300, 1_000]


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("in_bulk", [False, True])
def test_all_numbers_below_a_bound_are_equally_likely(bound: int, in_bulk: bool) -> None:
    chance = Chance(f"uniform {bound}")
    num_draws = 200 * bound
    drawn = (
        [number for _ in range(num_draws // 8) for number in chance.numbers(bound, 8)]
        if in_bulk
        else [chance.below(bound) for _ in range(num_draws)]
    )
    assert len(drawn) == num_draws
    freedom = bound - 1  # the square has this mean and twice this variance
    assert abs(chi_square(Counter(drawn), bound) - freedom) < 4 * (2 * freedom) ** 0.5
    pairs = Counter(
        (one % 2, other % 2) for one, other in zip(drawn[::2], drawn[1::2], strict=True)
    )
    if bound % 2 == 0:
        assert chi_square(pairs, 4) < 20


def test_large_numbers_are_equally_likely_in_every_digit() -> None:
    bound = 10**30
    chance = Chance("large")
    texts = [f"{chance.below(bound):030d}" for _ in range(2_000)]
    for digits in zip(*texts, strict=True):
        assert chi_square(Counter(digits), 10) < 40


def test_the_bytes_are_those_of_the_hash() -> None:
    chance = Chance("a seed")
    first, second = (blake2b(b"a seed" + b"\0" * count).digest() for count in (0, 1))
    drawn = [chance.below(256) for _ in range(128)]
    assert bytes(drawn) == first + second


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        (lambda chance: chance.below(5), range(5)),
        (lambda chance: chance.between(-2, 3), range(-2, 4)),
        (lambda chance: chance.between(7, 7), [7]),
        (lambda chance: chance.between(1_000, 1_299), range(1_000, 1_300)),
        (lambda chance: chance.signed(3), [-3, -2, -1, 1, 2, 3]),
        (lambda chance: chance.one_of("abc"), "abc"),
        (
            lambda chance: tuple(chance.sample("abcd", 2)),
            [(one, other) for one in "abcd" for other in "abcd" if one != other],
        ),
        (
            lambda chance: "".join(chance.shuffled("abc")),
            ["abc", "acb", "bac", "bca", "cab", "cba"],
        ),
        (
            lambda chance: tuple(chance.numbers(2, 3)),
            [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)],
        ),
        (lambda chance: int(8 * chance.real()), range(8)),
        (lambda chance: chance.happens(0.5), [False, True]),
    ],
)
def test_everything_that_can_be_drawn_is_equally_likely(draw: Draw, expected: Any) -> None:
    chance = Chance("things")
    kinds = list(expected)
    counts = Counter(draw(chance) for _ in range(200 * len(kinds)))
    assert set(counts) == set(kinds)
    freedom = max(len(kinds) - 1, 1)
    assert chi_square(counts, len(kinds)) < freedom + 4 * (2 * freedom) ** 0.5


@pytest.mark.parametrize("alphabet", ["+", "+-", "+-*", "aab", "abcdefghijklmnopqrstuvwxyz"])
@pytest.mark.parametrize("count", [0, 1, 7, 33, 64, 200])
def test_letters_stand_at_the_places_that_numbers_draw(alphabet: str, count: int) -> None:
    for seed in range(50):
        one, other = Chance(f"letters {seed}"), Chance(f"letters {seed}")
        for _ in range(3):
            places = one.numbers(len(alphabet), count)
            assert other.letters(alphabet, count) == "".join(alphabet[place] for place in places)
            assert one.below(256) == other.below(256)


def test_a_biased_coin_falls_as_often_as_it_should() -> None:
    chance = Chance("coin")
    assert 1_850 < sum(chance.happens(0.2) for _ in range(10_000)) < 2_150
    assert not any(chance.happens(0.0) for _ in range(1_000))
    assert all(chance.happens(1.0) for _ in range(1_000))


def test_the_same_seed_draws_the_same_and_another_one_does_not() -> None:
    drawn = [
        [Chance(seed).numbers(1_000_000, 20) for _ in range(2)] for seed in ("a", "b", "a\0", "")
    ]
    assert all(one == other for one, other in drawn)
    assert len({tuple(one) for one, _ in drawn}) == 4


def test_a_sample_of_many_things_holds_each_once() -> None:
    chance = Chance("many")
    numbers = range(-1_000_000, 1_000_001)
    drawn = chance.sample(numbers, 300)
    assert len(set(drawn)) == 300
    assert set(drawn) <= set(numbers)
    assert sorted(chance.shuffled(range(300))) == list(range(300))


@pytest.mark.parametrize(
    "draw",
    [
        lambda chance: chance.below(0),
        lambda chance: chance.below(-3),
        lambda chance: chance.between(3, 2),
        lambda chance: chance.between(300, 2),
        lambda chance: chance.signed(0),
        lambda chance: chance.numbers(0, 2),
        lambda chance: chance.letters("", 2),
        lambda chance: chance.one_of(""),
        lambda chance: chance.sample("abc", 4),
        lambda chance: chance.sample("abc", -1),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw: Draw) -> None:
    with pytest.raises(ArgumentError):
        draw(Chance("nothing"))


def test_nothing_is_drawn_from_nothing() -> None:
    chance = Chance("nothing")
    assert chance.numbers(10, 0) == chance.numbers(1_000, 0) == []
    assert chance.sample("abc", 0) == []
    assert chance.below(256) == Chance("nothing").below(256)
    assert chance.numbers(1, 3) == [0, 0, 0]
