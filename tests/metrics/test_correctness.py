"""Shares of right answers and how they move between turns."""

import numpy as np
import numpy.typing as npt
import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.metrics.correctness import accuracies, c_to_i, delta, fix_rate, i_to_c

# t1, t2, Δ, i→c, c→i in per cent: Kumar et al. 2024 (arXiv:2409.12917), the tables of
# MATH (500 problems) and of HumanEval (164 problems).
PUBLISHED = [
    pytest.param(500, 52.6, 41.4, -11.2, 4.6, 15.8, id="math-base"),
    pytest.param(500, 52.8, 51.8, -1.0, 3.2, 4.2, id="math-self-refine"),
    pytest.param(500, 55.4, 41.2, -14.2, 5.4, 19.6, id="math-star"),
    pytest.param(500, 53.6, 54.0, 0.4, 2.6, 2.2, id="math-star-plus"),
    pytest.param(500, 52.4, 54.2, 1.8, 5.4, 3.6, id="math-pair-sft"),
    pytest.param(500, 55.0, 55.0, 0.0, 0.0, 0.0, id="math-pair-sft-plus"),
    pytest.param(500, 60.0, 64.4, 4.4, 5.8, 1.4, id="math-score"),
    pytest.param(164, 53.7, 56.7, 3.0, 7.9, 4.9, id="humaneval-base"),
    pytest.param(164, 53.7, 52.5, -1.2, 9.8, 11.0, id="humaneval-self-refine"),
    pytest.param(164, 56.1, 54.3, -1.8, 4.3, 6.1, id="humaneval-pair-sft"),
    pytest.param(164, 52.4, 64.6, 12.2, 15.2, 3.0, id="humaneval-score"),
]


def answers(problems: int, t1: float, repaired: float, spoilt: float) -> npt.NDArray[np.bool_]:
    """Return two turns of answers with these shares, in per cent."""
    right, to_right, to_wrong = (round(problems * x / 100) for x in (t1, repaired, spoilt))
    is_correct = np.zeros((problems, 2), dtype=np.bool_)
    is_correct[:right, 0] = True
    is_correct[to_wrong : right + to_right, 1] = True
    return is_correct


@pytest.mark.parametrize(("problems", "t1", "t2", "gain", "repaired", "spoilt"), PUBLISHED)
def test_every_published_row_comes_out_of_answers_that_move_as_it_says(
    problems: int, t1: float, t2: float, gain: float, repaired: float, spoilt: float
) -> None:
    is_correct = answers(problems, t1, repaired, spoilt)
    rounding = 100 / problems  # the tables are rounded, and one problem is 0.2 or 0.6 points
    assert 100 * accuracies(is_correct) == pytest.approx([t1, t2], abs=rounding)
    assert 100 * delta(is_correct) == pytest.approx(gain, abs=rounding)
    assert 100 * i_to_c(is_correct) == pytest.approx(repaired, abs=rounding)
    assert 100 * c_to_i(is_correct) == pytest.approx(spoilt, abs=rounding)


@pytest.mark.parametrize(("problems", "t1", "t2", "gain", "repaired", "spoilt"), PUBLISHED)
def test_every_published_row_obeys_the_identity_of_the_second_turn(
    problems: int, t1: float, t2: float, gain: float, repaired: float, spoilt: float
) -> None:
    assert t2 == pytest.approx(t1 + repaired - spoilt, abs=0.101)
    assert gain == pytest.approx(t2 - t1, abs=0.101)


def test_the_published_fix_rates_come_out_of_the_published_rows() -> None:
    # SCoRe 14.5 %, base 9.7 %: worked out from the table of MATH.
    assert 100 * fix_rate(answers(500, 60.0, 5.8, 1.4)) == pytest.approx(14.5, abs=0.05)
    assert 100 * fix_rate(answers(500, 52.6, 4.6, 15.8)) == pytest.approx(9.7, abs=0.05)
    assert np.isnan(fix_rate(np.ones((3, 2), dtype=np.bool_)))


@pytest.mark.parametrize("seed", range(5))
def test_the_identity_of_the_second_turn_holds_for_any_answers(seed: int) -> None:
    is_correct = np.random.default_rng(seed).random((37, 3)) < 0.4
    for first, second in [(0, 1), (1, 2), (0, 2)]:
        moved = i_to_c(is_correct, first, second) - c_to_i(is_correct, first, second)
        assert delta(is_correct, first, second) == pytest.approx(moved, abs=1e-12)


def test_shares_of_four_problems_are_as_counted_by_hand() -> None:
    is_correct = np.array([[1, 1], [0, 1], [0, 1], [1, 0]], dtype=np.bool_)
    assert accuracies(is_correct).tolist() == [0.5, 0.75]
    assert delta(is_correct) == 0.25
    assert i_to_c(is_correct) == 0.5
    assert c_to_i(is_correct) == 0.25


@pytest.mark.parametrize(
    "is_correct",
    [np.zeros(3, dtype=np.bool_), np.zeros((0, 2), dtype=np.bool_), np.zeros((2, 2))],
    ids=["one axis", "no problem", "floats"],
)
@pytest.mark.parametrize("measure", [accuracies, delta, i_to_c, c_to_i])
def test_what_is_no_table_of_truth_values_is_refused(
    measure: object, is_correct: npt.NDArray[np.bool_]
) -> None:
    assert callable(measure)
    with pytest.raises(ArgumentError, match=r"is_correct must be truth values of shape"):
        measure(is_correct)
