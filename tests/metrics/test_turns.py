"""Metrics of turns, by hand and against published tables."""

import json
import math
from functools import cache

import numpy as np
import pytest
from tests.metrics.episodes import make_episode

from rethink_gym.conversation import Completion
from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import ArgumentError
from rethink_gym.metrics.turns import TurnMetrics, problem_values, reason_counts, turn_metrics
from rethink_gym.verdict import Reason, Verdict

# t1, t2, Δ, i→c, c→i in percent: Kumar et al. 2024 (arXiv:2409.12917), the tables of
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


@cache
def measured(problems: int, t1: float, i_to_c: float, c_to_i: float) -> TurnMetrics:
    """Return the metrics of two turns whose answers move by these percentages."""
    correct, corrected, spoilt = (round(problems * x / 100) for x in (t1, i_to_c, c_to_i))
    answers = (
        [["7", "5"]] * spoilt
        + [["7", "7"]] * (correct - spoilt)
        + [["5", "7"]] * corrected
        + [["5", "5"]] * (problems - correct - corrected)
    )
    return turn_metrics([make_episode(pair) for pair in answers])


@pytest.mark.parametrize(("problems", "t1", "t2", "gain", "i_to_c", "c_to_i"), PUBLISHED)
def test_every_published_row_comes_out_of_answers_that_move_by_its_numbers(
    problems: int, t1: float, t2: float, gain: float, i_to_c: float, c_to_i: float
) -> None:
    metrics = measured(problems, t1, i_to_c, c_to_i)
    rounding = 100 / problems  # the tables are rounded, and one problem is 0.2 or 0.6 points
    assert [100 * x for x in metrics.accuracies] == pytest.approx([t1, t2], abs=rounding)
    assert 100 * metrics.delta == pytest.approx(gain, abs=rounding)
    assert 100 * metrics.i_to_c == pytest.approx(i_to_c, abs=rounding)
    assert 100 * metrics.c_to_i == pytest.approx(c_to_i, abs=rounding)
    # The published numbers themselves obey the identity of the second turn.
    assert t2 == pytest.approx(t1 + i_to_c - c_to_i, abs=0.101)
    assert gain == pytest.approx(t2 - t1, abs=0.101)


def test_the_published_fix_rates_come_out_of_the_published_rows() -> None:
    # SCoRe 14.5 %, base 9.7 %: worked out from the table of MATH.
    assert 100 * measured(500, 60.0, 5.8, 1.4).fix_rate == pytest.approx(14.5, abs=0.05)
    assert 100 * measured(500, 52.6, 4.6, 15.8).fix_rate == pytest.approx(9.7, abs=0.05)


@pytest.mark.parametrize("num_turns", [1, 2, 3])
def test_the_gain_is_what_was_corrected_less_what_was_spoilt(num_turns: int) -> None:
    is_correct = np.random.default_rng(0).random((37, num_turns)) < 0.4
    metrics = turn_metrics([make_episode(["7" if c else "5" for c in row]) for row in is_correct])
    assert metrics.accuracies == pytest.approx(tuple(is_correct.mean(axis=0)))
    assert metrics.delta == pytest.approx(metrics.i_to_c - metrics.c_to_i, abs=1e-12)


def test_the_metrics_of_four_episodes_are_as_counted_by_hand() -> None:
    episodes = [
        make_episode(["7", "7"]),
        make_episode(["5", "7"]),
        make_episode(["7", "8"]),
        make_episode([None, None]),
    ]
    assert turn_metrics(episodes) == TurnMetrics(
        num_problems=4,
        accuracies=(0.5, 0.5),
        i_to_c=0.25,
        c_to_i=0.25,
        changed=0.5,
        edit_ratio=2 * (1 / 8) / 4,  # one of "A: 7"'s four characters, twice
    )


def test_the_last_answer_of_a_short_episode_counts_for_the_missing_turns() -> None:
    metrics = turn_metrics([make_episode(["7"]), make_episode(["5", "6", "7"])])
    assert metrics.accuracies == (0.5, 0.5, 1.0)
    assert metrics.changed == 0.5


def test_a_single_turn_has_an_accuracy_and_nothing_else() -> None:
    metrics = turn_metrics([make_episode(["7"]), make_episode(["5"])])
    assert metrics.to_scalars() == {"accuracy@t1": 0.5}
    assert (metrics.delta, metrics.changed, metrics.edit_ratio) == (0.0, 0.0, 0.0)


def test_the_fix_rate_counts_incorrect_first_answers_only() -> None:
    episodes = [make_episode(["5", "7"]), make_episode(["5", "5"]), make_episode(["7", "7"])]
    assert turn_metrics(episodes).fix_rate == pytest.approx(0.5)
    assert math.isnan(turn_metrics([make_episode(["7", "7"])]).fix_rate)


def test_scalars_are_the_means_of_the_problems_values() -> None:
    episodes = [make_episode(a) for a in (["7", "5"], ["5", "7"], ["5", "6"], ["7", "7"])]
    scalars = turn_metrics(episodes).to_scalars()
    values = problem_values(episodes)
    assert list(scalars) == list(values)
    assert scalars == pytest.approx({name: value.mean() for name, value in values.items()})


def test_metrics_round_trip_through_json() -> None:
    metrics = turn_metrics([make_episode(["5", "7"])])
    assert TurnMetrics.from_dict(json.loads(json.dumps(metrics.to_dict()))) == metrics


def test_a_failing_verifier_is_counted_and_not_hidden() -> None:
    broken = Verdict(0.0, False, Reason.ERROR)
    episode = Episode("made/up/1", (Turn("?", Completion("A: 7"), 0.0, True, False, broken),))
    episodes = [make_episode(["7"]), make_episode([None]), episode]
    assert turn_metrics(episodes).num_errors == 1
    assert reason_counts(episodes) == ({Reason.EQUAL: 1, Reason.NO_ANSWER: 1, Reason.ERROR: 1},)


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(ArgumentError, match="episodes must be one or more episodes"):
        turn_metrics([])


def test_an_episode_that_was_not_verified_is_refused() -> None:
    episode = Episode("made/up/1", (Turn("?", Completion("A: 7"), 0.0, True, False),))
    with pytest.raises(ArgumentError, match="environment that verifies"):
        turn_metrics([episode])
