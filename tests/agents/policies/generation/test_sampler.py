"""Sampling from logits, and its log-probabilities."""

import math

import pytest
import torch

from rethink_gym.agents.policies.generation.sampler import sample_tokens


def test_the_cumulative_distribution_decides() -> None:
    logits = torch.tensor([0.2, 0.5, 0.3]).log().expand(5, 3)
    uniforms = torch.tensor([0.0, 0.19, 0.21, 0.69, 0.71])
    tokens, log_probs = sample_tokens(logits, 1.0, uniforms)
    assert tokens.tolist() == [0, 0, 1, 1, 2]
    assert log_probs.exp().tolist() == pytest.approx([0.2, 0.2, 0.5, 0.5, 0.3])


def test_the_temperature_is_in_the_log_probabilities() -> None:
    logits = torch.tensor([[1.0, 3.0]])
    _, log_probs = sample_tokens(logits, 2.0, torch.tensor([0.99]))
    assert log_probs.item() == pytest.approx(-math.log1p(math.exp(-1.0)))


def test_temperature_zero_is_greedy_with_the_probability_of_the_logits() -> None:
    tokens, log_probs = sample_tokens(torch.tensor([[1.0, 3.0]]), 0.0, None)
    assert tokens.tolist() == [1]
    assert log_probs.item() == pytest.approx(-math.log1p(math.exp(-2.0)))


def test_an_impossible_token_is_never_sampled() -> None:
    inf = math.inf
    logits = torch.tensor([[-inf, 0.0, -inf, 0.0, -inf, -inf]]).expand(4, 6)
    almost_one = 1 - 2**-24
    tokens, log_probs = sample_tokens(logits, 1.0, torch.tensor([0.0, 0.4999, 0.5, almost_one]))
    assert tokens.tolist() == [1, 1, 3, 3]
    assert log_probs.isfinite().all()


def test_half_precision_logits_give_single_precision_log_probabilities() -> None:
    logits = torch.linspace(-3, 3, 7, dtype=torch.bfloat16)[None]
    _, log_probs = sample_tokens(logits, 0.0, None)
    assert log_probs.dtype == torch.float32
    assert log_probs.item() == pytest.approx(logits.float().log_softmax(-1)[0, 6].item(), abs=1e-6)
