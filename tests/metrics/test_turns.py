"""What is measured of episodes."""

import json
import math

import pytest
from tests.metrics.episodes import make_episode

from rethink_gym.conversation import Completion
from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import ArgumentError
from rethink_gym.metrics.turns import TurnMetrics, problem_values, reason_counts, turn_metrics
from rethink_gym.verdict import Reason, Verdict


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


def test_an_episode_that_ended_early_stands_by_its_answer() -> None:
    metrics = turn_metrics([make_episode(["7"]), make_episode(["5", "6", "7"])])
    assert metrics.accuracies == (0.5, 0.5, 1.0)
    assert metrics.changed == 0.5


def test_a_single_turn_has_an_accuracy_and_nothing_else() -> None:
    metrics = turn_metrics([make_episode(["7"]), make_episode(["5"])])
    assert metrics.to_scalars() == {"accuracy@t1": 0.5}
    assert (metrics.delta, metrics.changed, metrics.edit_ratio) == (0.0, 0.0, 0.0)


def test_the_fix_rate_counts_wrong_first_answers_only() -> None:
    wrong_and_right = [make_episode(["5", "7"]), make_episode(["5", "5"]), make_episode(["7", "7"])]
    assert turn_metrics(wrong_and_right).fix_rate == pytest.approx(0.5)
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


def test_an_episode_that_was_not_judged_is_refused() -> None:
    episode = Episode("made/up/1", (Turn("?", Completion("A: 7"), 0.0, True, False),))
    with pytest.raises(ArgumentError, match="environment that judges"):
        turn_metrics([episode])
