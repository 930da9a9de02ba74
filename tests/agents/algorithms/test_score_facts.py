"""The facts about SCoRe's gradient, on a problem small enough to enumerate.

Two turns, five answers each, answer 0 is right; the second answer sees the first.
Every group of two samples is one row, weighed by its probability, so that what the
learner does on average is computed exactly.
"""

from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor

from rethink_gym.agents.objectives.losses import clipped_policy_losses, exact_kl
from rethink_gym.agents.objectives.self_correction import score_advantages, stage_one_advantages

NUM_ANSWERS = 5
SAMPLES = torch.cartesian_prod(*[torch.arange(NUM_ANSWERS)] * 4).reshape(-1, 2, 2)
REWARDS = (SAMPLES == 0).float()


@dataclass
class TwoTurns:
    """A table of logits: for the first answer, and for the second given the first."""

    first: Tensor = field(default_factory=lambda: 0.3 * torch.randn(NUM_ANSWERS))
    second: Tensor = field(default_factory=lambda: 0.3 * torch.randn(NUM_ANSWERS, NUM_ANSWERS))

    def __post_init__(self) -> None:
        self.first.requires_grad_()
        self.second.requires_grad_()

    def log_probs(self) -> Tensor:
        """Of both answers of every sample, shape (groups, samples, turns)."""
        answers = SAMPLES
        first = self.first.log_softmax(-1)[answers[..., 0]]
        second = self.second.log_softmax(-1)[answers[..., 0], answers[..., 1]]
        return torch.stack((first, second), dim=-1)

    def expected_gradient(self, *, stage: int, **settings: float) -> tuple[Tensor, Tensor]:
        log_probs = self.log_probs()
        weights = log_probs.detach().sum((-2, -1)).exp()
        if stage == 1:
            advantages = stage_one_advantages(REWARDS, trained_turn=1)
        else:
            advantages = score_advantages(REWARDS, **settings)  # type: ignore[arg-type]
        losses = clipped_policy_losses(log_probs, log_probs, advantages)
        loss = (weights[:, None, None] * losses).sum() / 2
        first, second = torch.autograd.grad(loss, (self.first, self.second))
        return first, second

    def accuracies(self) -> tuple[float, float]:
        first = self.first.softmax(-1)
        second = self.second.softmax(-1)
        return first[0].item(), (first @ second[:, 0]).item()


@pytest.fixture
def table() -> TwoTurns:
    torch.manual_seed(0)
    return TwoTurns()


def test_the_estimate_is_the_gradient_of_what_is_earned(table: TwoTurns) -> None:
    first, second = table.first.softmax(-1), table.second.softmax(-1)
    earned = first[0] + first.detach() @ second[:, 0]  # each attempt for its own reward
    exact_first, exact_second = torch.autograd.grad(-earned, (table.first, table.second))
    estimated = table.expected_gradient(stage=2, alpha=0.0)
    torch.testing.assert_close(estimated[0], exact_first)
    torch.testing.assert_close(estimated[1], exact_second)


def test_shaping_multiplies_the_second_gradient_by_one_plus_alpha(table: TwoTurns) -> None:
    plain = table.expected_gradient(stage=2, alpha=0.0)
    shaped = table.expected_gradient(stage=2, alpha=10.0)
    torch.testing.assert_close(shaped[0], plain[0])
    torch.testing.assert_close(shaped[1], 11.0 * plain[1])


def test_stage_one_sends_no_reward_to_the_first_attempt(table: TwoTurns) -> None:
    plain = table.expected_gradient(stage=2, alpha=0.0)
    first, second = table.expected_gradient(stage=1)
    assert first.abs().max() == 0
    torch.testing.assert_close(second, plain[1])


def test_stage_one_sends_the_kl_to_the_first_attempt(table: TwoTurns) -> None:
    base = table.first.detach() + torch.tensor([0.5, 0.0, 0.0, 0.0, -0.5])
    logits = table.first[None]
    kl = exact_kl(logits, base[None])
    (gradient,) = torch.autograd.grad(0.11 * kl.sum(), table.first)
    p = table.first.detach().softmax(-1)
    log_ratio = p.log() - base.log_softmax(-1)
    torch.testing.assert_close(gradient, 0.11 * p * (log_ratio - kl.detach()))
    assert gradient.abs().max() > 1e-3


@pytest.mark.parametrize(
    ("turn_gamma", "first_accuracy"),
    [(0.0, 1.0), (1.0, 0.0)],
    ids=["without turn discount the first attempt is right", "with it, it fails on purpose"],
)
def test_where_learning_ends(table: TwoTurns, turn_gamma: float, first_accuracy: float) -> None:
    optimizer = torch.optim.Adam([table.first, table.second], lr=0.1)
    for _ in range(300):
        gradients = table.expected_gradient(stage=2, alpha=10.0, turn_gamma=turn_gamma)
        table.first.grad, table.second.grad = gradients
        optimizer.step()
    assert table.accuracies() == pytest.approx((first_accuracy, 1.0), abs=0.01)
