"""What an attempt earns, given the verdicts on all attempts so far.

Under every scheme that has a name here, failing first on purpose never pays: with
the same later verdicts, a wrong first attempt earns at most what a right one earns
(undiscounted, over the whole episode).
"""

from collections.abc import Callable, Sequence
from functools import partial

from rethink_gym.errors import check_choice
from rethink_gym.verdict import Verdict

__all__ = ["REWARDS", "Reward", "make_reward", "per_attempt", "progress", "sparse"]

Reward = Callable[[Sequence[Verdict]], float]
"""Takes the verdicts on all attempts so far, the newest last; returns what the
newest attempt earns."""

REWARDS = ("per_attempt", "progress", "sparse")
"""The reward schemes that have a name."""


def sparse(max_attempts: int, verdicts: Sequence[Verdict]) -> float:
    """Pay only the last attempt of the episode, by its score.

    Args:
        max_attempts: How many attempts the episode has.
        verdicts: The verdicts so far, at least one.

    Returns:
        The reward, in [0, 1]; 0 for every attempt but the last.
    """
    return verdicts[-1].score if len(verdicts) == max_attempts else 0.0


def per_attempt(verdicts: Sequence[Verdict]) -> float:
    """Pay every attempt by its own score.

    Args:
        verdicts: The verdicts so far, at least one.

    Returns:
        The reward, in [0, 1].
    """
    return verdicts[-1].score


def progress(verdicts: Sequence[Verdict]) -> float:
    """Pay the score of an attempt less the score of the one before it.

    The sum over an episode is the score of its last attempt.

    Args:
        verdicts: The verdicts so far, at least one.

    Returns:
        The reward, in [-1, 1]; negative if the attempt is worse than the last.

    References:
        Ng et al., "Policy Invariance under Reward Transformations", 1999,
        section 3: the potential is the score, undiscounted.
    """
    return verdicts[-1].score - (verdicts[-2].score if len(verdicts) > 1 else 0.0)


def make_reward(reward: str | Reward, max_attempts: int) -> Reward:
    """Return the reward scheme that is meant.

    Args:
        reward: A name out of `REWARDS`, or a scheme itself.
        max_attempts: How many attempts an episode has.

    Returns:
        The scheme.

    Raises:
        ArgumentError: If there is no scheme of that name.
    """
    if callable(reward):
        return reward
    match check_choice("reward", reward, REWARDS):
        case "per_attempt":
            return per_attempt
        case "progress":
            return progress
        case _:
            return partial(sparse, max_attempts)
