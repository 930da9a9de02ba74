import numpy as np
import pytest

from rethink_gym.agents.algorithms.rcrl_labels import balanced_mask, monte_carlo_values
from rethink_gym.errors import ArgumentError


def test_the_value_of_a_step_is_the_mean_return_of_what_begins_with_it() -> None:
    solutions = [["a\n", "b\n", "c"], ["a \n", "b\n", "d"], ["a\n", "e"], ["f"]]
    values = monte_carlo_values(solutions, [1.0, 0.0, 0.0, 1.0])
    assert values == [[1 / 3, 0.5, 1.0], [1 / 3, 0.5, 0.0], [1 / 3, 0.0], [1.0]]


def test_the_same_step_behind_other_steps_is_another_one() -> None:
    assert monte_carlo_values([["a", "c"], ["b", "c"]], [1.0, 0.0]) == [[1.0, 1.0], [0.0, 0.0]]


def test_every_solution_has_its_return() -> None:
    with pytest.raises(ArgumentError, match="returns must be of length 1, got 2"):
        monte_carlo_values([["a"]], [1.0, 0.0])


@pytest.mark.parametrize(
    ("num_good", "num_bad", "share", "chosen"),
    [
        (8, 2, 0.5, (2, 2)),
        (2, 8, 0.5, (2, 2)),
        (9, 3, 0.6, (4, 3)),
        (1, 9, 0.1, (1, 9)),
        (5, 0, 0.5, (5, 0)),
        (0, 5, 0.5, (0, 5)),
    ],
)
def test_as_many_steps_as_possible_are_chosen_in_the_share_asked_for(
    num_good: int, num_bad: int, share: float, chosen: tuple[int, int]
) -> None:
    is_good = [True] * num_good + [False] * num_bad
    mask = balanced_mask(is_good, share, np.random.default_rng(0))
    assert (sum(mask[:num_good]), sum(mask[num_good:])) == chosen


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0])
def test_a_share_of_all_or_nothing_is_refused(share: float) -> None:
    with pytest.raises(ArgumentError, match="good_frac must be in"):
        balanced_mask([True], share, np.random.default_rng(0))
