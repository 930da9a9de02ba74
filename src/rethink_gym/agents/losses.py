"""Losses over sampled tokens, as pure functions on tensors."""

import torch
from torch import Tensor

from rethink_gym.errors import argument_error

__all__ = ["exact_kl", "policy_gradient_loss", "token_log_probs"]


def token_log_probs(logits: Tensor, token_ids: Tensor) -> Tensor:
    """Return the log-probability of each token under its logits.

    Args:
        logits: Shape ``(tokens, vocabulary)``, already divided by the temperature.
        token_ids: The tokens that were sampled, integer, shape ``(tokens,)``.

    Returns:
        Natural logs, float32, shape ``(tokens,)``.

    Raises:
        ArgumentError: If the shapes do not fit each other.
    """
    if logits.ndim != 2 or token_ids.shape != logits.shape[:1]:
        raise argument_error("token_ids", f"of shape ({len(logits)},)", tuple(token_ids.shape))
    return logits.float().log_softmax(-1).gather(-1, token_ids[:, None]).squeeze(-1)


def exact_kl(logits: Tensor, reference_logits: Tensor) -> Tensor:
    """Return KL(policy || reference) of the next-token distributions.

    ``KL = sum_v p(v) (log p(v) - log q(v))``, over the whole vocabulary. Unlike the
    estimators from sampled tokens it is right both as a value and as a loss.

    Args:
        logits: Of the policy, shape ``(tokens, vocabulary)``.
        reference_logits: Of the reference, same shape; no gradient flows into it.

    Returns:
        Nats per token, float32, shape ``(tokens,)``, never below zero but for rounding.

    Raises:
        ArgumentError: If the shapes differ.

    References:
        Kumar et al. 2024, equations 3 and 4 (arXiv:2409.12917).
    """
    if logits.shape != reference_logits.shape:
        raise argument_error(
            "reference_logits", f"of shape {tuple(logits.shape)}", tuple(reference_logits.shape)
        )
    log_p = logits.float().log_softmax(-1)
    log_q = reference_logits.detach().float().log_softmax(-1)
    return (log_p.exp() * (log_p - log_q)).sum(-1)


def policy_gradient_loss(
    log_probs: Tensor, advantages: Tensor, kls: Tensor, kl_weights: Tensor, *, num_episodes: int
) -> Tensor:
    """Return the REINFORCE loss with a KL penalty, summed over tokens.

    ``loss = sum_t (-advantage_t * log_prob_t + kl_weight_t * kl_t) / num_episodes``

    Tokens are summed, not averaged, so that an episode's gradient is the gradient
    of its own log-probability and KL; the count of episodes is that of the whole
    batch, so that micro-batches add up to the same gradient however they are cut.

    Args:
        log_probs: Of the sampled tokens, shape ``(tokens,)``.
        advantages: Of the attempt that each token belongs to, same shape.
        kls: KL to the reference at each token, same shape.
        kl_weights: Weight of that KL, same shape.
        num_episodes: How many episodes the whole batch holds.

    Returns:
        A scalar.

    Raises:
        ArgumentError: If the shapes differ.

    References:
        Williams, "Simple Statistical Gradient-Following Algorithms", 1992;
        Kumar et al. 2024, equations 2 to 4 (arXiv:2409.12917).
    """
    for name, tensor in (("advantages", advantages), ("kls", kls), ("kl_weights", kl_weights)):
        if tensor.shape != log_probs.shape:
            raise argument_error(name, f"of shape {tuple(log_probs.shape)}", tuple(tensor.shape))
    per_token = kl_weights * kls - advantages.detach() * log_probs
    return torch.sum(per_token) / num_episodes
