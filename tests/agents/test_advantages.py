import pytest
import torch

from rethink_gym.agents.advantages import (
    discounted_returns,
    leave_one_out_advantages,
    score_advantages,
    shaped_rewards,
)
from rethink_gym.errors import ArgumentError


@pytest.mark.parametrize(
    ("discount", "returns"),
    [(0.0, [1.0, 0.0, 2.0]), (1.0, [3.0, 2.0, 2.0]), (0.5, [1.5, 1.0, 2.0])],
)
def test_returns_by_hand(discount: float, returns: list[float]) -> None:
    rewards = torch.tensor([[1.0, 0.0, 2.0]])
    torch.testing.assert_close(discounted_returns(rewards, discount), torch.tensor([returns]))


def test_returns_leave_the_rewards_as_they_are() -> None:
    rewards = torch.tensor([[1.0, 1.0]])
    discounted_returns(rewards, 1.0)
    assert rewards.tolist() == [[1.0, 1.0]]


def test_a_discount_above_one_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"discount must be in \[0, 1\], got 1.5"):
        discounted_returns(torch.zeros(1, 2), 1.5)


def test_leave_one_out_subtracts_the_mean_of_the_others() -> None:
    returns = torch.tensor([[1.0, 0.0, 0.5], [2.0, 2.0, 2.0]])
    by_hand = torch.tensor([[1 - 0.25, 0 - 0.75, 0.5 - 0.5], [0.0, 0.0, 0.0]])
    torch.testing.assert_close(leave_one_out_advantages(returns), by_hand)


def test_problems_do_not_share_a_baseline() -> None:
    easy_and_hard = torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    assert leave_one_out_advantages(easy_and_hard).abs().max() == 0


def test_a_single_sample_has_no_baseline_and_is_refused() -> None:
    with pytest.raises(ArgumentError, match="samples >= 2"):
        leave_one_out_advantages(torch.zeros(4, 1))


@pytest.mark.parametrize(
    ("first", "second", "shaped"),
    [(0.0, 0.0, 0.0), (0.0, 1.0, 11.0), (1.0, 0.0, -10.0), (1.0, 1.0, 1.0)],
)
def test_shaping_pays_the_second_attempt_for_the_change(
    first: float, second: float, shaped: float
) -> None:
    rewards = torch.tensor([[first, second]])
    assert shaped_rewards(rewards, 10.0).tolist() == [[first, shaped]]


def test_shaping_knows_two_attempts_only() -> None:
    with pytest.raises(ArgumentError, match=r"shape \(\.\.\., 2\)"):
        shaped_rewards(torch.zeros(1, 3), 10.0)


def test_stage_one_gives_the_first_attempt_nothing() -> None:
    rewards = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    advantages = score_advantages(rewards, stage=1, alpha=10.0)
    assert advantages.tolist() == [[[0.0, -1.0], [0.0, 1.0]]]


def test_stage_two_multiplies_what_the_second_attempt_earned() -> None:
    rewards = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    advantages = score_advantages(rewards, stage=2, alpha=10.0)
    assert advantages.tolist() == [[[1.0, -11.0], [-1.0, 11.0]]]


def test_with_a_turn_discount_the_first_attempt_is_paid_for_failing() -> None:
    failed_then_right, right_twice = [0.0, 1.0], [1.0, 1.0]
    rewards = torch.tensor([[failed_then_right, right_twice]])
    faithful = score_advantages(rewards, stage=2, alpha=10.0)
    discounted = score_advantages(rewards, stage=2, alpha=10.0, turn_discount=1.0)
    assert faithful[0, 0, 0] < 0 < faithful[0, 1, 0]
    assert discounted[0, 0, 0] > 0 > discounted[0, 1, 0]
