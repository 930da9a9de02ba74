"""Metrics with their intervals, alone and against another policy's."""

import pytest
from tests.metrics.episodes import make_episode

from rethink_gym.episode import Episode
from rethink_gym.metrics.comparison import value_differences, value_intervals
from rethink_gym.metrics.intervals import Interval, wilson_interval
from rethink_gym.metrics.turns import problem_values, turn_metrics


def played(*answers: list[str]) -> list[Episode]:
    return [make_episode(pair, f"made/up/{index}") for index, pair in enumerate(answers)]


def differences(before: list[Episode], after: list[Episode]) -> dict[str, Interval]:
    return value_intervals(value_differences(problem_values(before), problem_values(after)))


def test_every_metric_gets_an_interval_around_it() -> None:
    episodes = played(*[["5", "7"]] * 30, *[["7", "5"]] * 10, *[["7", "7"]] * 20)
    intervals = value_intervals(problem_values(episodes))
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
    alone = [value_intervals(problem_values(each))["accuracy@t2"] for each in (before, after)]
    assert alone[0].high > alone[1].low
    difference = differences(before, after)["accuracy@t2"]
    assert difference.estimate == pytest.approx(0.10)
    assert difference.excludes_zero


def test_nothing_changes_between_a_policy_and_itself() -> None:
    episodes = played(["5", "7"], ["7", "7"], ["5", "5"])
    for interval in differences(episodes, episodes).values():
        assert (interval.estimate, interval.low, interval.high) == (0.0, 0.0, 0.0)


def test_only_metrics_that_both_policies_have_are_compared() -> None:
    one_turn, two_turns = played(["5"], ["7"]), played(["5", "7"], ["7", "7"])
    assert list(differences(one_turn, two_turns)) == ["accuracy@t1"]
