"""Returns, baselines and advantages, of whole turns and of single tokens, and reward shaping.

Pure functions on tensors. Samples of a problem may have different numbers of turns: a mask
says which turns exist, and a sample is compared only with samples that have the same turn.
"""

import torch
from torch import Tensor

from rethink_gym.errors import argument_error

__all__ = [
    "discounted_returns",
    "generalized_advantages",
    "group_advantages",
    "kl_to_go",
    "leave_one_out_advantages",
    "masked_whiten",
    "novelty_bonuses",
    "overlong_penalties",
    "place_turn_rewards",
    "repetition_penalties",
]


def discounted_returns(rewards: Tensor, gamma: float) -> Tensor:
    """Sum each turn's reward and the discounted rewards of the turns after it.

    ``returns[..., t] = rewards[..., t] + gamma * returns[..., t + 1]``. Turns that do not
    exist must have reward 0.

    Args:
        rewards: Reward of each turn, float, shape ``(..., turns)``.
        gamma: Discount per turn, in [0, 1]; with 0 each turn counts its own reward only.

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


def leave_one_out_advantages(returns: Tensor, mask: Tensor | None = None) -> Tensor:
    """Subtract from each sample's return the mean return of the other samples.

    The baseline of a sample depends only on other samples, which are independent of it,
    so the policy gradient stays unbiased. That also holds for samples of unequal length:
    which others have the turn, too, says nothing about the sample itself. A sample without
    others at a turn has baseline 0. Samples with equal returns have advantage exactly 0.

    Args:
        returns: Float, shape ``(problems, samples, ...)``.
        mask: Which entries exist, bool, same shape; all of them if None.

    Returns:
        The advantages, same shape; 0 where nothing exists.

    Raises:
        ArgumentError: If there is no axis of samples, or the mask has another shape.

    References:
        Ahmadian et al., "Back to Basics: Revisiting REINFORCE Style Optimization
        for Learning from Human Feedback in LLMs", 2024, section 2.2
        (arXiv:2402.14740).
    """
    mask = _checked_mask(returns, mask)
    counts = mask.sum(dim=1, keepdim=True)
    centred = (returns - _masked_mean(returns, mask, counts)) * (counts / (counts - 1).clamp(min=1))
    advantages = torch.where(counts > 1, centred, returns)
    is_flat = (counts > 1) & _is_flat(returns, mask)
    return advantages.masked_fill(is_flat | ~mask, 0.0)


def group_advantages(
    returns: Tensor, mask: Tensor | None = None, *, scale: bool = True, eps: float = 1e-6
) -> Tensor:
    """Centre the returns within the samples of a problem, and scale them to deviation 1.

    Args:
        returns: Float, shape ``(problems, samples, ...)``.
        mask: Which entries exist, bool, same shape; all of them if None. A sample is
            compared with the samples that have the same turn.
        scale: Whether to divide by the samples' standard deviation (with Bessel's
            correction). Without it, easy and hard problems weigh as their spread.
        eps: Added to that deviation.

    Returns:
        The advantages, same shape. Exactly 0 where all samples earn the same, for a single
        sample, and where nothing exists.

    Raises:
        ArgumentError: If there is no axis of samples, or the mask has another shape.

    References:
        Shao et al., "DeepSeekMath", 2024, section 4.1.2 (arXiv:2402.03300); without
        the scale: Liu et al., "Understanding R1-Zero-Like Training", 2025, section
        3.2 (arXiv:2503.20783).
    """
    mask = _checked_mask(returns, mask)
    counts = mask.sum(dim=1, keepdim=True)
    centred = returns - _masked_mean(returns, mask, counts)
    if scale:
        squares = centred.square().masked_fill(~mask, 0.0).sum(dim=1, keepdim=True)
        centred = centred / ((squares / (counts - 1).clamp(min=1)).sqrt() + eps)
    # Without this mask, 1 / eps would scale up the rounding error of the mean.
    return centred.masked_fill(_is_flat(returns, mask) | ~mask, 0.0)


def place_turn_rewards(rewards: Tensor, turns: Tensor) -> Tensor:
    """Give the reward of each turn to the last token that was sampled in it.

    Args:
        rewards: Reward of each turn, float, shape ``(episodes, turns)``.
        turns: Turn of each sampled token, -1 for padding, shape ``(episodes, tokens)``.

    Returns:
        Shape ``(episodes, tokens)``. The reward of a turn without sampled tokens goes
        to the last token sampled before it, and is dropped if there is no such token.

    Raises:
        ArgumentError: If the shapes do not fit each other.
    """
    if rewards.ndim != 2 or turns.ndim != 2 or len(rewards) != len(turns):
        raise argument_error("rewards", f"of shape ({len(turns)}, turns)", tuple(rewards.shape))
    placed = rewards.new_zeros((len(turns), turns.shape[1] + 1))
    for turn in range(rewards.shape[1]):
        num_so_far = ((turns >= 0) & (turns <= turn)).sum(dim=1)
        placed.scatter_add_(1, num_so_far[:, None], rewards[:, turn, None])
    return placed[:, 1:]


def generalized_advantages(
    rewards: Tensor,
    values: Tensor,
    is_action: Tensor,
    *,
    gamma: float = 1.0,
    gae_lambda: float = 0.95,
    final_values: Tensor | None = None,
) -> Tensor:
    """Return the generalized advantage estimates (GAE) of action tokens.

    ``delta_t = reward_t + gamma * value_{t+1} - value_t`` and ``advantage_t =
    delta_t + gamma * gae_lambda * advantage_{t+1}``, where *t + 1* is the next *action*
    token. Tokens of the environment and padding are not time steps: nothing is discounted
    for them, however many there are between two actions.

    Args:
        rewards: Reward of each token, float, shape ``(episodes, tokens)``; entries that
            are not actions are ignored.
        values: Expected return before each token was chosen, same shape.
        is_action: Which tokens the policy chose, same shape, bool.
        gamma: Discount per action, in [0, 1].
        gae_lambda: λ, in [0, 1]: 0 trusts the values, 1 the observed rewards.
        final_values: Expected return after the last action, shape ``(episodes,)``:
            0 (as if None) where the episode was terminated, the value of the
            last state where it was truncated.

    Returns:
        Same shape; 0 at tokens that are not actions. Add the values to get the targets of
        the critic.

    Raises:
        ArgumentError: If shapes differ, or ``gamma`` or ``gae_lambda`` is not in [0, 1].

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
    values: Tensor, mask: Tensor, *, shift_mean: bool = True, eps: float = 1e-8
) -> Tensor:
    """Scale the masked entries to variance 1, and shift them to mean 0.

    ``(x - mean) / std``, and with ``shift_mean=False`` ``(x - mean) / std + mean``.

    Args:
        values: Float, any shape.
        mask: Which entries count, bool, same shape; others enter neither mean nor variance.
        shift_mean: Whether the mean becomes 0. Rewards keep theirs, since it says what is
            good.
        eps: Added to the variance.

    Returns:
        Same shape; 0 at entries that do not count.

    Raises:
        ArgumentError: If the shapes differ.

    References:
        Huang et al., "The N+ Implementation Details of RLHF with PPO", 2024
        (arXiv:2403.17031): advantages are shifted, rewards are not.
    """
    if mask.shape != values.shape:
        raise argument_error("mask", f"of shape {tuple(values.shape)}", tuple(mask.shape))
    count = mask.sum().clamp(min=1)
    mean = torch.where(mask, values, 0.0).sum() / count
    variance = torch.where(mask, (values - mean).square(), 0.0).sum() / count
    whitened = (values - mean) * (variance + eps).rsqrt()
    return torch.where(mask, whitened if shift_mean else whitened + mean, 0.0)


