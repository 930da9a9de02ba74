"""The optimizer: what reaches AdamW, the schedule, clipping, and steps that are not taken."""

import copy

import pytest
import torch
from torch import nn

from rethink_gym.agents.training.config import Schedule, TrainingConfig
from rethink_gym.agents.training.optimizer import make_optimizer, set_learning_rate, take_step


def weight_with_gradient(*gradient: float) -> nn.Parameter:
    weight = nn.Parameter(torch.ones(len(gradient)))
    weight.grad = torch.tensor(gradient)
    return weight


def test_learning_rate_epsilon_and_weight_decay_reach_adamw() -> None:
    config = TrainingConfig(learning_rate=3e-3, adam_epsilon=1e-5, weight_decay=0.1)
    optimizer = make_optimizer([nn.Parameter(torch.ones(2))], config)
    assert isinstance(optimizer, torch.optim.AdamW)
    (group,) = optimizer.param_groups
    assert (group["lr"], group["eps"], group["weight_decay"]) == (3e-3, 1e-5, 0.1)


def test_epsilon_and_weight_decay_change_the_step_as_in_adamw() -> None:
    # The first step of AdamW: w (1 - lr decay) - lr g / (|g| + eps).
    config = TrainingConfig(
        learning_rate=0.1, adam_epsilon=1.0, weight_decay=0.5, max_grad_norm=None
    )
    weight = weight_with_gradient(3.0)
    take_step(make_optimizer([weight], config), config)
    assert weight.item() == pytest.approx((1 - 0.1 * 0.5) - 0.1 * 3 / (3 + 1))


def test_frozen_weights_are_left_out() -> None:
    trained, frozen = nn.Parameter(torch.ones(1)), nn.Parameter(torch.ones(1), requires_grad=False)
    (group,) = make_optimizer([trained, frozen], TrainingConfig()).param_groups
    assert [id(weight) for weight in group["params"]] == [id(trained)]


@pytest.mark.parametrize(
    ("schedule", "rates"), [("constant", [1e-2] * 3), ("linear", [1e-2, 7.5e-3, 0.0])]
)
def test_the_learning_rate_follows_the_schedule(schedule: Schedule, rates: list[float]) -> None:
    config = TrainingConfig(learning_rate=1e-2, learning_rate_schedule=schedule)
    optimizer = make_optimizer([nn.Parameter(torch.ones(1))], config)
    for progress, rate in zip((0.0, 0.25, 1.0), rates, strict=True):
        assert set_learning_rate(optimizer, config, progress) == pytest.approx(rate)
        assert optimizer.param_groups[0]["lr"] == pytest.approx(rate)


@pytest.mark.parametrize(
    ("max_grad_norm", "clipped"), [(1.0, [0.6, 0.8]), (5.0, [3.0, 4.0]), (None, [3.0, 4.0])]
)
def test_a_gradient_is_scaled_to_its_maximum_norm(
    max_grad_norm: float | None, clipped: list[float]
) -> None:
    weight = weight_with_gradient(3.0, 4.0)
    config = TrainingConfig(max_grad_norm=max_grad_norm)
    assert take_step(make_optimizer([weight], config), config) == pytest.approx(5.0)
    assert weight.grad is not None
    assert weight.grad.tolist() == pytest.approx(clipped, rel=1e-5)


def test_one_norm_is_computed_over_all_weights() -> None:
    weights = [weight_with_gradient(3.0), weight_with_gradient(4.0)]
    config = TrainingConfig()
    assert take_step(make_optimizer(weights, config), config) == pytest.approx(5.0)


def test_a_gradient_of_zero_leaves_the_weights_and_the_state_of_the_optimizer() -> None:
    weight = weight_with_gradient(1.0, -1.0)
    config = TrainingConfig(learning_rate=0.1, weight_decay=0.5)
    optimizer = make_optimizer([weight], config)
    take_step(optimizer, config)  # from here on AdamW has momentum
    before, state = weight.detach().clone(), copy.deepcopy(optimizer.state[weight])
    weight.grad = torch.zeros(2)
    assert take_step(optimizer, config) == 0.0
    assert torch.equal(weight, before)
    assert state.keys() == optimizer.state[weight].keys()
    assert all(torch.equal(optimizer.state[weight][key], value) for key, value in state.items())


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
@pytest.mark.parametrize("max_grad_norm", [1.0, None])
def test_a_non_finite_gradient_is_not_applied_and_other_optimizers_are_unaffected(
    number: float, max_grad_norm: float | None
) -> None:
    weight, other = weight_with_gradient(number, 0.0), weight_with_gradient(number, 0.0)
    optimizer, foreign = torch.optim.SGD([weight], lr=1.0), torch.optim.SGD([other], lr=1.0)
    with pytest.raises(FloatingPointError, match="grad_norm"):
        take_step(optimizer, TrainingConfig(max_grad_norm=max_grad_norm))
    assert weight.tolist() == [1.0, 1.0]
    foreign.step()
    assert not other[0].isfinite()
