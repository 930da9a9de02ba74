"""The gradient of the KL of a whole attempt, against an enumeration of all attempts."""

import itertools

import pytest
import torch
from torch import Tensor

from rethink_gym.agents.objectives.advantages import kl_to_go
from rethink_gym.agents.objectives.losses import exact_kl

VOCABULARY, LENGTH = 3, 5
SEQUENCES = list(itertools.product(range(VOCABULARY), repeat=LENGTH))


def tables(distance: float, seed: int) -> tuple[list[Tensor], list[Tensor]]:
    """Return the logits of a reference and of a policy after every prefix."""
    source = torch.Generator().manual_seed(seed)

    def random_logits(length: int) -> Tensor:
        return torch.randn([VOCABULARY] * (length + 1), generator=source, dtype=torch.double)

    reference = [random_logits(length) for length in range(LENGTH)]
    policy = [
        (own + distance * random_logits(n)).requires_grad_() for n, own in enumerate(reference)
    ]
    return policy, reference


def rows_of(logits: list[Tensor]) -> Tensor:
    """Return the logits that every token of every sequence is sampled from."""
    return torch.stack([logits[t][s[:t]] for s in SEQUENCES for t in range(LENGTH)])


def gradient(value: Tensor, policy: list[Tensor]) -> Tensor:
    return torch.cat([g.flatten() for g in torch.autograd.grad(value, policy, retain_graph=True)])


def gradients(distance: float, seed: int) -> dict[str, Tensor]:
    """Return the expected gradient for each way the KL enters, and the true one."""
    policy, reference = tables(distance, seed)
    logits, reference_logits = rows_of(policy), rows_of(reference)
    tokens = torch.tensor(SEQUENCES).flatten()
    log_p = logits.log_softmax(-1).gather(1, tokens[:, None])[:, 0]
    log_q = reference_logits.log_softmax(-1).gather(1, tokens[:, None])[:, 0]
    shape = (len(SEQUENCES), LENGTH)
    probability = log_p.reshape(shape).sum(1).exp()
    attempt = (probability * (log_p - log_q).reshape(shape).sum(1)).sum()
    weights = probability.detach()[:, None]
    kls = exact_kl(logits, reference_logits)
    rows = torch.arange(len(SEQUENCES)).repeat_interleave(LENGTH)
    later = kl_to_go(kls, rows, torch.zeros_like(rows))
    k1 = (log_p - log_q).detach().reshape(shape).sum(1, keepdim=True)
    return {
        "attempt": gradient(attempt, policy),
        "loss": gradient((weights * kls.reshape(shape)).sum(), policy),
        "both": gradient((weights * (kls + later * log_p).reshape(shape)).sum(), policy),
        "reward": gradient((weights * k1 * log_p.reshape(shape)).sum(), policy),
    }


@pytest.mark.parametrize("distance", [0.1, 0.5, 1.0])
def test_both_terms_are_the_gradient_of_the_attempt(distance: float) -> None:
    computed = gradients(distance, seed=0)
    size = computed["attempt"].norm()
    # exact_kl computes in float32.
    assert (computed["both"] - computed["attempt"]).norm() / size < 1e-5
    assert (computed["reward"] - computed["attempt"]).norm() / size < 1e-9


@pytest.mark.parametrize(("distance", "min_error"), [(0.1, 0.01), (1.0, 0.2)])
def test_the_kl_of_every_position_alone_misses_the_second_term(
    distance: float, min_error: float
) -> None:
    computed = gradients(distance, seed=0)
    error = (computed["loss"] - computed["attempt"]).norm() / computed["attempt"].norm()
    assert min_error < error < 0.6


def test_the_kl_to_go_counts_later_positions_of_the_turn_and_discounts_later_turns() -> None:
    rows = torch.tensor([0, 0, 0, 0, 0, 1, 1])
    turns = torch.tensor([0, 0, 1, 1, 2, 0, 2])
    kls = torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
    assert kl_to_go(kls, rows, turns, turn_gamma=0.0).tolist() == [2, 0, 8, 0, 0, 0, 0]
    assert kl_to_go(kls, rows, turns, turn_gamma=1.0).tolist() == [30, 28, 24, 16, 0, 64, 0]
    # Half of turn 1, a quarter of turn 2.
    assert kl_to_go(kls, rows, turns, turn_gamma=0.5).tolist() == [12, 10, 16, 8, 0, 16, 0]


def test_a_kl_of_zero_has_a_kl_to_go_of_exactly_zero() -> None:
    rows, turns = torch.zeros(5, dtype=torch.long), torch.tensor([0, 0, 1, 1, 1])
    assert kl_to_go(torch.zeros(5), rows, turns).tolist() == [0.0] * 5
    assert kl_to_go(torch.zeros(0), rows[:0], turns[:0]).tolist() == []


def test_equal_distributions_have_a_kl_and_a_gradient_of_exactly_zero() -> None:
    logits = torch.randn(7, 50, generator=torch.Generator().manual_seed(0)).requires_grad_()
    kls = exact_kl(logits, logits.detach().clone())
    kls.sum().backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert kls.tolist() == [0.0] * 7
    assert logits.grad.abs().max() == 0.0


def test_the_gradient_of_the_kl_is_that_of_autograd() -> None:
    source = torch.Generator().manual_seed(0)
    logits = torch.randn(4, 9, generator=source).requires_grad_()
    reference = torch.randn(4, 9, generator=source)
    weights = torch.tensor([1.0, 0.5, 2.0, 0.0])
    (own,) = torch.autograd.grad((weights * exact_kl(logits, reference)).sum(), logits)
    log_p, log_q = logits.log_softmax(-1), reference.log_softmax(-1)
    by_autograd = (weights * (log_p.exp() * (log_p - log_q)).sum(-1)).sum()
    (expected,) = torch.autograd.grad(by_autograd, logits)
    torch.testing.assert_close(own, expected, atol=1e-6, rtol=1e-5)