def kl_to_go(kls: Tensor, rows: Tensor, turns: Tensor, *, turn_gamma: float = 1.0) -> Tensor:
    """Sum the KL of all positions that come after each token.

    The KL of an attempt is ``E[sum_t KL_t]``, and its gradient has two terms: that of each
    ``KL_t``, which `exact_kl` gives, and ``E[sum_t grad log p(a_t) * sum_{u>t} KL_u]``,
    since a token decides which positions follow. Subtracting this sum, times the weight of
    the KL, from the advantage of the token adds the second term.

    Args:
        kls: KL at each position, times its weight, shape ``(sampled,)``; the tokens of an
            episode are contiguous and in order.
        rows: Episode of each token, shape ``(sampled,)``.
        turns: Turn of each token, same shape.
        turn_gamma: Discount per turn, in [0, 1]: 0 counts the positions of the token's own
            turn only, 1 also those of all later turns.

    Returns:
        Detached, same shape and type; exactly 0 where all later KLs are 0.
    """
    if not len(kls):
        return kls.detach()
    exact = kls.detach().double()
    _, row_ids = torch.unique_consecutive(rows, return_inverse=True)
    num_turns = int(turns.max()) + 1
    segments, index, counts = torch.unique_consecutive(
        row_ids * num_turns + turns, return_inverse=True, return_counts=True
    )
    # Sum from each token to the end of the list, less what lies beyond its own turn.
    to_end = torch.cat((exact.flip(0).cumsum(0).flip(0), exact.new_zeros(1)))
    in_turn = to_end[:-1] - exact - to_end[counts.cumsum(0)][index]
    totals = exact.new_zeros((int(row_ids.max()) + 1) * num_turns).index_add_(
        0, segments[index], exact
    )
    later = totals.reshape(-1, num_turns).roll(-1, dims=1)
    later[:, -1] = 0.0
    later = turn_gamma * discounted_returns(later, turn_gamma)
    return (in_turn + later[row_ids, turns]).to(kls.dtype)


