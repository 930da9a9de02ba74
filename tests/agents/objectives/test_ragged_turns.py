"""Baselines over samples of unequal length: unbiased, by enumeration of all groups."""

import itertools

import pytest
import torch
from torch import Tensor

from rethink_gym.agents.objectives.advantages import (
    discounted_returns,
    group_advantages,
    leave_one_out_advantages,
)

# A first action 0 ends the episode; action 1 leads to a second turn with three actions.
OUTCOMES = [(0,), (1, 0), (1, 1), (1, 2)]
REWARDS = {(0,): (0.7,), (1, 0): (0.3, 1.0), (1, 1): (0.3, 0.2), (1, 2): (0.3, -0.5)}


def log_probs_of(logits: tuple[Tensor, Tensor], outcome: tuple[int, ...]) -> list[Tensor]:
    return [table.log_softmax(-1)[a] for table, a in zip(logits, outcome, strict=False)]


def expected_gradient(logits: tuple[Tensor, Tensor]) -> Tensor:
    """Return the gradient of the expected return."""
    value = torch.zeros((), dtype=torch.double)
    for outcome in OUTCOMES:
        probability = torch.stack(log_probs_of(logits, outcome)).sum().exp()
        value = value + probability * sum(REWARDS[outcome])
    return torch.cat([g.flatten() for g in torch.autograd.grad(value, logits)])


def group_gradient(logits: tuple[Tensor, Tensor], num_samples: int) -> Tensor:
    """Return the mean gradient over all groups of samples, each by its probability."""
    total = torch.zeros((), dtype=torch.double)
    for group in itertools.product(OUTCOMES, repeat=num_samples):
        rewards = torch.zeros(1, num_samples, 2, dtype=torch.double)
        mask = torch.zeros(1, num_samples, 2, dtype=torch.bool)
        for sample, outcome in enumerate(group):
            rewards[0, sample, : len(outcome)] = torch.tensor(REWARDS[outcome]).double()
            mask[0, sample, : len(outcome)] = True
        advantages = leave_one_out_advantages(discounted_returns(rewards, 1.0), mask)
        log_probs = [log_probs_of(logits, outcome) for outcome in group]
        probability = torch.stack([p for own in log_probs for p in own]).sum().exp().detach()
        surrogate = sum(
            advantages[0, sample, turn] * log_prob
            for sample, own in enumerate(log_probs)
            for turn, log_prob in enumerate(own)
        )
        total = total + probability * surrogate / num_samples
    return torch.cat([g.flatten() for g in torch.autograd.grad(total, logits)])


@pytest.mark.parametrize("num_samples", [1, 2, 3])
def test_leave_one_out_over_samples_that_have_the_turn_is_unbiased(num_samples: int) -> None:
    source = torch.Generator().manual_seed(3)
    first = torch.randn(2, generator=source, dtype=torch.double).requires_grad_()
    second = torch.randn(3, generator=source, dtype=torch.double).requires_grad_()
    expected = expected_gradient((first, second))
    torch.testing.assert_close(group_gradient((first, second), num_samples), expected)


def test_a_sample_is_compared_with_those_that_have_the_same_turn() -> None:
    returns = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]])
    mask = torch.tensor([[[True, False], [True, True], [True, True], [True, False]]])
    advantages = leave_one_out_advantages(returns, mask)
    expected = [[2 / 3, 0], [-2 / 3, 1], [-2 / 3, -1], [2 / 3, 0]]
    torch.testing.assert_close(advantages[0], torch.tensor(expected))
    scaled = group_advantages(returns, mask)[0, :, 1]
    torch.testing.assert_close(scaled, torch.tensor([0.0, 0.5**0.5, -(0.5**0.5), 0.0]))


def test_the_only_sample_with_a_turn_keeps_its_return_or_is_left_out() -> None:
    returns = torch.tensor([[[0.0, 3.0], [0.0, 0.0]]])
    mask = torch.tensor([[[True, True], [True, False]]])
    assert leave_one_out_advantages(returns, mask)[0, :, 1].tolist() == [3.0, 0.0]
    assert group_advantages(returns, mask)[0, :, 1].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("reward", [0.1, 1 / 3, 0.7, 1e-8, 1e8])
@pytest.mark.parametrize("num_samples", [2, 3, 7, 8])
def test_equal_returns_have_advantages_of_exactly_zero(reward: float, num_samples: int) -> None:
    returns = torch.full((2, num_samples, 3), reward)
    mask = torch.ones_like(returns, dtype=torch.bool)
    mask[0, 0, 2] = mask[1, 1, 1] = False
    for advantages in (
        leave_one_out_advantages(returns),
        group_advantages(returns),
        group_advantages(returns, mask, scale=False),
    ):
        assert advantages.abs().max() == 0.0
    if num_samples > 2:  # with two samples, one may be alone and keep its return
        assert leave_one_out_advantages(returns, mask).abs().max() == 0.0
