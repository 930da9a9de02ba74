"""Returns and advantages, of whole attempts and of single tokens: pure functions on tensors."""

import torch
from torch import Tensor

from rethink_gym.errors import argument_error

__all__ = [
    "discounted_returns",
    "generalized_advantages",
    "group_advantages",
    "leave_one_out_advantages",
    "masked_whiten",
    "novelty_bonuses",
    "overlong_penalties",
    "repetition_penalties",
]


def discounted_returns(rewards: Tensor, gamma: float) -> Tensor:
    """Sum each turn's reward and the discounted rewards of the turns behind it.

    ``returns[..., t] = rewards[..., t] + gamma * returns[..., t + 1]``

    Args:
        rewards: One reward per turn, float, shape ``(..., turns)``.
        gamma: What a reward is worth one turn earlier, in [0, 1]; 0 lets each
            turn answer for its own reward only.

    Returns:
        The returns, same shape.

    Raises:
        ArgumentError: If ``gamma`` is not in [0, 1].
    """
    if not 0.0 <= gamma <= 1.0:
        raise argument_error("gamma", "in [0, 1]", gamma)
    returns = rewards.clone()
    for turn in range(rewards.shape[-1] - 2, -1, -1):
        returns[..., turn] += gamma * returns[..., turn + 1]
    return returns


def leave_one_out_advantages(returns: Tensor) -> Tensor:
    """Subtract from each sample's return the mean return of the other samples.

    The baseline of a sample does not depend on that sample, so the policy
    gradient stays unbiased; samples that all earn the same have advantage zero. A
    single sample has no others: its baseline is 0, which is as unbiased.

    Args:
        returns: Float, shape ``(problems, samples, ...)``.

    Returns:
        The advantages, same shape; those of two or more samples sum to zero.

    Raises:
        ArgumentError: If there is no axis of samples.

    References:
        Ahmadian et al., "Back to Basics: Revisiting REINFORCE Style Optimization
        for Learning from Human Feedback in LLMs", 2024, section 2.2
        (arXiv:2402.14740).
    """
    _check_groups(returns)
    num_samples = returns.shape[1]
    if num_samples == 1:
        return returns.clone()
    centred = returns - returns.mean(dim=1, keepdim=True)
    return centred * (num_samples / (num_samples - 1))


def group_advantages(returns: Tensor, *, scale: bool = True, eps: float = 1e-6) -> Tensor:
    """Centre the returns within the samples of a problem, and scale them to deviation 1.

    Args:
        returns: Float, shape ``(problems, samples, ...)``.
        scale: Whether to divide by the samples' standard deviation (with Bessel's
            correction). Without it, easy and hard problems weigh as their spread.
        eps: Added to that deviation.

    Returns:
        The advantages, same shape; zero where all samples earn the same, and so
        also for a single sample.

    Raises:
        ArgumentError: If there is no axis of samples.

    References:
        Shao et al., "DeepSeekMath", 2024, section 4.1.2 (arXiv:2402.03300); without
        the scale: Liu et al., "Understanding R1-Zero-Like Training", 2025, section
        3.2 (arXiv:2503.20783).
    """
    _check_groups(returns)
    centred = returns - returns.mean(dim=1, keepdim=True)
    if not scale or returns.shape[1] == 1:
        return centred
    # Without the mask, the rounding of the mean would be blown up by 1 / eps.
    is_flat = returns.amax(dim=1, keepdim=True) == returns.amin(dim=1, keepdim=True)
    scaled = centred / (returns.std(dim=1, keepdim=True) + eps)
    return scaled.masked_fill(is_flat, 0.0)


