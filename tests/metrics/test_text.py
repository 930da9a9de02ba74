"""Distances between texts against a table of distances filled in cell by cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.metrics.text import edit_distance, edit_ratio

TEXTS = st.text(alphabet="abç 😀", max_size=80)


def distance_by_table(first: str, second: str) -> int:
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(second, 1):
            diagonal, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right)),
            )
    return row[-1]


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("kitten", "sitting", 3),
        ("intention", "execution", 5),
        ("a" * 1000, "b" * 1000, 1000),
    ],
)
def test_known_distances(first: str, second: str, distance: int) -> None:
    assert edit_distance(first, second) == distance


@given(TEXTS, TEXTS)
def test_distances_are_those_of_the_plain_table(first: str, second: str) -> None:
    assert edit_distance(first, second) == distance_by_table(first, second)


@given(TEXTS, TEXTS)
def test_ratios_are_symmetric_and_between_zero_and_one(first: str, second: str) -> None:
    ratio = edit_ratio(first, second)
    assert ratio == edit_ratio(second, first)
    assert 0.0 <= ratio <= 1.0
    assert (ratio == 0.0) is (first == second)
