"""How widely a policy searches, by hand."""

import math

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.metrics.exploration import (
    answer_entropy,
    coverage,
    distinct_answers,
    distinct_solutions,
    effective_number,
    support_change,
    token_entropy,
)


def test_answers_are_counted_without_samples_that_have_none() -> None:
    assert distinct_answers(["7", "8", "7", None]) == 2
    assert distinct_answers([None]) == 0


def test_solutions_are_counted_in_their_canonical_form() -> None:
    texts = ["2 + 3 = 5", "3 + 2 = 5", "2 +  3 = 5", "no idea"]

    def summands(text: str) -> tuple[str, ...] | None:
        left = text.partition("=")[0]
        return tuple(sorted(left.split())) if "=" in text else None

    assert distinct_solutions(texts) == 3
    assert distinct_solutions(texts, summands) == 1


def test_coverage_counts_correct_solutions_only() -> None:
    assert coverage(["a", "a", "c", "wrong"], {"a", "b", "c", "d"}) == 0.5
    with pytest.raises(ArgumentError, match="every must be one or more"):
        coverage(["a"], [])


@pytest.mark.parametrize(
    ("answers", "entropy", "number"),
    [
        ("aaaa", 0.0, 1.0),
        ("ab", math.log(2), 2.0),
        ("abcd", math.log(4), 4.0),
        ("aaab", 0.562335, 1.754765),  # -(3/4 ln 3/4 + 1/4 ln 1/4)
        ("", 0.0, 1.0),
    ],
)
def test_answer_entropy(answers: str, entropy: float, number: float) -> None:
    assert answer_entropy(answers) == pytest.approx(entropy, abs=1e-6)
    assert effective_number(answers) == pytest.approx(number, abs=1e-5)


def test_token_entropy_is_the_mean_surprise() -> None:
    assert token_entropy([(-1.0, -2.0), (), (-3.0,)]) == pytest.approx(2.0)
    assert math.isnan(token_entropy([(), ()]))


@pytest.mark.parametrize(
    ("base", "trained", "numbers"),
    [
        ("abcd", "abce", (3 / 4, 1 / 4, 3 / 8, 0.0)),
        ("abcd", "ab", (1 / 2, 0.0, 0.0, -1 / 2)),
        ("ab", "abcd", (1.0, 1 / 2, 2 / 3, 1 / 2)),
        ("", "ab", (math.nan, 1.0, 0.0, 1.0)),
        ("ab", "", (0.0, math.nan, 0.0, -1.0)),
        ("", "", (math.nan, math.nan, 0.0, 0.0)),
    ],
)
def test_the_change_of_the_support(base: str, trained: str, numbers: tuple[float, ...]) -> None:
    change = support_change(set(base), set(trained))
    found = (change.retention, change.discovery, change.balance, change.net_change)
    assert found == pytest.approx(numbers, nan_ok=True)