def generalized_advantages(
    rewards: Tensor,
    values: Tensor,
    is_action: Tensor,
    *,
    gamma: float = 1.0,
    gae_lambda: float = 0.95,
    final_values: Tensor | None = None,
) -> Tensor:
    """Return the generalized advantage estimates of action tokens.

    ``delta_t = reward_t + gamma * value_{t+1} - value_t`` and ``advantage_t =
    delta_t + gamma * gae_lambda * advantage_{t+1}``, where *t + 1* is the next *action*
    token. Tokens of the environment and padding are no steps of time: however many
    stand between two actions, nothing is discounted for them.

    Args:
        rewards: Earned by each token, float, shape ``(episodes, tokens)``; what
            stands at other tokens than actions is not looked at.
        values: Expected return before each token was chosen, same shape.
        is_action: Which tokens the policy chose, same shape, bool.
        gamma: What a reward is worth one action earlier, in [0, 1].
        gae_lambda: Lambda, in [0, 1]: 0 trusts the values, 1 what was earned.
        final_values: Expected return behind the last action, shape ``(episodes,)``:
            0 (and so if None) where the episode was terminated, the value of the
            last state where it was truncated.

    Returns:
        Same shape; 0 at tokens that are no actions. Add the values to it for the
        returns that a critic learns.

    Raises:
        ArgumentError: If shapes differ, or a factor is not in [0, 1].

    References:
        Schulman et al., "High-Dimensional Continuous Control Using Generalized
        Advantage Estimation", 2016, equation 16 (arXiv:1506.02438).
    """
    for name, tensor in (("values", values), ("is_action", is_action)):
        if rewards.ndim != 2 or tensor.shape != rewards.shape:
            raise argument_error(
                name, f"of the rewards' shape {tuple(rewards.shape)}", tuple(tensor.shape)
            )
    for name, factor in (("gamma", gamma), ("gae_lambda", gae_lambda)):
        if not 0.0 <= factor <= 1.0:
            raise argument_error(name, "in [0, 1]", factor)
    next_values = rewards.new_zeros(len(rewards)) if final_values is None else final_values
    next_advantages = torch.zeros_like(next_values)
    advantages = torch.zeros_like(rewards)
    for token in range(rewards.shape[1] - 1, -1, -1):
        is_here = is_action[:, token]
        deltas = rewards[:, token] + gamma * next_values - values[:, token]
        here = deltas + gamma * gae_lambda * next_advantages
        advantages[:, token] = torch.where(is_here, here, 0.0)
        next_advantages = torch.where(is_here, here, next_advantages)
        next_values = torch.where(is_here, values[:, token], next_values)
    return advantages


def masked_whiten(
    numbers: Tensor, mask: Tensor, *, shift: bool = True, eps: float = 1e-8
) -> Tensor:
    """Scale the masked entries to variance 1, and shift them to mean 0.

    Args:
        numbers: Float, any shape.
        mask: Which entries count, same shape, bool; the others shape neither mean
            nor variance.
        shift: Whether to subtract the mean; rewards are scaled only, since their
            mean says what is good.
        eps: Added to the variance.

    Returns:
        Same shape; 0 at entries that do not count.

    Raises:
        ArgumentError: If the shapes differ.

    References:
        Huang et al., "The N+ Implementation Details of RLHF with PPO", 2024
        (arXiv:2403.17031): advantages are shifted, rewards are not.
    """
    if mask.shape != numbers.shape:
        raise argument_error("mask", f"of shape {tuple(numbers.shape)}", tuple(mask.shape))
    count = mask.sum().clamp(min=1)
    mean = torch.where(mask, numbers, 0.0).sum() / count
    variance = torch.where(mask, (numbers - mean).square(), 0.0).sum() / count
    whitened = (numbers - mean if shift else numbers) * (variance + eps).rsqrt()
    return torch.where(mask, whitened, 0.0)


def _check_groups(returns: Tensor) -> None:
    if returns.ndim < 2:
        raise argument_error("returns", "of shape (problems, samples, ...)", tuple(returns.shape))


def overlong_penalties(lengths: Tensor, max_length: int, buffer: int) -> Tensor:
    """Penalise messages that come close to the limit, the more the closer.

    ``0`` up to ``max_length - buffer`` tokens, then falling linearly to ``-1`` at
    ``max_length``.

    Args:
        lengths: Tokens of each message, any shape.
        max_length: The limit on tokens.
        buffer: How many tokens before the limit the penalty begins.

    Returns:
        In [-1, 0], float32, same shape.

    Raises:
        ArgumentError: If ``buffer`` is not from 1 to ``max_length``.

    References:
        Yu et al., "DAPO", 2025, section 3.4, equation 13 (arXiv:2503.14476).
    """
    if not 1 <= buffer <= max_length:
        raise argument_error("buffer", f"from 1 to the {max_length} tokens of a message", buffer)
    return -((lengths.float() - (max_length - buffer)) / buffer).clamp(0.0, 1.0)


def novelty_bonuses(counts: Tensor) -> Tensor:
    """Reward answers that were seldom given to their problem, ``1 / sqrt(count)``.

    Args:
        counts: How often each answer was given so far, this time included; 0 where
            there is no answer.

    Returns:
        In [0, 1], float32, same shape; 0 where there is no answer.

    References:
        Song et al., "Outcome-based Exploration for LLM Reasoning", 2025, the
        historical bonus.
    """
    return torch.where(counts > 0, counts.float().clamp(min=1.0).rsqrt(), 0.0)


def repetition_penalties(answers: Tensor) -> Tensor:
    """Penalise answers that other samples of the same problem give as well.

    Args:
        answers: A whole number per answer, equal ones for equal answers and -1 where
            there is none; shape ``(problems, samples, ...)``.

    Returns:
        Minus the share of the other samples that say the same, in [-1, 0], float32,
        same shape.

    References:
        Song et al., "Outcome-based Exploration for LLM Reasoning", 2025, the batch
        exploration.
    """
    num_others = max(answers.shape[1] - 1, 1)
    same = (answers[:, :, None] == answers[:, None]).sum(dim=2) - 1
    return torch.where(answers >= 0, -same / num_others, 0.0)
