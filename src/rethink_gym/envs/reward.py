"""What an attempt earns, given the verdicts on all attempts so far.

Under every scheme that has a name here, failing first on purpose never pays: an
attempt that is right instead of wrong never lowers the return, whatever comes after
it, discounted or not. An episode may end early, with the first attempt that is
perfect. Then ``"per_attempt"`` and ``"dense"`` also pay the attempts that were not
needed, each as a perfect one; without that, two attempts of which only the second is
right could earn more than one that is right at once. ``"sparse"`` and ``"progress"``
pay the last score alone, so that a perfect one cannot be bettered.
"""

from collections.abc import Callable, Sequence
from functools import partial
from statistics import fmean

from rethink_gym.errors import check_choice
from rethink_gym.verdict import Verdict

__all__ = [
    "REWARDS",
    "Reward",
    "dense",
    "is_perfect",
    "make_reward",
    "per_attempt",
    "progress",
    "sparse",
]

Reward = Callable[[Sequence[Verdict]], float]
"""Takes the verdicts on all attempts so far, the newest last; returns what the
newest attempt earns."""

REWARDS = ("dense", "per_attempt", "progress", "sparse")
"""The reward schemes that have a name."""


def is_perfect(verdict: Verdict) -> bool:
    """Return whether an attempt is right and has the full score: nothing betters it."""
    return verdict.correct and verdict.score == 1.0


def sparse(max_attempts: int, stop_when_correct: bool, verdicts: Sequence[Verdict]) -> float:
    """Pay only the last attempt of the episode, by its score.

    Args:
        max_attempts: How many attempts the episode may have.
        stop_when_correct: Whether a perfect attempt ends the episode.
        verdicts: The verdicts so far, at least one.

    Returns:
        The reward, in [0, 1]; 0 for every attempt but the last.
    """
    is_last = len(verdicts) == max_attempts or (stop_when_correct and is_perfect(verdicts[-1]))
    return verdicts[-1].score if is_last else 0.0


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


def dense(verdicts: Sequence[Verdict]) -> float:
    """Pay every attempt by its answer and by its steps.

    One half is for being right, the other half is the mean score of the steps whose
    score is known, or the score of the attempt if there are none. So a right answer
    earns at least as much as any wrong one, however well the wrong one was worked.

    Args:
        verdicts: The verdicts so far, at least one.

    Returns:
        The reward, in [0, 1].
    """
    verdict = verdicts[-1]
    known = [step.score for step in verdict.steps if step.score is not None]
    return 0.5 * verdict.correct + 0.5 * (fmean(known) if known else verdict.score)


def make_reward(
    reward: str | Reward, max_attempts: int, *, stop_when_correct: bool = False
) -> Reward:
    """Return the reward scheme that is meant.

    Args:
        reward: A name out of `REWARDS`, or a scheme itself.
        max_attempts: How many attempts an episode may have.
        stop_when_correct: Whether a perfect attempt ends the episode.

    Returns:
        The scheme.

    Raises:
        ArgumentError: If there is no scheme of that name.
    """
    if callable(reward):
        return reward
    match check_choice("reward", reward, REWARDS):
        case "sparse":
            return partial(sparse, max_attempts, stop_when_correct)
        case "progress":
            return progress
        case name:
            scheme = per_attempt if name == "per_attempt" else dense
            if stop_when_correct:
                return partial(_with_saved_attempts, scheme, max_attempts)
            return scheme


def _with_saved_attempts(scheme: Reward, max_attempts: int, verdicts: Sequence[Verdict]) -> float:
    """Pay an attempt, and if it is perfect each attempt that it saves as a perfect one."""
    num_saved = max_attempts - len(verdicts) if is_perfect(verdicts[-1]) else 0
    return scheme(verdicts) + num_saved
