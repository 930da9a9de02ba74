"""SCoRe's rewards and advantages, against numbers worked out by hand."""

import pytest
import torch

from rethink_gym.agents.objectives.self_correction import (
    imitation_advantages,
    score_advantages,
    shaped_rewards,
    stage_one_advantages,
)
from rethink_gym.errors import ArgumentError


@pytest.mark.parametrize(
    ("rewards", "shaped"),
    [
        ([0.0, 0.0], [0.0, 0.0]),
        ([0.0, 1.0], [0.0, 11.0]),
        ([1.0, 0.0], [1.0, -10.0]),
        ([1.0, 1.0], [1.0, 1.0]),
        ([0.0, 1.0, 0.0], [0.0, 11.0, -10.0]),
        ([1.0, 0.0, 1.0], [1.0, -10.0, 11.0]),
        ([1.0], [1.0]),
    ],
)
def test_shaping_pays_each_attempt_for_its_change(
    rewards: list[float], shaped: list[float]
) -> None:
    assert shaped_rewards(torch.tensor([rewards]), 10.0).tolist() == [shaped]


# Three problems of four samples, and what came out before there were more than two turns.
TWO_TURNS = torch.tensor(
    [
        [[1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [1.0, 1.0]],
        [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]],
        [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
    ]
)
A, B, C = 0.6666666865348816, 0.3333333432674408, 7.333333492279053
STAGE_ONE = [
    [[0.0, -A], [0.0, A], [0.0, -A], [0.0, A]],
    [[0.0, -1.0], [0.0, B], [0.0, B], [0.0, B]],
    [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
]
STAGE_TWO = [
    [[B, -C], [B, C], [-1.0, -C], [B, C]],
    [[1.0, -11.0], *[[-B, 3.6666667461395264]] * 3],
    [[-B, 0.0], [1.0, 0.0], [-B, 0.0], [-B, 0.0]],
]
DISCOUNTED = [
    [
        [-8.200000762939453, -C],
        [3.5333333015441895, C],
        [1.1333333253860474, -C],
        [3.5333333015441895, C],
    ],
    [[-15.80000114440918, -11.0], *[[5.266666412353516, 3.6666667461395264]] * 3],
    [[2.3333334922790527, 0.0], [-7.0, 0.0], *[[2.3333334922790527, 0.0]] * 2],
]


@pytest.mark.parametrize(
    ("stage", "turn_gamma", "recorded"),
    [(1, 0.0, STAGE_ONE), (2, 0.0, STAGE_TWO), (2, 0.8, DISCOUNTED)],
)
def test_two_turns_have_the_recorded_advantages_to_the_last_bit(
    stage: int, turn_gamma: float, recorded: list[list[list[float]]]
) -> None:
    if stage == 1:
        advantages = stage_one_advantages(TWO_TURNS, trained_turn=1)
    else:
        advantages = score_advantages(TWO_TURNS, alpha=10.0, turn_gamma=turn_gamma)
    assert advantages.tolist() == recorded


THREE_TURNS = torch.tensor([[[0.0, 1.0, 1.0], [1.0, 0.0, 1.0]]])


@pytest.mark.parametrize(
    ("trained_turn", "expected"),
    [
        (1, [[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]]),
        (2, [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]),  # both samples earned the same there
    ],
)
def test_stage_one_trains_one_of_three_attempts(
    trained_turn: int, expected: list[list[float]]
) -> None:
    advantages = stage_one_advantages(THREE_TURNS, trained_turn=trained_turn)
    assert advantages.tolist() == [expected]


def test_stage_two_pays_each_of_three_attempts_for_its_own_change() -> None:
    # Attempts earn r1, r2 + 10 (r2 - r1), r3 + 10 (r3 - r2); what the context fixes, -10 r1
    # and -10 r2, is taken out again: 0, 11, 11 beside 1, 0, 11.
    advantages = score_advantages(THREE_TURNS, alpha=10.0)
    assert advantages.tolist() == [[[-1.0, 11.0, 0.0], [1.0, -11.0, 0.0]]]


def test_a_turn_discount_passes_the_changes_of_three_attempts_back() -> None:
    # Shaped 0, 11, 1 and 1, -10, 11; to go at 0.5: 5.75, 11.5, 1 and -1.25, -4.5, 11;
    # with 10 r of the attempt before: 5.75, 11.5, 11 and -1.25, 5.5, 11.
    advantages = score_advantages(THREE_TURNS, alpha=10.0, turn_gamma=0.5)
    assert advantages.tolist() == [[[7.0, 6.0, 0.0], [-7.0, -6.0, 0.0]]]


def test_with_a_turn_discount_the_first_attempt_is_paid_for_failing() -> None:
    failed_then_right, right_twice = [0.0, 1.0], [1.0, 1.0]
    rewards = torch.tensor([[failed_then_right, right_twice]])
    faithful = score_advantages(rewards, alpha=10.0)
    discounted = score_advantages(rewards, alpha=10.0, turn_gamma=1.0)
    assert faithful[0, 0, 0] < 0 < faithful[0, 1, 0]
    assert discounted[0, 0, 0] > 0 > discounted[0, 1, 0]


def test_stage_one_trains_later_attempts_only() -> None:
    with pytest.raises(ArgumentError, match="trained_turn must be a whole number of at least 1"):
        stage_one_advantages(THREE_TURNS, trained_turn=0)


def test_attempts_that_do_not_exist_have_no_advantage_and_shape_no_other() -> None:
    rewards = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]])
    has_turn = torch.tensor([[[True, False], [True, True], [True, True]]])
    by_hand = torch.tensor([[[1.0, 0.0], [-0.5, 11.0], [-0.5, -11.0]]])
    torch.testing.assert_close(score_advantages(rewards, has_turn, alpha=10.0), by_hand)
    by_hand = torch.tensor([[[0.0, 0.0], [0.0, 1.0], [0.0, -1.0]]])
    torch.testing.assert_close(stage_one_advantages(rewards, has_turn, trained_turn=1), by_hand)
    assert imitation_advantages(rewards, has_turn)[0, 0, 1] == 0.0


def test_imitation_weighs_right_attempts_alike_and_wrong_ones_not_at_all() -> None:
    # Two episodes, four right attempts: each counts a quarter of the mean over two.
    assert imitation_advantages(THREE_TURNS).tolist() == [[[0.0, 0.5, 0.5], [0.5, 0.0, 0.5]]]
    assert imitation_advantages(torch.zeros(1, 2, 3)).tolist() == [[[0.0] * 3] * 2]
