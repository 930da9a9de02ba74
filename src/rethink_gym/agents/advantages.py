"""Returns and advantages of whole attempts, as pure functions on tensors."""

import torch
from torch import Tensor

from rethink_gym.errors import argument_error

__all__ = [
    "discounted_returns",
    "leave_one_out_advantages",
    "score_advantages",
    "shaped_rewards",
]


def discounted_returns(rewards: Tensor, discount: float) -> Tensor:
    """Sum each turn's reward and the discounted rewards of the turns behind it.

    ``returns[..., t] = rewards[..., t] + discount * returns[..., t + 1]``

    Args:
        rewards: One reward per turn, float, shape ``(..., turns)``.
        discount: What a reward is worth one turn earlier, in [0, 1]; 0 lets each
            turn answer for its own reward only.

    Returns:
        The returns, same shape.

    Raises:
        ArgumentError: If ``discount`` is not in [0, 1].
    """
    if not 0.0 <= discount <= 1.0:
        raise argument_error("discount", "in [0, 1]", discount)
    returns = rewards.clone()
    for turn in range(rewards.shape[-1] - 2, -1, -1):
        returns[..., turn] += discount * returns[..., turn + 1]
    return returns


def leave_one_out_advantages(returns: Tensor) -> Tensor:
    """Subtract from each sample's return the mean return of the other samples.

    The baseline of a sample does not depend on that sample, so the policy
    gradient stays unbiased; samples that all earn the same have advantage zero.

    Args:
        returns: Float, shape ``(problems, samples, ...)`` with two or more samples.

    Returns:
        The advantages, same shape; they sum to zero over the samples of a problem.

    Raises:
        ArgumentError: If there are fewer than two samples per problem.

    References:
        Ahmadian et al., "Back to Basics: Revisiting REINFORCE Style Optimization
        for Learning from Human Feedback in LLMs", 2024, section 2.2
        (arXiv:2402.14740).
    """
    if returns.ndim < 2 or returns.shape[1] < 2:
        raise argument_error(
            "returns", "of shape (problems, samples >= 2, ...)", tuple(returns.shape)
        )
    num_samples = returns.shape[1]
    centred = returns - returns.mean(dim=1, keepdim=True)
    return centred * (num_samples / (num_samples - 1))


def shaped_rewards(rewards: Tensor, bonus: float) -> Tensor:
    """Reward the second attempt also for what it changed.

    The second attempt earns ``r2 + bonus * (r2 - r1)``; the first keeps ``r1``.

    Args:
        rewards: Rewards of the two attempts, float, shape ``(..., 2)``.
        bonus: The weight of the change, alpha in the paper.

    Returns:
        The shaped rewards, same shape.

    Raises:
        ArgumentError: If there are not two attempts.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 5.2 (arXiv:2409.12917).
    """
    if rewards.shape[-1] != 2:
        raise argument_error("rewards", "of shape (..., 2)", tuple(rewards.shape))
    first, second = rewards.unbind(dim=-1)
    return torch.stack((first, second + bonus * (second - first)), dim=-1)


def score_advantages(
    rewards: Tensor, *, stage: int, alpha: float, turn_discount: float = 0.0
) -> Tensor:
    """Return what multiplies the log-probabilities of the two attempts in SCoRe.

    Args:
        rewards: Of the attempts, float, shape ``(problems, samples, 2)``.
        stage: 1 trains the second attempt only, for its own reward; 2 trains both,
            the second for its shaped reward.
        alpha: Weight of the bonus for a second attempt that changes the result.
        turn_discount: What the second attempt's reward is worth to the first.

    Returns:
        Same shape; leave-one-out over the samples of each problem.

    Raises:
        ArgumentError: If the shape or ``turn_discount`` is not what it must be.

    References:
        Kumar et al. 2024, equations 3 to 5 (arXiv:2409.12917).
    """
    if stage == 1:
        return leave_one_out_advantages(rewards) * rewards.new_tensor([0.0, 1.0])
    returns = discounted_returns(shaped_rewards(rewards, alpha), turn_discount)
    # The bonus takes alpha * r1 off the second attempt, whatever it says: its context
    # fixes that part. Putting it into the baseline leaves the gradient's mean as it
    # is and takes most of its variance away.
    second = returns[..., 1] + alpha * rewards[..., 0]
    return leave_one_out_advantages(torch.stack((returns[..., 0], second), dim=-1))
