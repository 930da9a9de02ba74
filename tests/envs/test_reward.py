"""The promises of the reward schemes."""

from itertools import product

import pytest

from rethink_gym.envs.reward import REWARDS, make_reward
from rethink_gym.errors import ArgumentError
from rethink_gym.verdict import Reason, Verdict


def play(scheme: str, scores: tuple[float, ...]) -> list[float]:
    """Return what each attempt earns in an episode with these scores."""
    reward = make_reward(scheme, max_attempts=len(scores))
    verdicts = [Verdict(score, score == 1.0, Reason.EQUAL) for score in scores]
    return [reward(verdicts[: attempt + 1]) for attempt in range(len(scores))]


@pytest.mark.parametrize(
    ("scheme", "scores", "rewards"),
    [
        ("sparse", (1.0,), [1.0]),
        ("sparse", (1.0, 0.0, 0.5), [0.0, 0.0, 0.5]),
        ("per_attempt", (1.0, 0.0, 0.5), [1.0, 0.0, 0.5]),
        ("progress", (1.0, 0.0, 0.5), [1.0, -1.0, 0.5]),
        ("progress", (0.0, 1.0), [0.0, 1.0]),
    ],
)
def test_each_scheme_pays_as_it_says(
    scheme: str, scores: tuple[float, ...], rewards: list[float]
) -> None:
    assert play(scheme, scores) == rewards


@pytest.mark.parametrize("scheme", REWARDS)
@pytest.mark.parametrize("num_attempts", [1, 2, 3, 4])
def test_being_wrong_first_never_pays(scheme: str, num_attempts: int) -> None:
    at_once = sum(play(scheme, (1.0,) * num_attempts))
    for later in product((0.0, 1.0), repeat=num_attempts - 1):
        wrong_first = sum(play(scheme, (0.0, *later)))
        assert wrong_first <= sum(play(scheme, (1.0, *later)))
        assert wrong_first <= at_once


@pytest.mark.parametrize("scores", list(product((0.0, 0.25, 1.0), repeat=3)))
def test_progress_adds_up_to_the_last_score(scores: tuple[float, ...]) -> None:
    assert sum(play("progress", scores)) == scores[-1]


def test_an_unknown_scheme_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'sparse'"):
        make_reward("sparce", 2)