def overlong_penalties(lengths: Tensor, max_length: int, buffer: int) -> Tensor:
    """Penalise messages that come close to the limit, the closer the more.

    ``0`` up to ``max_length - buffer`` tokens, then falling linearly to ``-1`` at
    ``max_length``.

    Args:
        lengths: Number of tokens of each message, any shape.
        max_length: Maximum number of tokens of a message.
        buffer: Number of tokens before the limit over which the penalty grows.

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
    """Reward answers that were rarely given to their problem, ``1 / sqrt(count)``.

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
        answers: An integer per answer, equal ones for equal answers and -1 where there
            is no answer; shape ``(problems, samples, ...)``.

    Returns:
        Minus the fraction of the other samples that give the same answer, in [-1, 0],
        float32, same shape.

    References:
        Song et al., "Outcome-based Exploration for LLM Reasoning", 2025, the batch
        exploration.
    """
    num_others = max(answers.shape[1] - 1, 1)
    same = (answers[:, :, None] == answers[:, None]).sum(dim=2) - 1
    return torch.where(answers >= 0, -same / num_others, 0.0)


def _checked_mask(returns: Tensor, mask: Tensor | None) -> Tensor:
    if returns.ndim < 2:
        raise argument_error("returns", "of shape (problems, samples, ...)", tuple(returns.shape))
    if mask is None:
        return torch.ones_like(returns, dtype=torch.bool)
    if mask.shape != returns.shape:
        raise argument_error("mask", f"of shape {tuple(returns.shape)}", tuple(mask.shape))
    return mask


def _masked_mean(returns: Tensor, mask: Tensor, counts: Tensor) -> Tensor:
    total = returns.masked_fill(~mask, 0.0).sum(dim=1, keepdim=True)
    return total / counts.clamp(min=1)


def _is_flat(returns: Tensor, mask: Tensor) -> Tensor:
    """Whether all samples have the same finite return, shape ``(problems, 1, ...)``."""
    highest = returns.masked_fill(~mask, -torch.inf).amax(dim=1, keepdim=True)
    lowest = returns.masked_fill(~mask, torch.inf).amin(dim=1, keepdim=True)
    return (highest <= lowest) & ~(
        highest.isnan() | (highest == torch.inf) | (lowest == -torch.inf)
    )
