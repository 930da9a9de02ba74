"""Rows are grouped by length, within a limit of tokens."""

import pytest

from rethink_gym.agents.batching.lengths import length_groups

LENGTHS = dict(enumerate([5, 1, 9, 2, 2]))


@pytest.mark.parametrize(
    ("max_tokens", "groups"),
    [
        (1, [[1], [3], [4], [0], [2]]),  # a longer row is a group by itself
        (6, [[1, 3, 4], [0], [2]]),
        (20, [[1, 3, 4, 0], [2]]),  # padding counts: four rows of 5
        (45, [[1, 3, 4, 0, 2]]),
    ],
)
def test_groups_hold_similar_lengths_within_the_token_limit(
    max_tokens: int, groups: list[list[int]]
) -> None:
    assert list(length_groups(LENGTHS, max_tokens)) == groups


def test_no_rows_give_no_groups() -> None:
    assert list(length_groups({}, 6)) == []


def test_rows_keep_the_index_that_they_were_given() -> None:
    assert list(length_groups({7: 3, 2: 1}, 6)) == [[2, 7]]
