"""Reward schemes: the reward of an attempt, given the verdicts on all attempts so far.

Under each scheme with a name, failing first on purpose never pays: an attempt that is
correct instead of incorrect never lowers the return, for any attempts that follow,
discounted or not. If ``stop_when_correct`` lets a perfect attempt end the episode,
``"per_attempt"`` and ``"dense"`` add the reward of a perfect attempt for each attempt that
was not needed. Otherwise two attempts of which only the second is correct could have a
higher return than one that is correct at once. ``"sparse"`` and ``"progress"`` need no such
rule: their return is the last score, and no score is above a perfect one.
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
"""Takes the verdicts on all attempts so far, the newest last; returns the reward of the
newest attempt."""

REWARDS = ("dense", "per_attempt", "progress", "sparse")
"""Names of the reward schemes."""


def is_perfect(verdict: Verdict) -> bool:
    """Return whether an attempt is correct and has the full score, so that none is better."""
    return verdict.correct and verdict.score == 1.0


def sparse(max_attempts: int, stop_when_correct: bool, verdicts: Sequence[Verdict]) -> float:
    """Reward only the last attempt of the episode, by its score.

    Args:
        max_attempts: Maximum number of attempts of the episode.
        stop_when_correct: Whether a perfect attempt ends the episode.
        verdicts: The verdicts so far, at least one.

    Returns:
        The reward, in [0, 1]; 0 for every attempt but the last.
    """
    is_last = len(verdicts) == max_attempts or (stop_when_correct and is_perfect(verdicts[-1]))
    return verdicts[-1].score if is_last else 0.0


def per_attempt(verdicts: Sequence[Verdict]) -> float:
    """Reward every attempt by its own score.

    Args:
        verdicts: The verdicts so far, at least one.

    Returns:
        The reward, in [0, 1].
    """
    return verdicts[-1].score


def progress(verdicts: Sequence[Verdict]) -> float:
    """Reward an attempt by its score less the score of the attempt before it.

    The sum over an episode is the score of its last attempt.

    Args:
        verdicts: The verdicts so far, at least one.

    Returns:
        The reward, in [-1, 1]; negative if the attempt is worse than the one before.

    References:
        Ng et al., "Policy Invariance under Reward Transformations", 1999,
        section 3: the potential is the score, undiscounted.
    """
    return verdicts[-1].score - (verdicts[-2].score if len(verdicts) > 1 else 0.0)


def dense(verdicts: Sequence[Verdict]) -> float:
    """Reward every attempt by its answer and by its steps.

    Half of the reward is 1 for a correct answer and 0 for an incorrect one. The other half
    is the mean score of the steps that could be scored, or the score of the attempt if no
    step could. So the reward of a correct answer is never below that of an incorrect one,
    however good the steps of that are.

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
    """Return a reward scheme.

    Args:
        reward: A name in `REWARDS`, or a function, which is returned as it is.
        max_attempts: Maximum number of attempts of an episode.
        stop_when_correct: Whether a perfect attempt ends the episode.

    Returns:
        The scheme.

    Raises:
        ArgumentError: If the name is unknown.
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
    """Reward an attempt; add a perfect reward for each attempt that a perfect one saves."""
    num_saved = max_attempts - len(verdicts) if is_perfect(verdicts[-1]) else 0
    return scheme(verdicts) + num_saved
