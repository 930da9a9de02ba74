"""The promises of the reward schemes."""

from collections.abc import Sequence
from itertools import product

import pytest

from rethink_gym.envs.reward import REWARDS, make_reward
from rethink_gym.errors import ArgumentError
from rethink_gym.verdict import Reason, StepScore, Verdict

DISCOUNTS = (1.0, 0.9, 0.5, 0.01)
KINDS = {
    "wrong": Verdict(0.0, False, Reason.DIFFERENT),
    "wrong, well worked": Verdict(
        0.0, False, Reason.DIFFERENT, steps=(StepScore(0, 1, 1.0), StepScore(1, 2, None))
    ),
    "nearly right": Verdict(0.9, False, Reason.DIFFERENT),
    "right, badly worked": Verdict(1.0, True, Reason.EQUAL, steps=(StepScore(0, 1, 0.0),)),
    "right enough": Verdict(0.8, True, Reason.EQUAL),
    "right": Verdict(1.0, True, Reason.EQUAL),
}
PERFECT = KINDS["right"]


def play(
    scheme: str, verdicts: Sequence[Verdict], max_attempts: int, stop_when_correct: bool = False
) -> list[float]:
    """Return what each attempt earns until the episode ends."""
    reward = make_reward(scheme, max_attempts, stop_when_correct=stop_when_correct)
    earned: list[float] = []
    for attempt, verdict in enumerate(verdicts[:max_attempts], start=1):
        earned.append(reward(verdicts[:attempt]))
        if stop_when_correct and verdict.correct and verdict.score == 1.0:
            break
    return earned


def discounted(rewards: Sequence[float], discount: float) -> float:
    return sum(reward * discount**turn for turn, reward in enumerate(rewards))


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
def test_each_scheme_pays_as_it_says(
    scheme: str, stop: bool, scores: tuple[float, ...], rewards: list[float]
) -> None:
    assert play(scheme, graded(*scores), len(scores), stop) == rewards


@pytest.mark.parametrize(
    ("kind", "reward"),
    [
        ("wrong", 0.0),
        ("wrong, well worked", 0.5),
        ("right, badly worked", 0.5),
        ("right", 1.0),
        ("right enough", 0.9),
    ],
)
def test_dense_pays_half_for_the_answer_and_half_for_the_known_steps(
    kind: str, reward: float
) -> None:
    assert play("dense", [KINDS[kind]], 1) == [reward]


@pytest.mark.parametrize("stop", [False, True])
@pytest.mark.parametrize("scheme", REWARDS)
@pytest.mark.parametrize("num_attempts", [1, 2, 3, 4])
def test_being_wrong_first_never_pays(scheme: str, num_attempts: int, stop: bool) -> None:
    for discount, verdicts in product(DISCOUNTS, product(KINDS.values(), repeat=num_attempts)):
        earned = discounted(play(scheme, verdicts, num_attempts, stop), discount)
        for turn, verdict in enumerate(verdicts):
            if verdict.correct:
                continue
            mended = [*verdicts[:turn], PERFECT, *verdicts[turn + 1 :]]
            assert discounted(play(scheme, mended, num_attempts, stop), discount) >= earned - 1e-9


@pytest.mark.parametrize("stop", [False, True])
@pytest.mark.parametrize("scheme", REWARDS)
def test_nothing_earns_more_than_being_right_at_once_and_staying_so(
    scheme: str, stop: bool
) -> None:
    for discount, verdicts in product(DISCOUNTS, product(KINDS.values(), repeat=3)):
        best = discounted(play(scheme, [PERFECT] * 3, 3, stop), discount)
        assert discounted(play(scheme, verdicts, 3, stop), discount) <= best + 1e-9


@pytest.mark.parametrize("scheme", ["dense", "per_attempt"])
def test_without_pay_for_saved_attempts_stopping_early_would_reward_failing_first(
    scheme: str,
) -> None:
    nearly_first = [KINDS["nearly right"], PERFECT]
    plain = make_reward(scheme, 2)
    assert sum(plain(nearly_first[:turn]) for turn in (1, 2)) > plain([PERFECT])


@pytest.mark.parametrize("scores", list(product((0.0, 0.25, 1.0), repeat=3)))
def test_progress_adds_up_to_the_last_score(scores: tuple[float, ...]) -> None:
    assert sum(play("progress", graded(*scores), 3)) == scores[-1]


def test_a_scheme_of_the_callers_own_is_taken_as_it_is() -> None:
    def scheme(verdicts: Sequence[Verdict]) -> float:
        return float(len(verdicts))

    assert make_reward(scheme, 2, stop_when_correct=True) is scheme


def test_an_unknown_scheme_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'sparse'"):
        make_reward("sparce", 2)
