"""SCoRe reward shaping, and the advantages of its two stages: pure functions on tensors."""

import torch
from torch import Tensor

from rethink_gym.agents.objectives.advantages import (
    discounted_returns,
    leave_one_out_advantages,
)
from rethink_gym.errors import check_count

__all__ = [
    "imitation_advantages",
    "score_advantages",
    "shaped_rewards",
    "stage_one_advantages",
]


def shaped_rewards(rewards: Tensor, alpha: float) -> Tensor:
    """Reward each attempt after the first also for what it changed.

    ``r_t + alpha * (r_t - r_{t-1})``; the first attempt keeps ``r_1``.

    Args:
        rewards: Reward of each attempt, float, shape ``(..., turns)``.
        alpha: Weight of the change.

    Returns:
        The shaped rewards, same shape.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 5.2 (arXiv:2409.12917).
    """
    later = rewards[..., 1:] + alpha * rewards.diff(dim=-1)
    return torch.cat((rewards[..., :1], later), dim=-1)


def stage_one_advantages(
    rewards: Tensor, has_turn: Tensor | None = None, *, trained_turn: int
) -> Tensor:
    """Return the advantages of the attempts in Stage I: those of one attempt only.

    Args:
        rewards: Reward of each attempt, float, shape ``(problems, samples, turns)``.
        has_turn: Which attempts exist, bool, same shape; all of them if None.
        trained_turn: Index of the attempt that is trained, at least 1.

    Returns:
        Same shape; leave-one-out over the samples of each problem, 0 for other attempts.

    Raises:
        ArgumentError: If ``trained_turn`` is below 1 or there is no axis of samples.

    References:
        Kumar et al. 2024, equation 3 (arXiv:2409.12917).
    """
    check_count("trained_turn", trained_turn)
    is_trained = torch.arange(rewards.shape[-1], device=rewards.device) == trained_turn
    return leave_one_out_advantages(rewards, has_turn) * is_trained


def score_advantages(
    rewards: Tensor, has_turn: Tensor | None = None, *, alpha: float, turn_gamma: float = 0.0
) -> Tensor:
    """Return the advantages of the attempts in Stage II.

    Args:
        rewards: Reward of each attempt, float, shape ``(problems, samples, turns)``.
        has_turn: Which attempts exist, bool, same shape; all of them if None.
        alpha: Weight of the bonus for an attempt that changes the result.
        turn_gamma: Discount per attempt, in [0, 1].

    Returns:
        Same shape; leave-one-out over the samples of each problem, 0 where there is no
        attempt.

    Raises:
        ArgumentError: If ``turn_gamma`` is not in [0, 1] or there is no axis of samples.

    References:
        Kumar et al. 2024, equations 4 and 5 (arXiv:2409.12917).
    """
    mask = torch.ones_like(rewards, dtype=torch.bool) if has_turn is None else has_turn
    shaped = shaped_rewards(rewards, alpha).masked_fill(~mask, 0.0)
    returns = discounted_returns(shaped, turn_gamma)
    # The bonus subtracts alpha * r_{t-1} from every answer of an attempt: its context fixes
    # that part. Moving it into the baseline leaves the mean of the gradient as it is and
    # removes most of its variance.
    fixed = torch.nn.functional.pad(alpha * rewards[..., :-1], (1, 0))
    return leave_one_out_advantages((returns + fixed).masked_fill(~mask, 0.0), mask)


def imitation_advantages(rewards: Tensor, has_turn: Tensor | None = None) -> Tensor:
    """Return weights that turn a policy-gradient step into imitation of correct attempts.

    Args:
        rewards: Reward of each attempt, float, shape ``(problems, samples, turns)``; an
            attempt is correct if it earned 1 or more.
        has_turn: Which attempts exist, bool, same shape; all of them if None.

    Returns:
        Same shape: 0 for incorrect attempts, and one weight for all correct ones such that
        the loss, a mean over episodes, is the mean over correct attempts; all 0 if none is
        correct.

    References:
        Zelikman et al., "STaR: Bootstrapping Reasoning With Reasoning", 2022, section
        3.1 (arXiv:2203.14465), where this filters whole data sets.
    """
    is_correct = rewards >= 1.0
    if has_turn is not None:
        is_correct = is_correct & has_turn
    count = is_correct.sum().clamp(min=1)
    return is_correct.to(rewards) * (rewards[..., 0].numel() / count)
