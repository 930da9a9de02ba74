"""Means of metrics over problems with intervals, and paired differences of two policies."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from rethink_gym.metrics.intervals import Interval, bootstrap_interval, wilson_interval

__all__ = ["Values", "value_differences", "value_intervals"]

Values = Mapping[str, npt.NDArray[np.bool_] | npt.NDArray[np.float64]]
"""Contribution of each problem to the mean of each metric, by name: booleans or numbers."""


def value_intervals(
    values: Values, *, seed: int = 0, confidence: float = 0.95
) -> dict[str, Interval]:
    """Return the mean of each metric over problems, with its confidence interval.

    Args:
        values: Contribution of each problem, shape ``(problems,)``, by name.
        seed: Seed of the bootstrap.
        confidence: Probability that such an interval covers the true mean, in (0, 1).

    Returns:
        Wilson intervals for booleans, bootstrap intervals for numbers.

    Raises:
        ArgumentError: If an array of ``values`` is empty, or ``confidence`` is not in (0, 1).
    """
    return {name: _interval(each, seed, confidence) for name, each in values.items()}


def value_differences(before: Values, after: Values) -> dict[str, npt.NDArray[np.float64]]:
    """Return the change of each metric on each problem.

    Args:
        before: Contributions of the problems under one policy, by name.
        after: The same under another policy, for the same problems in the same order.

    Returns:
        *After minus before*, shape ``(problems,)``, for each name that both have.
    """
    return {
        name: after[name].astype(np.float64) - before[name].astype(np.float64)
        for name in before
        if name in after
    }


def _interval(
    values: npt.NDArray[np.bool_] | npt.NDArray[np.float64], seed: int, confidence: float
) -> Interval:
    if values.dtype == np.bool_:
        return wilson_interval(int(values.sum()), len(values), confidence=confidence)
    generator = np.random.default_rng(seed)
    return bootstrap_interval(values.astype(np.float64), generator=generator, confidence=confidence)
