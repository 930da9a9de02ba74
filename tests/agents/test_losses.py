import math

import pytest
import torch

from rethink_gym.agents.losses import exact_kl, policy_gradient_loss, token_log_probs
from rethink_gym.errors import ArgumentError


def test_log_probs_by_hand() -> None:
    logits = torch.tensor([[0.0, math.log(3.0)], [5.0, 5.0]])
    log_probs = token_log_probs(logits, torch.tensor([1, 0]))
    torch.testing.assert_close(log_probs, torch.tensor([0.75, 0.5]).log())


def test_log_probs_are_taken_in_float32() -> None:
    logits = torch.tensor([[0.0, 1.0]], dtype=torch.bfloat16)
    assert token_log_probs(logits, torch.tensor([1])).dtype == torch.float32


def test_kl_by_hand_in_both_directions() -> None:
    even = torch.tensor([[0.5, 0.5]]).log()
    skewed = torch.tensor([[0.9, 0.1]]).log()
    policy_even = 0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1)
    policy_skewed = 0.9 * math.log(0.9 / 0.5) + 0.1 * math.log(0.1 / 0.5)
    assert exact_kl(even, skewed).item() == pytest.approx(policy_even, rel=1e-5)
    assert exact_kl(skewed, even).item() == pytest.approx(policy_skewed, rel=1e-5)


def test_kl_does_not_shrink_with_the_vocabulary() -> None:
    impossible = torch.full((1, 1000), -1e9)
    small, small_reference = torch.tensor([[0.0, 1.0]]), torch.tensor([[0.0, 0.0]])
    large = torch.cat((small, impossible), dim=1)
    large_reference = torch.cat((small_reference, impossible), dim=1)
    torch.testing.assert_close(exact_kl(large, large_reference), exact_kl(small, small_reference))


def test_the_gradient_of_the_kl_is_that_of_the_policy_and_not_of_the_reference() -> None:
    logits = torch.tensor([[0.3, -0.2, 0.5]], requires_grad=True)
    reference = torch.tensor([[0.1, 0.4, -0.3]], requires_grad=True)
    kl = exact_kl(logits, reference)
    (gradient,) = torch.autograd.grad(kl.sum(), logits)
    p = logits.detach().softmax(-1)
    log_ratio = p.log() - reference.detach().log_softmax(-1)
    # d KL / d logit_v = p_v (log p_v/q_v - KL), worked out by hand.
    torch.testing.assert_close(gradient, p * (log_ratio - kl.detach()[:, None]))
    (kl_of_reference,) = torch.autograd.grad(
        exact_kl(logits, reference).sum(), reference, allow_unused=True
    )
    assert kl_of_reference is None


def test_the_loss_by_hand() -> None:
    log_probs = torch.tensor([-1.0, -2.0])
    loss = policy_gradient_loss(
        log_probs,
        advantages=torch.tensor([3.0, -1.0]),
        kls=torch.tensor([0.5, 0.25]),
        kl_weights=torch.tensor([2.0, 4.0]),
        num_episodes=2,
    )
    assert loss.item() == pytest.approx((3.0 - 2.0 + 1.0 + 1.0) / 2)


def test_no_gradient_flows_through_the_advantages() -> None:
    log_probs = torch.tensor([-1.0], requires_grad=True)
    advantages = torch.tensor([2.0], requires_grad=True)
    zero = torch.zeros(1)
    loss = policy_gradient_loss(log_probs, advantages, zero, zero, num_episodes=1)
    of_log_probs, of_advantages = torch.autograd.grad(
        loss, (log_probs, advantages), allow_unused=True
    )
    assert of_log_probs.item() == -2.0
    assert of_advantages is None


@pytest.mark.parametrize("name", ["advantages", "kls", "kl_weights"])
def test_every_token_needs_its_own_number(name: str) -> None:
    tensors = {key: torch.zeros(3) for key in ("advantages", "kls", "kl_weights")}
    tensors[name] = torch.zeros(2)
    with pytest.raises(ArgumentError, match=f"{name} must be of shape"):
        policy_gradient_loss(torch.zeros(3), **tensors, num_episodes=1)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ArgumentError, match="token_ids must be of shape"):
        token_log_probs(torch.zeros(2, 5), torch.zeros(3, dtype=torch.long))
    with pytest.raises(ArgumentError, match="reference_logits must be of shape"):
        exact_kl(torch.zeros(2, 5), torch.zeros(2, 4))
