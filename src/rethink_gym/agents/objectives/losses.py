"""Losses over sampled tokens, as pure functions on tensors."""

from typing import Any, Literal

import torch
from torch import Tensor

from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = [
    "AGGREGATIONS",
    "MAX_LOG_RATIO",
    "Aggregation",
    "clipped_policy_losses",
    "clipped_value_losses",
    "exact_kl",
    "is_clamped",
    "kl_estimates",
    "log_ratios",
    "loss_weights",
    "token_entropies",
    "token_log_probs",
]

Aggregation = Literal["token_mean", "sequence_mean", "sequence_sum", "constant"]
"""How the losses of tokens become one number; see `loss_weights`."""

AGGREGATIONS = ("token_mean", "sequence_mean", "sequence_sum", "constant")

MAX_LOG_RATIO = 20.0
"""Log-ratios are clamped to ±20, before their exponentials overflow."""


def token_log_probs(logits: Tensor, token_ids: Tensor) -> Tensor:
    """Return the log-probability of each token under its logits.

    Args:
        logits: Shape ``(tokens, vocabulary)``, already divided by the temperature.
        token_ids: The sampled tokens, integer, shape ``(tokens,)``.

    Returns:
        Natural logarithms, float32, shape ``(tokens,)``.

    Raises:
        ArgumentError: If ``token_ids`` does not have one entry per row of ``logits``.
    """
    if logits.ndim != 2 or token_ids.shape != logits.shape[:1]:
        raise argument_error("token_ids", f"of shape ({len(logits)},)", tuple(token_ids.shape))
    return logits.float().log_softmax(-1).gather(-1, token_ids[:, None]).squeeze(-1)


def exact_kl(logits: Tensor, reference_logits: Tensor) -> Tensor:
    """Return KL(policy || reference) of the next-token distributions.

    ``KL = sum_v p(v) (log p(v) - log q(v))``, over the whole vocabulary: exact at every
    position. Its gradient is that of the position, given the tokens before it. The
    gradient of the KL of a whole attempt has a second term, since each token also decides
    which later positions are reached; `kl_to_go` gives what that term needs.

    Where both distributions are equal, value and gradient are exactly 0. Autograd would
    leave rounding errors there, which Adam scales up to full steps.

    Args:
        logits: Logits of the policy, shape ``(tokens, vocabulary)``.
        reference_logits: Logits of the reference, same shape; no gradient flows into them.

    Returns:
        Nats per token, float32, shape ``(tokens,)``; not negative, except by rounding.

    Raises:
        ArgumentError: If the shapes differ.

    References:
        Kumar et al. 2024, equations 3 and 4 (arXiv:2409.12917).
    """
    if logits.shape != reference_logits.shape:
        raise argument_error(
            "reference_logits", f"of shape {tuple(logits.shape)}", tuple(reference_logits.shape)
        )
    kls: Tensor = _ExactKL.apply(  # type: ignore[no-untyped-call]  # torch gives it no types
        logits.float(), reference_logits.detach().float()
    )
    return kls


