"""Metrics with their intervals, alone and against another policy's."""

import pytest
from tests.metrics.episodes import make_episode

from rethink_gym.episode import Episode
from rethink_gym.errors import ArgumentError
from rethink_gym.metrics.comparison import difference_intervals, metric_intervals
from rethink_gym.metrics.intervals import wilson_interval
from rethink_gym.metrics.turns import turn_metrics


def played(*answers: list[str]) -> list[Episode]:
    return [make_episode(pair, f"made/up/{index}") for index, pair in enumerate(answers)]


def test_every_metric_gets_an_interval_around_it() -> None:
    episodes = played(*[["5", "7"]] * 30, *[["7", "5"]] * 10, *[["7", "7"]] * 20)
    intervals = metric_intervals(episodes)
    scalars = turn_metrics(episodes).to_scalars()
    assert list(intervals) == list(scalars)
    for name, interval in intervals.items():
        assert interval.estimate == pytest.approx(scalars[name])
        assert interval.low < interval.estimate < interval.high
    assert intervals["i_to_c"] == wilson_interval(30, 60)


def test_a_paired_comparison_sees_a_gain_that_two_intervals_hide() -> None:
    hard = [["5", "5"]] * 45
    easy = [["7", "7"]] * 45
    before = played(*hard, *easy, *[["5", "5"]] * 10)
    after = played(*hard, *easy, *[["5", "7"]] * 10)
    alone = [metric_intervals(episodes)["accuracy@t2"] for episodes in (before, after)]
    assert alone[0].high > alone[1].low
    difference = difference_intervals(before, after)["accuracy@t2"]
    assert difference.estimate == pytest.approx(0.10)
    assert difference.excludes_zero


def test_nothing_changes_between_a_policy_and_itself() -> None:
    episodes = played(["5", "7"], ["7", "7"], ["5", "5"])
    for interval in difference_intervals(episodes, episodes).values():
        assert (interval.estimate, interval.low, interval.high) == (0.0, 0.0, 0.0)


def test_different_problems_cannot_be_paired() -> None:
    before = played(["5", "7"], ["7", "7"])
    with pytest.raises(ArgumentError, match="after must be of the same problems"):
        difference_intervals(before, before[::-1])
