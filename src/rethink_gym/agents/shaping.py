"""What is added to the rewards of a group besides its verdicts, as pure functions."""

import torch
from torch import Tensor

from rethink_gym.errors import argument_error

__all__ = ["novelty_bonuses", "overlong_penalties", "repetition_penalties"]


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