class _ExactKL(torch.autograd.Function):
    """KL with its gradient in closed form: ``p(v) (log p(v) - log q(v) - KL)``."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, reference_logits: Tensor) -> Tensor:
        """Compute the KL of each row."""
        log_p = logits.log_softmax(-1)
        differences = log_p - reference_logits.log_softmax(-1)
        probs = log_p.exp()
        kls = (probs * differences).sum(-1)
        ctx.save_for_backward(probs, differences, kls)
        return kls

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        """Return the gradient of the logits."""
        probs, differences, kls = ctx.saved_tensors
        return grad[:, None] * probs * (differences - kls[:, None]), None


def kl_estimates(
    log_probs: Tensor, reference_log_probs: Tensor, estimator: Literal["k1", "k2", "k3"]
) -> Tensor:
    """Estimate KL(policy || reference) from the tokens that the policy sampled.

    With ``d = log p - log q`` of the sampled token: ``k1 = d``, ``k2 = d^2 / 2``, ``k3 =
    exp(-d) - 1 + d``. k1 and k3 are unbiased, and k3 is never negative: a good number to
    report. k1 is what to subtract from a reward. As a *loss*, only k2 has the right
    gradient, and `exact_kl` has less variance than all of them.

    Args:
        log_probs: Log-probabilities of the sampled tokens under the policy, any shape.
        reference_log_probs: The same under the reference, same shape.
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
    """Return the logarithms of the importance ratios, clamped before they overflow.

    Args:
        log_probs: Any shape.
        old_log_probs: Same shape; no gradient flows into it.

    Returns:
        ``log_probs - old_log_probs``, in [-`MAX_LOG_RATIO`, `MAX_LOG_RATIO`].

    Raises:
        ArgumentError: If the shapes differ.
    """
    _check_shape("old_log_probs", old_log_probs, log_probs)
    differences = log_probs - old_log_probs.detach()
    return differences.clamp(-MAX_LOG_RATIO, MAX_LOG_RATIO)


def is_clamped(log_probs: Tensor, old_log_probs: Tensor) -> Tensor:
    """Return which importance ratios `log_ratios` clamps.

    Args:
        log_probs: Any shape.
        old_log_probs: Same shape.

    Returns:
        Bool, same shape. Any True says that the two policies have little in common.
    """
    return (log_probs - old_log_probs).detach().abs() > MAX_LOG_RATIO


def token_entropies(logits: Tensor) -> Tensor:
    """Return the entropy of each next-token distribution.

    Args:
        logits: Shape ``(tokens, vocabulary)``, already divided by the temperature.

    Returns:
        Nats, float32, shape ``(tokens,)``, from 0 to the logarithm of the vocabulary size.
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

    ``-min(ratio * advantage, clip(ratio, 1 - clip_eps_low, 1 + clip_eps_high) *
    advantage)``. While the policy is still the one that sampled, its gradient is that of
    ``-advantage * log_prob``.

    Args:
        log_probs: Log-probabilities of the sampled tokens, shape ``(tokens,)``.
        old_log_probs: The same under the policy that sampled them, same shape.
        advantages: Same shape; no gradient flows into them.
        clip_eps_low: Lower clipping bound of the ratio, as a distance from 1.
        clip_eps_high: Upper clipping bound. Larger than ``clip_eps_low``, it lets
            unlikely tokens grow (clip-higher).

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
    """Return half the squared error of each value: the larger of the free and the clipped one.

    Args:
        values: Expected returns, shape ``(tokens,)``.
        old_values: Those before the update, same shape.
        returns: The targets, same shape.
        clip: Maximum useful distance of a value from its old one; None does not clip.

    Returns:
        Same shape.

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
        clipped = old_values + (values - old_values).clamp(-clip, clip)
        errors = torch.maximum(errors, (clipped - returns).square())
    return errors / 2


def loss_weights(lengths: Tensor, aggregation: Aggregation, *, constant: int = 1) -> Tensor:
    """Return the weight of each token's loss, so that losses only need summing.

    With *n* sequences of ``l_i`` tokens, each token of sequence *i* has the weight

    - ``"token_mean"``: ``1 / sum(l)``, so that long sequences weigh more;
    - ``"sequence_mean"``: ``1 / (n * l_i)``, so that tokens of long ones weigh less;
    - ``"sequence_sum"``: ``1 / n``, the gradient of the sequence's own probability;
    - ``"constant"``: ``1 / (n * constant)``, the same on a smaller scale.

    The lengths are those of the whole step, not of the part that is computed at once: the
    gradients of the parts then add up to that of the step.

    Args:
        lengths: Number of tokens that count in each sequence, shape ``(sequences,)``.
        aggregation: One of `AGGREGATIONS`.
        constant: For ``"constant"`` only, such as the maximum length of a sequence.

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
