import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.agents.step_label import balanced_mask, cut_steps, monte_carlo_values
from rethink_gym.errors import ArgumentError
from rethink_gym.verifiers.steps.splitting import split_steps


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1+1=2\n2+2=4\nA: 4", ["1+1=2\n", "2+2=4\n", "A: 4"]),
        ("1+1=2\n\n  A: 2 \n", ["1+1=2\n\n  ", "A: 2"]),
        ("A: 4", ["A: 4"]),
        ("It is two. So it is.", ["It is two. ", "So it is."]),
        ("Step 1: a\nb\nStep 2: c", ["Step 1: a\nb\n", "Step 2: c"]),
        ("\n A: 4", ["\n A: 4"]),
        ("", [""]),
        (" \n", [""]),
    ],
)
def test_a_solution_is_cut_where_its_steps_begin(text: str, steps: list[str]) -> None:
    assert cut_steps(text) == steps


@given(st.text(alphabet="ab. \n\t", max_size=30))
def test_the_pieces_make_up_the_text_and_only_the_last_ends_it(text: str) -> None:
    pieces = cut_steps(text)
    assert "".join(pieces) == text.rstrip()
    assert all(piece != piece.rstrip() for piece in pieces[:-1])
    assert pieces[-1] == pieces[-1].rstrip()
    assert len(pieces) == max(len(split_steps(text)), 1)


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
    with pytest.raises(ArgumentError, match="good_share must be in"):
        balanced_mask([True], share, np.random.default_rng(0))
