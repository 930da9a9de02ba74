"""What changes from turn to turn, from which answers are right alone.

Turns are given by index: 0 is the first, -1 the last.
"""

import numpy as np
import numpy.typing as npt

from rethink_gym.errors import argument_error

__all__ = ["accuracies", "c_to_i", "delta", "fix_rate", "i_to_c"]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


def accuracies(is_correct: BoolArray) -> FloatArray:
    """Return the share of right answers at each turn.

    Args:
        is_correct: Which answers are right, shape ``(problems, turns)``.

    Returns:
        Shares in [0, 1], shape ``(turns,)``.

    Raises:
        ArgumentError: If ``is_correct`` is not of that shape, or empty.
    """
    _check(is_correct)
    shares: FloatArray = is_correct.mean(axis=0, dtype=np.float64)
    return shares


def delta(is_correct: BoolArray, first: int = 0, second: int = -1) -> float:
    """Return how much more often one turn is right than an earlier one.

    Args:
        is_correct: Which answers are right, shape ``(problems, turns)``.
        first: Index of the earlier turn.
        second: Index of the later turn.

    Returns:
        Δ(first, second), in [-1, 1]; it equals `i_to_c` minus `c_to_i`.

    Raises:
        ArgumentError: If ``is_correct`` is not of that shape, or empty.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 3 (arXiv:2409.12917).
    """
    shares = accuracies(is_correct)
    return float(shares[second] - shares[first])


def i_to_c(is_correct: BoolArray, first: int = 0, second: int = -1) -> float:
    """Return the share of all problems that went from incorrect to correct.

    Args:
        is_correct: Which answers are right, shape ``(problems, turns)``.
        first: Index of the earlier turn.
        second: Index of the later turn.

    Returns:
        The share, in [0, 1].

    Raises:
        ArgumentError: If ``is_correct`` is not of that shape, or empty.
    """
    _check(is_correct)
    return float(np.mean(~is_correct[:, first] & is_correct[:, second]))


def c_to_i(is_correct: BoolArray, first: int = 0, second: int = -1) -> float:
    """Return the share of all problems that went from correct to incorrect.

    Args:
        is_correct: Which answers are right, shape ``(problems, turns)``.
        first: Index of the earlier turn.
        second: Index of the later turn.

    Returns:
        The share, in [0, 1].

    Raises:
        ArgumentError: If ``is_correct`` is not of that shape, or empty.
    """
    _check(is_correct)
    return float(np.mean(is_correct[:, first] & ~is_correct[:, second]))


def fix_rate(is_correct: BoolArray, first: int = 0, second: int = -1) -> float:
    """Return the share of the wrong answers of one turn that a later one puts right.

    Args:
        is_correct: Which answers are right, shape ``(problems, turns)``.
        first: Index of the earlier turn.
        second: Index of the later turn.

    Returns:
        ``i_to_c / (1 - accuracy)``, in [0, 1]; NaN if no answer was wrong.

    Raises:
        ArgumentError: If ``is_correct`` is not of that shape, or empty.
    """
    _check(is_correct)
    wrong = ~is_correct[:, first]
    return float(is_correct[wrong, second].mean()) if wrong.any() else float("nan")


def _check(is_correct: BoolArray) -> None:
    if is_correct.ndim != 2 or is_correct.dtype != np.bool_ or 0 in is_correct.shape:
        got = f"{is_correct.dtype} of shape {is_correct.shape}"
        raise argument_error("is_correct", "truth values of shape (problems, turns)", got)
