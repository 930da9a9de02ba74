"""The promises of the reward schemes."""

from collections.abc import Sequence
from itertools import product

import pytest

from rethink_gym.envs.reward import REWARDS, make_reward
from rethink_gym.errors import ArgumentError
from rethink_gym.verdict import Reason, StepScore, Verdict

GAMMAS = (1.0, 0.9, 0.5, 0.01)
KINDS = {
    "incorrect": Verdict(0.0, False, Reason.DIFFERENT),
    "incorrect, well worked": Verdict(
        0.0, False, Reason.DIFFERENT, steps=(StepScore(0, 1, 1.0), StepScore(1, 2, None))
    ),
    "nearly correct": Verdict(0.9, False, Reason.DIFFERENT),
    "correct, badly worked": Verdict(1.0, True, Reason.EQUAL, steps=(StepScore(0, 1, 0.0),)),
    "correct enough": Verdict(0.8, True, Reason.EQUAL),
    "correct": Verdict(1.0, True, Reason.EQUAL),
}
PERFECT = KINDS["correct"]


def play(
    scheme: str, verdicts: Sequence[Verdict], max_attempts: int, stop_when_correct: bool = False
) -> list[float]:
    """Return the reward of each attempt until the episode ends."""
    reward = make_reward(scheme, max_attempts, stop_when_correct=stop_when_correct)
    rewards: list[float] = []
    for attempt, verdict in enumerate(verdicts[:max_attempts], start=1):
        rewards.append(reward(verdicts[:attempt]))
        if stop_when_correct and verdict.correct and verdict.score == 1.0:
            break
    return rewards


def discounted_return(rewards: Sequence[float], gamma: float) -> float:
    return sum(reward * gamma**turn for turn, reward in enumerate(rewards))


def graded(*scores: float) -> list[Verdict]:
    return [Verdict(score, score == 1.0, Reason.EQUAL) for score in scores]


@pytest.mark.parametrize(
    ("scheme", "stop", "scores", "rewards"),
    [
        ("sparse", False, (1.0,), [1.0]),
        ("sparse", False, (1.0, 0.0, 0.5), [0.0, 0.0, 0.5]),
        ("sparse", True, (0.5, 1.0, 0.5), [0.0, 1.0]),
        ("per_attempt", False, (1.0, 0.0, 0.5), [1.0, 0.0, 0.5]),
        ("per_attempt", True, (1.0, 0.0, 0.5), [3.0]),
        ("per_attempt", True, (0.5, 1.0, 0.5), [0.5, 2.0]),
        ("progress", False, (1.0, 0.0, 0.5), [1.0, -1.0, 0.5]),
        ("progress", False, (0.0, 1.0), [0.0, 1.0]),
        ("progress", True, (0.5, 1.0, 0.5), [0.5, 0.5]),
        ("dense", False, (1.0, 0.0, 0.5), [1.0, 0.0, 0.25]),
        ("dense", True, (0.5, 1.0, 0.5), [0.25, 2.0]),
    ],
)
def test_each_scheme_rewards_as_documented(
    scheme: str, stop: bool, scores: tuple[float, ...], rewards: list[float]
) -> None:
    assert play(scheme, graded(*scores), len(scores), stop) == rewards


@pytest.mark.parametrize(
    ("kind", "reward"),
    [
        ("incorrect", 0.0),
        ("incorrect, well worked", 0.5),
        ("correct, badly worked", 0.5),
        ("correct", 1.0),
        ("correct enough", 0.9),
    ],
)
def test_dense_rewards_half_for_the_answer_and_half_for_the_known_steps(
    kind: str, reward: float
) -> None:
    assert play("dense", [KINDS[kind]], 1) == [reward]


@pytest.mark.parametrize("stop", [False, True])
@pytest.mark.parametrize("scheme", REWARDS)
@pytest.mark.parametrize("num_attempts", [1, 2, 3, 4])
def test_being_wrong_first_never_pays(scheme: str, num_attempts: int, stop: bool) -> None:
    for gamma, verdicts in product(GAMMAS, product(KINDS.values(), repeat=num_attempts)):
        before = discounted_return(play(scheme, verdicts, num_attempts, stop), gamma)
        for turn, verdict in enumerate(verdicts):
            if verdict.correct:
                continue
            mended = [*verdicts[:turn], PERFECT, *verdicts[turn + 1 :]]
            after = discounted_return(play(scheme, mended, num_attempts, stop), gamma)
            assert after >= before - 1e-9


@pytest.mark.parametrize("stop", [False, True])
@pytest.mark.parametrize("scheme", REWARDS)
def test_no_return_is_above_that_of_correct_attempts_only(scheme: str, stop: bool) -> None:
    for gamma, verdicts in product(GAMMAS, product(KINDS.values(), repeat=3)):
        best = discounted_return(play(scheme, [PERFECT] * 3, 3, stop), gamma)
        assert discounted_return(play(scheme, verdicts, 3, stop), gamma) <= best + 1e-9


@pytest.mark.parametrize("scheme", ["dense", "per_attempt"])
def test_without_rewards_for_saved_attempts_failing_first_would_pay(
    scheme: str,
) -> None:
    nearly_first = [KINDS["nearly correct"], PERFECT]
    plain = make_reward(scheme, 2)
    assert sum(plain(nearly_first[:turn]) for turn in (1, 2)) > plain([PERFECT])


@pytest.mark.parametrize("scores", list(product((0.0, 0.25, 1.0), repeat=3)))
def test_progress_adds_up_to_the_last_score(scores: tuple[float, ...]) -> None:
    assert sum(play("progress", graded(*scores), 3)) == scores[-1]


def test_a_custom_scheme_is_returned_as_it_is() -> None:
    def scheme(verdicts: Sequence[Verdict]) -> float:
        return float(len(verdicts))

    assert make_reward(scheme, 2, stop_when_correct=True) is scheme


def test_an_unknown_scheme_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'sparse'"):
        make_reward("sparce", 2)
