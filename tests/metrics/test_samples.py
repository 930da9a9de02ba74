"""pass@k, votes and reranking against counting and against numbers by hand."""

from itertools import combinations

import numpy as np
import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.metrics.samples import (
    crossover,
    majority_at_k,
    pass_at_k,
    rerank_at_k,
    sample_counts,
)


def table(*rows: str) -> "np.typing.NDArray[np.bool_]":
    return np.array([[letter == "1" for letter in row] for row in rows])


def test_pass_at_k_is_the_fraction_of_subsets_with_a_correct_sample() -> None:
    rows = ["000000", "100000", "110000", "111100", "111111"]
    for k in range(1, 7):
        counted = [np.mean(["1" in subset for subset in combinations(row, k)]) for row in rows]
        assert pass_at_k(table(*rows), k) == pytest.approx(counted)


def test_pass_at_k_is_unbiased_where_the_plug_in_is_not() -> None:
    correct = np.random.default_rng(0).random((40_000, 20)) < 0.1
    truth = 1 - 0.9**8
    assert pass_at_k(correct, 8).mean() == pytest.approx(truth, abs=0.005)
    plugged_in = (1 - (1 - correct.mean(axis=1)) ** 8).mean()
    assert plugged_in == pytest.approx(0.506, abs=0.005)  # well below 0.570


def test_pass_at_k_of_many_samples_is_exact() -> None:
    correct = np.zeros((1, 256), dtype=np.bool_)
    correct[0, :3] = True
    assert pass_at_k(correct, 128)[0] == pytest.approx(1 - 128 * 127 * 126 / (256 * 255 * 254))


@pytest.mark.parametrize(
    ("answers", "correct", "k", "is_won"),
    [
        ("aab", "a", 3, True),
        ("baa", "b", 3, False),
        ("ab", "a", 2, True),  # a tie: the first one
        ("ba", "a", 2, False),
        ("abc", "c", 3, False),
        ("abb", "b", 1, False),  # only the first one votes
        ("--a", "a", 3, True),  # a sample without an answer has no vote
        ("---", "", 3, False),
        ("abba", "b", 4, False),
        ("abba", "a", 4, True),
    ],
)
def test_votes(answers: str, correct: str, k: int, is_won: bool) -> None:
    given = [[None if answer == "-" else answer for answer in answers]]
    is_correct = np.array([[answer in correct and answer != "-" for answer in answers]])
    assert majority_at_k(given, is_correct, k).tolist() == [is_won]


def test_reranking_takes_the_best_scored_of_the_first_k() -> None:
    is_correct = table("0101", "1000")
    scores = [[0.1, 0.5, 0.9, 0.2], [0.3, 0.3, 0.1, 0.9]]
    assert rerank_at_k(is_correct, scores, 1).tolist() == [False, True]
    assert rerank_at_k(is_correct, scores, 2).tolist() == [True, True]  # of equals the first
    assert rerank_at_k(is_correct, scores, 4).tolist() == [False, False]


@pytest.mark.parametrize(
    ("base", "trained", "k"),
    [
        ({1: 0.2, 2: 0.4, 4: 0.6}, {1: 0.5, 2: 0.5, 4: 0.5}, 4),
        ({1: 0.5, 2: 0.6}, {1: 0.5, 2: 0.7}, 1),
        ({1: 0.2, 2: 0.4}, {1: 0.5, 2: 0.5}, None),
        ({1: 0.2, 8: 0.9}, {1: 0.5, 4: 0.5}, None),  # never measured at one k
    ],
)
def test_where_the_base_catches_up(
    base: dict[int, float], trained: dict[int, float], k: int | None
) -> None:
    assert crossover(base, trained) == k


@pytest.mark.parametrize(
    ("num_samples", "counts"), [(1, (1,)), (2, (1, 2)), (6, (1, 2, 4, 6)), (8, (1, 2, 4, 8))]
)
def test_the_counts_to_measure_at(num_samples: int, counts: tuple[int, ...]) -> None:
    assert sample_counts(num_samples) == counts


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pass_at_k(table("01"), 3), r"k must be at most the number of samples \(2\)"),
        (lambda: pass_at_k(table("01"), 0), "k must be a whole number of at least 1"),
        (lambda: pass_at_k(np.zeros(2, dtype=np.bool_), 1), "is_correct must be booleans"),
        (lambda: majority_at_k([["a"]], table("01"), 1), "answers must be of shape"),
        (lambda: rerank_at_k(table("01"), [[0.0]], 1), "scores must be of shape"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(ArgumentError, match=message):
        call()
