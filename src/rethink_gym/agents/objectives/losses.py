"""Losses over sampled tokens, as pure functions on tensors."""

import torch
from torch import Tensor

from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = [
    "AGGREGATIONS",
    "MAX_LOG_RATIO",
    "clipped_policy_losses",
    "clipped_value_losses",
    "exact_kl",
    "is_cut_off",
    "kl_estimates",
    "log_ratios",
    "loss_weights",
    "token_entropies",
    "token_log_probs",
]

AGGREGATIONS = ("token_mean", "sequence_mean", "sequence_sum", "constant")
"""How the losses of tokens become one number; see `loss_weights`."""

MAX_LOG_RATIO = 20.0
"""Ratios beyond ``exp(20)`` are cut off before they overflow."""


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


def kl_estimates(log_probs: Tensor, reference_log_probs: Tensor, estimator: str) -> Tensor:
    """Estimate KL(policy || reference) from the tokens that the policy drew.

    With ``d = log p - log q`` of the drawn token: ``k1 = d``, ``k2 = d^2 / 2``, ``k3 =
    exp(-d) - 1 + d``. k1 and k3 have the right mean, and k3 is never negative: a good
    number to report. k1 is what to subtract from a reward. As a *loss*, none but k2 has
    the right gradient, and `exact_kl` is better than all of them.

    Args:
        log_probs: Of the drawn tokens under the policy, shape ``(tokens,)``.
        reference_log_probs: Under the reference, same shape.
        estimator: ``"k1"``, ``"k2"`` or ``"k3"``.

    Returns:
        Nats per token, same shape.

    Raises:
        ArgumentError: If there is no such estimator, or the shapes differ.

    References:
        Schulman, "Approximating KL Divergence", 2020; for the gradients: Tang and
        Munos, "On a Few Pitfalls in KL Divergence Gradient Estimation for RL", 2025
        (arXiv:2506.09477).
    """
    check_choice("estimator", estimator, ("k1", "k2", "k3"))
    differences = log_ratios(log_probs, reference_log_probs)
    if estimator == "k1":
        return differences
    if estimator == "k2":
        return differences.square() / 2
    return torch.expm1(-differences) + differences


def log_ratios(log_probs: Tensor, old_log_probs: Tensor) -> Tensor:
    """Return the logs of the ratios of probabilities, kept from overflowing.

    Args:
        log_probs: Shape ``(tokens,)``.
        old_log_probs: Same shape; no gradient flows into it.

    Returns:
        ``log_probs - old_log_probs``, between `MAX_LOG_RATIO` and its negative.

    Raises:
        ArgumentError: If the shapes differ.
    """
    _check_shape("old_log_probs", old_log_probs, log_probs)
    differences = log_probs - old_log_probs.detach()
    return differences.clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO)


def is_cut_off(log_probs: Tensor, old_log_probs: Tensor) -> Tensor:
    """Tell which ratios of probabilities `log_ratios` cuts off.

    Args:
        log_probs: Shape ``(tokens,)``.
        old_log_probs: Same shape.

    Returns:
        Truth values, same shape. Any of them says that policies are compared that have
        nothing to do with each other.
    """
    return (log_probs - old_log_probs).detach().abs() > MAX_LOG_RATIO


def token_entropies(logits: Tensor) -> Tensor:
    """Return the entropy of each next-token distribution.

    Args:
        logits: Shape ``(tokens, vocabulary)``, already divided by the temperature.

    Returns:
        Nats, float32, shape ``(tokens,)``, from 0 to the log of the vocabulary's size.
    """
    log_p = logits.float().log_softmax(-1)
    return -(log_p.exp() * log_p).sum(-1)


