"""Rewards and advantages of attempts that are to improve on each other, for SCoRe."""

import torch
from torch import Tensor

from rethink_gym.agents.advantages import discounted_returns, leave_one_out_advantages
from rethink_gym.errors import argument_error

__all__ = ["imitation_advantages", "score_advantages", "shaped_rewards"]


def shaped_rewards(rewards: Tensor, bonus: float) -> Tensor:
    """Reward each attempt after the first also for what it changed.

    ``r_t + bonus * (r_t - r_{t-1})``; the first attempt keeps ``r_1``.

    Args:
        rewards: Of the attempts, float, shape ``(..., turns)``.
        bonus: The weight of the change, alpha in the paper.

    Returns:
        The shaped rewards, same shape.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 5.2 (arXiv:2409.12917).
    """
    later = rewards[..., 1:] + bonus * rewards.diff(dim=-1)
    return torch.cat((rewards[..., :1], later), dim=-1)


def score_advantages(
    rewards: Tensor, *, stage: int, alpha: float, turn_discount: float = 0.0, taught: int = 1
) -> Tensor:
    """Return what multiplies the log-probabilities of the attempts in SCoRe.

    Args:
        rewards: Of the attempts, float, shape ``(problems, samples, turns)``.
        stage: 1 trains one attempt only, for its own reward; 2 trains all of them, all
            but the first for their shaped rewards.
        alpha: Weight of the bonus for an attempt that changes the result.
        turn_discount: What an attempt's reward is worth to the one before.
        taught: Index of the attempt that stage 1 trains.

    Returns:
        Same shape; leave-one-out over the samples of each problem.

    Raises:
        ArgumentError: If the shape, ``turn_discount`` or ``taught`` is not what it
            must be.

    References:
        Kumar et al. 2024, equations 3 to 5 (arXiv:2409.12917).
    """
    num_turns = rewards.shape[-1]
    if stage == 1:
        if not 0 < taught < num_turns:
            raise argument_error("taught", f"from 1 to {num_turns - 1}", taught)
        is_taught = torch.arange(num_turns, device=rewards.device) == taught
        return leave_one_out_advantages(rewards) * is_taught
    returns = discounted_returns(shaped_rewards(rewards, alpha), turn_discount)
    # The bonus takes alpha * r_{t-1} off an attempt, whatever it says: its context fixes
    # that part. Putting it into the baseline leaves the gradient's mean as it is and
    # takes most of its variance away.
    fixed = torch.nn.functional.pad(alpha * rewards[..., :-1], (1, 0))
    return leave_one_out_advantages(returns + fixed)


def imitation_advantages(rewards: Tensor) -> Tensor:
    """Return weights that make a policy-gradient step one of imitating right attempts.

    Args:
        rewards: Of the attempts, float, shape ``(problems, samples, turns)``; right is
            what earned 1 or more.

    Returns:
        Same shape: 0 for wrong attempts, and for right ones what makes the loss, a mean
        over episodes, the mean over them; all 0 if none is right.

    References:
        Zelikman et al., "STaR: Bootstrapping Reasoning With Reasoning", 2022, section
        3.1 (arXiv:2203.14465), where this filters whole data sets.
    """
    is_right = (rewards >= 1.0).to(rewards)
    return is_right * (rewards[..., 0].numel() / is_right.sum().clamp(min=1.0))
