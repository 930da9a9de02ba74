"""Policy and value losses, KL estimators and aggregations, against numbers computed by hand."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import pytest
import torch

from rethink_gym.agents.objectives.losses import (
    AGGREGATIONS,
    Aggregation,
    clipped_policy_losses,
    clipped_value_losses,
    exact_kl,
    is_clamped,
    kl_estimates,
    loss_weights,
    token_entropies,
    token_log_probs,
)
from rethink_gym.errors import ArgumentError


def test_log_probs_by_hand() -> None:
    logits = torch.tensor([[0.0, math.log(3.0)], [5.0, 5.0]])
    log_probs = token_log_probs(logits, torch.tensor([1, 0]))
    torch.testing.assert_close(log_probs, torch.tensor([0.75, 0.5]).log())


def test_log_probs_and_kls_are_computed_in_float32() -> None:
    even = torch.zeros((1, 1000), dtype=torch.bfloat16)
    log_probs = token_log_probs(even, torch.tensor([7]))
    assert log_probs.dtype == torch.float32
    # In bfloat16 the nearest number is -6.90625.
    assert log_probs.item() == pytest.approx(-math.log(1000), abs=1e-5)
    assert token_entropies(even).item() == pytest.approx(math.log(1000), abs=1e-4)
    skewed = even.clone()
    skewed[0, 0] = 3.0
    kl = math.log((math.exp(3) + 999) / 1000) - 3 / 1000
    assert exact_kl(even, skewed).item() == pytest.approx(kl, abs=1e-5)


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
    # d KL / d logit_v = p_v (log p_v/q_v - KL), computed by hand.
    torch.testing.assert_close(gradient, p * (log_ratio - kl.detach()[:, None]))
    (kl_of_reference,) = torch.autograd.grad(
        exact_kl(logits, reference).sum(), reference, allow_unused=True
    )
    assert kl_of_reference is None


def numbers(*entries: float) -> torch.Tensor:
    return torch.tensor(entries)


def test_the_clipped_loss_by_hand() -> None:
    ratios = numbers(1.0, 1.5, 1.5, 0.5, 0.5, 1.1)
    advantages = numbers(2.0, 2.0, -2.0, 2.0, -2.0, 3.0)
    losses = clipped_policy_losses(ratios.log(), torch.zeros(6), advantages)
    # Only ratios that moved in the direction of the advantage are clipped.
    torch.testing.assert_close(losses, -numbers(2.0, 2.4, -3.0, 1.0, -1.6, 3.3))


def test_with_a_higher_upper_bound_unlikely_tokens_may_grow_further() -> None:
    losses = clipped_policy_losses(
        numbers(1.25, 0.75).log(), torch.zeros(2), numbers(1.0, -1.0), clip_eps_high=0.28
    )
    torch.testing.assert_close(losses, numbers(-1.25, 0.8))


def test_at_a_ratio_of_one_the_gradient_is_that_of_reinforce() -> None:
    log_probs = numbers(-1.0, -3.0).requires_grad_()
    advantages = numbers(2.0, -5.0).requires_grad_()
    loss = clipped_policy_losses(log_probs, log_probs, advantages).sum()
    of_log_probs, of_advantages = torch.autograd.grad(
        loss, (log_probs, advantages), allow_unused=True
    )
    assert of_log_probs.tolist() == [-2.0, 5.0]
    assert of_advantages is None


def test_a_ratio_that_would_overflow_is_clamped() -> None:
    log_probs = numbers(0.0, 0.0).requires_grad_()
    losses = clipped_policy_losses(log_probs, numbers(-1e6, 1e6), numbers(-1.0, 1.0))
    (gradient,) = torch.autograd.grad(losses.sum(), log_probs)
    assert losses.isfinite().all()
    assert gradient.isfinite().all()
    assert is_clamped(log_probs, numbers(-1e6, 1e6)).tolist() == [True, True]
    assert is_clamped(log_probs, numbers(-19.9, 20.1)).tolist() == [False, True]


def test_the_value_loss_is_the_larger_of_the_unclipped_and_the_clipped_one() -> None:
    values, old_values, returns = numbers(1.0, 1.0, 0.1), numbers(0.0, 0.0, 0.0), numbers(2, 0, 1)
    losses = clipped_value_losses(values, old_values, returns, clip=0.2)
    # First value: unclipped 1, clipped at 0.2: 3.24. Second value: unclipped 1, clipped 0.04.
    torch.testing.assert_close(losses, numbers(3.24, 1.0, 0.81) / 2)
    unclipped = clipped_value_losses(values, old_values, returns, clip=None)
    torch.testing.assert_close(unclipped, numbers(1.0, 1.0, 0.81) / 2)


def test_kl_estimates_by_hand() -> None:
    log_probs, reference = numbers(-1.0, -2.0), numbers(-1.5, -1.0)
    by_hand: dict[Literal["k1", "k2", "k3"], torch.Tensor] = {
        "k1": numbers(0.5, -1.0),
        "k2": numbers(0.125, 0.5),
        "k3": numbers(math.exp(-0.5) - 0.5, math.e - 2.0),
    }
    for estimator, expected in by_hand.items():
        torch.testing.assert_close(kl_estimates(log_probs, reference, estimator), expected)


LOGITS = [0.7, -0.3, 0.1, -1.2]
REFERENCE = torch.tensor([[-0.4, 0.5, 0.0, 0.3]]).log_softmax(-1)


def expected_gradient(loss_of_token: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Any:
    """Return the expected gradient over all tokens of a small vocabulary."""
    logits = torch.tensor(LOGITS, requires_grad=True)
    log_probs = logits.log_softmax(-1)
    losses = loss_of_token(log_probs, REFERENCE[0])
    (gradient,) = torch.autograd.grad((log_probs.detach().exp() * losses).sum(), logits)
    return gradient


def exact_gradient(*, reverse: bool = False) -> Any:
    logits = torch.tensor([LOGITS], requires_grad=True)
    log_p = logits.log_softmax(-1)
    p, q = (REFERENCE, log_p) if reverse else (log_p, REFERENCE)
    (gradient,) = torch.autograd.grad((p.exp() * (p - q)).sum(), logits)
    return gradient[0]


def test_k1_in_the_reward_gives_the_gradient_of_the_kl() -> None:
    gradient = expected_gradient(
        lambda log_probs, reference: kl_estimates(log_probs.detach(), reference, "k1") * log_probs
    )
    torch.testing.assert_close(gradient, exact_gradient())


def test_the_exact_kl_as_a_loss_gives_the_gradient_of_the_kl() -> None:
    logits = torch.tensor([LOGITS], requires_grad=True)
    (gradient,) = torch.autograd.grad(exact_kl(logits, REFERENCE).sum(), logits)
    torch.testing.assert_close(gradient[0], exact_gradient())


def test_k1_and_k3_as_losses_do_not_give_the_gradient_of_the_kl() -> None:
    by_estimator = {
        name: expected_gradient(partial(kl_estimates, estimator=name))
        for name in ("k1", "k2", "k3")
    }
    assert by_estimator["k1"].abs().max() < 1e-6, "no gradient at all"
    torch.testing.assert_close(by_estimator["k3"], exact_gradient(reverse=True))
    torch.testing.assert_close(by_estimator["k2"], exact_gradient())
    assert (exact_gradient() - exact_gradient(reverse=True)).abs().max() > 0.05


def test_k1_and_k3_are_unbiased_and_k3_is_never_negative() -> None:
    log_p = torch.tensor([LOGITS]).log_softmax(-1)
    kl = exact_kl(log_p, REFERENCE).item()
    for estimator in ("k1", "k3"):
        estimates = kl_estimates(log_p[0], REFERENCE[0], estimator)
        assert (log_p[0].exp() * estimates).sum().item() == pytest.approx(kl, rel=1e-5)
    assert kl_estimates(log_p[0], REFERENCE[0], "k3").min() >= 0


def test_entropies_by_hand() -> None:
    logits = torch.tensor([[0.0, 0.0, 0.0, 0.0], [0.0, -1e9, -1e9, -1e9]])
    torch.testing.assert_close(token_entropies(logits), numbers(math.log(4), 0.0))


LOSSES = torch.tensor([[1.0, 2.0, 3.0, 6.0], [4.0, 0.0, 0.0, 0.0]])
IS_TOKEN = torch.tensor([[True] * 4, [True, False, False, False]])


@pytest.mark.parametrize(
    ("aggregation", "total"),
    [
        ("token_mean", 16 / 5),
        ("sequence_mean", (12 / 4 + 4 / 1) / 2),
        ("sequence_sum", (12 + 4) / 2),
        ("constant", (12 + 4) / (2 * 10)),
    ],
)
def test_aggregations_of_ragged_sequences_by_hand(aggregation: Aggregation, total: float) -> None:
    weights = loss_weights(IS_TOKEN.sum(1), aggregation, constant=10)
    actual = (weights[:, None] * LOSSES * IS_TOKEN).sum().item()
    assert actual == pytest.approx(total)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_a_sequence_without_tokens_gives_finite_weights(aggregation: Aggregation) -> None:
    assert loss_weights(torch.tensor([3, 0]), aggregation, constant=4).isfinite().all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: clipped_policy_losses(torch.zeros(3), torch.zeros(3), torch.zeros(2)),
        lambda: clipped_policy_losses(torch.zeros(3), torch.zeros(2), torch.zeros(3)),
        lambda: clipped_value_losses(torch.zeros(3), torch.zeros(2), torch.zeros(3)),
        lambda: kl_estimates(torch.zeros(3), torch.zeros(3), "k4"),  # type: ignore[arg-type]
        lambda: loss_weights(torch.ones(2), "mean"),  # type: ignore[arg-type]
    ],
)
def test_arguments_that_do_not_match_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ArgumentError, match="must be"):
        call()


def test_shapes_that_do_not_match_are_refused() -> None:
    with pytest.raises(ArgumentError, match="token_ids must be of shape"):
        token_log_probs(torch.zeros(2, 5), torch.zeros(3, dtype=torch.long))
    with pytest.raises(ArgumentError, match="reference_logits must be of shape"):
        exact_kl(torch.zeros(2, 5), torch.zeros(2, 4))