def clipped_policy_losses(
    log_probs: Tensor,
    old_log_probs: Tensor,
    advantages: Tensor,
    *,
    clip_eps_low: float = 0.2,
    clip_eps_high: float = 0.2,
) -> Tensor:
    """Return the clipped surrogate loss of each token.

    ``-min(ratio * advantage, clip(ratio, 1 - clip_eps_low, 1 + clip_eps_high) * advantage)``;
    while the policy is still the one that sampled, its gradient is that of
    ``-advantage * log_prob``.

    Args:
        log_probs: Of the sampled tokens, shape ``(tokens,)``.
        old_log_probs: Under the policy that sampled them, same shape.
        advantages: Same shape; no gradient flows into them.
        clip_eps_low: How far below 1 a ratio may fall before it teaches no more.
        clip_eps_high: How far above 1 it may rise; larger than ``clip_eps_low``, it lets
            unlikely tokens grow.

    Returns:
        Same shape.

    Raises:
        ArgumentError: If the shapes differ.

    References:
        Schulman et al., "Proximal Policy Optimization Algorithms", 2017, equation 7
        (arXiv:1707.06347); two bounds: Yu et al., "DAPO", 2025, section 3.1
        (arXiv:2503.14476).
    """
    _check_shape("advantages", advantages, log_probs)
    ratios = log_ratios(log_probs, old_log_probs).exp()
    clipped = ratios.clamp(1.0 - clip_eps_low, 1.0 + clip_eps_high)
    advantages = advantages.detach()
    return -torch.minimum(ratios * advantages, clipped * advantages)


def clipped_value_losses(
    values: Tensor, old_values: Tensor, returns: Tensor, *, clip: float | None = 0.2
) -> Tensor:
    """Return the squared error of each value, the larger of the free and the clipped one.

    Args:
        values: Expected returns, shape ``(tokens,)``.
        old_values: Those before the update, same shape.
        returns: What they should be, same shape.
        clip: How far a value may move from its old one and still gain; None lets it
            move freely.

    Returns:
        Half the squared errors, same shape.

    Raises:
        ArgumentError: If the shapes differ.

    References:
        Huang et al., "The N+ Implementation Details of RLHF with PPO", 2024
        (arXiv:2403.17031).
    """
    _check_shape("old_values", old_values, values)
    _check_shape("returns", returns, values)
    errors = (values - returns).square()
    if clip is not None:
        held = old_values + (values - old_values).clamp(-clip, clip)
        errors = torch.maximum(errors, (held - returns).square())
    return errors / 2


def loss_weights(lengths: Tensor, aggregation: str, *, constant: int = 1) -> Tensor:
    """Return by how much each token's loss counts, so that losses only need summing.

    With *n* sequences of ``l_i`` tokens, each token of sequence *i* weighs

    - ``"token_mean"``: ``1 / sum(l)``, so that long sequences weigh more;
    - ``"sequence_mean"``: ``1 / (n * l_i)``, so that tokens of long ones weigh less;
    - ``"sequence_sum"``: ``1 / n``, the gradient of the sequence's own probability;
    - ``"constant"``: ``1 / (n * constant)``, the same on a smaller scale.

    The lengths are those of the whole batch, whatever part of it is computed at once:
    the parts' gradients then add up to that of the batch.

    Args:
        lengths: Tokens that count in each sequence, shape ``(sequences,)``.
        aggregation: A name out of `AGGREGATIONS`.
        constant: The most tokens of a sequence, say; used by ``"constant"`` only.

    Returns:
        One weight per sequence, float32, shape ``(sequences,)``.

    Raises:
        ArgumentError: If there is no such aggregation, or ``constant`` is below 1.

    References:
        Liu et al., "Understanding R1-Zero-Like Training", 2025, section 3.1
        (arXiv:2503.20783); Yu et al., "DAPO", 2025, section 3.3 (arXiv:2503.14476).
    """
    check_choice("aggregation", aggregation, AGGREGATIONS)
    check_count("constant", constant)
    counts = lengths.float().clamp(min=1.0)
    ones = torch.ones_like(counts)
    if aggregation == "token_mean":
        return ones / lengths.float().sum().clamp(min=1.0)
    if aggregation == "sequence_mean":
        return ones / (len(lengths) * counts)
    if aggregation == "sequence_sum":
        return ones / len(lengths)
    return ones / (len(lengths) * constant)


def _check_shape(name: str, tensor: Tensor, like: Tensor) -> None:
    if tensor.shape != like.shape:
        raise argument_error(name, f"of shape {tuple(like.shape)}", tuple(tensor.shape))
