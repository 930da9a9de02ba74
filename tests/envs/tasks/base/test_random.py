"""The promises of the random number generator of tasks."""

from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import pytest

from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.errors import ArgumentError

Draw = Callable[[TaskRNG], Any]


def chi_square(counts: Counter[Any], num_kinds: int) -> float:
    """Return the chi-square statistic of counts against the uniform distribution."""
    expected = counts.total() / num_kinds
    statistic = sum((count - expected) ** 2 / expected for count in counts.values())
    return statistic + (num_kinds - len(counts)) * expected


BOUNDS = [2, 3, 6, 10, 100, 129, 256, 257, 300, 1_000]


@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("in_bulk", [False, True])
def test_all_numbers_below_a_bound_are_equally_likely(bound: int, in_bulk: bool) -> None:
    rng = TaskRNG(f"uniform {bound}")
    num_draws = 200 * bound
    drawn = (
        [number for _ in range(num_draws // 8) for number in rng.integers(bound, size=8)]
        if in_bulk
        else [rng.randbelow(bound) for _ in range(num_draws)]
    )
    assert len(drawn) == num_draws
    freedom = bound - 1  # chi-square has this mean and twice this variance
    assert abs(chi_square(Counter(drawn), bound) - freedom) < 4 * (2 * freedom) ** 0.5
    pairs = Counter(
        (one % 2, other % 2) for one, other in zip(drawn[::2], drawn[1::2], strict=True)
    )
    if bound % 2 == 0:
        assert chi_square(pairs, 4) < 20


def test_large_numbers_are_equally_likely_in_every_digit() -> None:
    bound = 10**30
    rng = TaskRNG("large")
    texts = [f"{rng.randbelow(bound):030d}" for _ in range(2_000)]
    for digits in zip(*texts, strict=True):
        assert chi_square(Counter(digits), 10) < 40


def test_the_bytes_are_those_of_the_hash() -> None:
    rng = TaskRNG("a seed")
    first, second = (blake2b(b"a seed" + b"\0" * count).digest() for count in (0, 1))
    drawn = [rng.randbelow(256) for _ in range(128)]
    assert bytes(drawn) == first + second


@pytest.mark.parametrize(
    ("draw", "expected"),
    [
        (lambda rng: rng.randbelow(5), range(5)),
        (lambda rng: rng.randint(-2, 3), range(-2, 4)),
        (lambda rng: rng.randint(7, 7), [7]),
        (lambda rng: rng.randint(1_000, 1_299), range(1_000, 1_300)),
        (lambda rng: rng.randint_nonzero(3), [-3, -2, -1, 1, 2, 3]),
        (lambda rng: rng.choice("abc"), "abc"),
        (
            lambda rng: tuple(rng.sample("abcd", 2)),
            [(one, other) for one in "abcd" for other in "abcd" if one != other],
        ),
        (
            lambda rng: "".join(rng.permutation("abc")),
            ["abc", "acb", "bac", "bca", "cab", "cba"],
        ),
        (
            lambda rng: tuple(rng.integers(2, size=3)),
            [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)],
        ),
        (lambda rng: int(8 * rng.random()), range(8)),
    ],
)
def test_everything_that_can_be_drawn_is_equally_likely(draw: Draw, expected: Any) -> None:
    rng = TaskRNG("things")
    kinds = list(expected)
    counts = Counter(draw(rng) for _ in range(200 * len(kinds)))
    assert set(counts) == set(kinds)
    freedom = max(len(kinds) - 1, 1)
    assert chi_square(counts, len(kinds)) < freedom + 4 * (2 * freedom) ** 0.5


@pytest.mark.parametrize("alphabet", ["+", "+-", "+-*", "aab", "abcdefghijklmnopqrstuvwxyz"])
@pytest.mark.parametrize("count", [0, 1, 7, 33, 64, 200])
def test_letters_are_those_at_the_indices_that_integers_draws(alphabet: str, count: int) -> None:
    for seed in range(50):
        one, other = TaskRNG(f"letters {seed}"), TaskRNG(f"letters {seed}")
        for _ in range(3):
            indices = one.integers(len(alphabet), size=count)
            assert other.letters(alphabet, size=count) == "".join(
                alphabet[index] for index in indices
            )
            assert one.randbelow(256) == other.randbelow(256)


def test_random_floats_are_in_the_half_open_unit_interval() -> None:
    rng = TaskRNG("coin")
    floats = [rng.random() for _ in range(10_000)]
    assert 0 <= min(floats) < 0.001
    assert 0.999 < max(floats) < 1
    assert 1_850 < sum(value < 0.2 for value in floats) < 2_150


def test_the_same_seed_draws_the_same_and_another_one_does_not() -> None:
    drawn = [
        [TaskRNG(seed).integers(1_000_000, size=20) for _ in range(2)]
        for seed in ("a", "b", "a\0", "")
    ]
    assert all(one == other for one, other in drawn)
    assert len({tuple(one) for one, _ in drawn}) == 4


def test_a_sample_of_many_things_holds_each_once() -> None:
    rng = TaskRNG("many")
    numbers = range(-1_000_000, 1_000_001)
    drawn = rng.sample(numbers, 300)
    assert len(set(drawn)) == 300
    assert set(drawn) <= set(numbers)
    assert sorted(rng.permutation(range(300))) == list(range(300))


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda rng: rng.randbelow(0), "bound must be at least 1, got 0"),
        (lambda rng: rng.randbelow(-3), "bound must be at least 1, got -3"),
        (lambda rng: rng.randint(3, 2), r"high must be at least low \(3\), got 2"),
        (lambda rng: rng.randint(300, 2), r"high must be at least low \(300\), got 2"),
        (lambda rng: rng.randint_nonzero(0), "max_abs must be at least 1, got 0"),
        (lambda rng: rng.integers(0, size=2), "bound must be at least 1, got 0"),
        (lambda rng: rng.letters("", size=2), "bound must be at least 1, got 0"),
        (lambda rng: rng.choice(""), "items must be a non-empty sequence, got ''"),
        (lambda rng: rng.sample("abc", 4), "k must be from 0 to 3, the number of items, got 4"),
        (lambda rng: rng.sample("abc", -1), "k must be from 0 to 3, the number of items, got -1"),
    ],
)
def test_a_draw_from_nothing_is_refused(draw: Draw, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        draw(TaskRNG("nothing"))


def test_a_draw_of_nothing_uses_no_randomness() -> None:
    rng = TaskRNG("nothing")
    assert rng.integers(10, size=0) == rng.integers(1_000, size=0) == []
    assert rng.sample("abc", 0) == []
    assert rng.randbelow(256) == TaskRNG("nothing").randbelow(256)
    assert rng.integers(1, size=3) == [0, 0, 0]
