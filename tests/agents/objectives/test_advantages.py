"""Returns, baselines, GAE and whitening, against numbers computed by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from rethink_gym.agents.objectives.advantages import (
    discounted_returns,
    generalized_advantages,
    group_advantages,
    leave_one_out_advantages,
    masked_whiten,
    place_turn_rewards,
)
from rethink_gym.errors import ArgumentError


@pytest.mark.parametrize(
    ("gamma", "returns"),
    [(0.0, [1.0, 0.0, 2.0]), (1.0, [3.0, 2.0, 2.0]), (0.5, [1.5, 1.0, 2.0])],
)
def test_returns_by_hand(gamma: float, returns: list[float]) -> None:
    rewards = torch.tensor([[1.0, 0.0, 2.0]])
    torch.testing.assert_close(discounted_returns(rewards, gamma), torch.tensor([returns]))


def test_returns_leave_the_rewards_as_they_are() -> None:
    rewards = torch.tensor([[1.0, 1.0]])
    discounted_returns(rewards, 1.0)
    assert rewards.tolist() == [[1.0, 1.0]]


def test_a_discount_above_one_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"gamma must be in \[0, 1\], got 1.5"):
        discounted_returns(torch.zeros(1, 2), 1.5)


def test_leave_one_out_subtracts_the_mean_of_the_others() -> None:
    returns = torch.tensor([[1.0, 0.0, 0.5], [2.0, 2.0, 2.0]])
    by_hand = torch.tensor([[1 - 0.25, 0 - 0.75, 0.5 - 0.5], [0.0, 0.0, 0.0]])
    torch.testing.assert_close(leave_one_out_advantages(returns), by_hand)


def test_problems_do_not_share_a_baseline() -> None:
    easy_and_hard = torch.tensor([[1.0, 1.0], [0.0, 0.0]])
    assert leave_one_out_advantages(easy_and_hard).abs().max() == 0


def test_a_single_sample_has_no_baseline() -> None:
    returns = torch.tensor([[3.0], [-1.0]])
    assert torch.equal(leave_one_out_advantages(returns), returns)
    assert group_advantages(returns).abs().max() == 0


def test_returns_without_samples_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"shape \(problems, samples, \.\.\.\)"):
        group_advantages(torch.zeros(4))


def test_group_advantages_by_hand() -> None:
    returns = torch.tensor([[1.0, 0.0, 0.5, 0.5]])
    deviation = (0.5 / 3) ** 0.5
    by_hand = torch.tensor([[0.5, -0.5, 0.0, 0.0]])
    torch.testing.assert_close(group_advantages(returns, scale=False), by_hand)
    torch.testing.assert_close(group_advantages(returns), by_hand / deviation, rtol=1e-5, atol=0)


@pytest.mark.parametrize("reward", [0.0, 1.0, 0.1, 1 / 3])
def test_a_group_of_equal_rewards_has_advantage_zero(reward: float) -> None:
    assert group_advantages(torch.full((2, 7), reward)).abs().max() == 0


def gae_by_definition(
    rewards: list[float], values: list[float], gamma: float, gae_lambda: float
) -> Any:
    """GAE as a double sum over the steps of one episode that terminates."""
    next_values = [*values[1:], 0.0]
    deltas = [r + gamma * n - v for r, v, n in zip(rewards, values, next_values, strict=True)]
    return [
        sum((gamma * gae_lambda) ** (k - t) * deltas[k] for k in range(t, len(deltas)))
        for t in range(len(deltas))
    ]


def test_generalized_advantages_by_hand() -> None:
    rewards, values = [0.0, 0.3, 0.0, 1.0], [0.4, 0.5, 0.1, 0.8]
    actual = generalized_advantages(
        torch.tensor([rewards]),
        torch.tensor([values]),
        torch.ones(1, 4, dtype=torch.bool),
        gamma=0.9,
        gae_lambda=0.7,
    )
    assert actual[0].tolist() == pytest.approx(gae_by_definition(rewards, values, 0.9, 0.7))


@pytest.mark.parametrize("num_environment_tokens", [0, 1, 24])
def test_environment_tokens_change_no_advantage(num_environment_tokens: int) -> None:
    # Two turns of three tokens, a reward at the end; nonsense at all other positions.
    action, between = [True] * 3, [False] * num_environment_tokens
    is_action = torch.tensor([action + between + action + [False]])
    rewards = torch.where(is_action, 0.0, 99.0)
    rewards[0, -2] = 1.0
    values = torch.where(is_action, 0.4, -77.0)
    actual = generalized_advantages(rewards, values, is_action, gamma=0.99, gae_lambda=0.95)
    expected = gae_by_definition([0.0] * 5 + [1.0], [0.4] * 6, 0.99, 0.95)
    assert actual[is_action].tolist() == pytest.approx(expected)
    assert actual[~is_action].abs().max() == 0


def test_truncated_episodes_are_bootstrapped_and_terminated_ones_not() -> None:
    ones = torch.ones(2, 1, dtype=torch.bool)
    actual = generalized_advantages(
        torch.zeros(2, 1),
        torch.full((2, 1), 0.4),
        ones,
        gamma=0.9,
        final_values=torch.tensor([0.0, 0.7]),
    )
    assert actual[:, 0].tolist() == pytest.approx([-0.4, 0.9 * 0.7 - 0.4])


def test_whitening_uses_masked_entries_only() -> None:
    numbers = torch.tensor([[1.0, 3.0, 1e9], [5.0, -1e9, 7.0]])
    mask = torch.tensor([[True, True, False], [True, False, True]])
    whitened = masked_whiten(numbers, mask)
    assert whitened[mask].tolist() == pytest.approx([-1.3416, -0.4472, 0.4472, 1.3416], abs=1e-4)
    assert whitened[~mask].tolist() == [0.0, 0.0]


def test_rewards_are_scaled_to_variance_one_and_keep_their_mean() -> None:
    rewards, mask = torch.tensor([[0.0, 1.0, 0.0, 1.0, 0.0]]), torch.ones(1, 5, dtype=torch.bool)
    whitened = masked_whiten(rewards, mask, shift_mean=False)
    assert whitened.mean().item() == pytest.approx(0.4)
    assert whitened.var(correction=0).item() == pytest.approx(1.0)


def test_whitening_a_single_entry_gives_zero() -> None:
    mask = torch.tensor([[True, False]])
    assert masked_whiten(torch.tensor([[4.0, 1.0]]), mask).tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize(
    "call",
    [
        lambda ones: generalized_advantages(ones, ones[:1], ones.bool()),
        lambda ones: generalized_advantages(ones, ones, ones.bool(), gae_lambda=1.5),
        lambda ones: masked_whiten(ones, ones[:1].bool()),
    ],
)
def test_arguments_that_do_not_match_are_refused(call: Callable[[torch.Tensor], object]) -> None:
    with pytest.raises(ArgumentError, match="must be"):
        call(torch.ones(2, 3))


def test_the_reward_of_a_turn_is_on_its_last_token() -> None:
    turns = torch.tensor([[0, 0, 0, 1, 1], [0, 1, -1, -1, -1]])
    token_rewards = place_turn_rewards(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), turns)
    assert token_rewards.tolist() == [[0.0, 0.0, 1.0, 0.0, 2.0], [3.0, 4.0, 0.0, 0.0, 0.0]]


def test_the_reward_of_a_turn_without_tokens_goes_to_the_token_before() -> None:
    turns = torch.tensor([[0, 0, 2, -1]])
    token_rewards = place_turn_rewards(torch.tensor([[1.0, 5.0, 2.0]]), turns)
    assert token_rewards.tolist() == [[0.0, 6.0, 2.0, 0.0]]
    without_first_turn = place_turn_rewards(torch.tensor([[1.0, 2.0]]), torch.tensor([[1, 1]]))
    assert without_first_turn.tolist() == [[0.0, 2.0]]


def test_rewards_of_other_episodes_are_refused() -> None:
    with pytest.raises(ArgumentError, match="rewards must be of shape"):
        place_turn_rewards(torch.zeros(3, 1), torch.zeros((2, 4), dtype=torch.long))
