"""Each metric with its interval, and what a second policy changes on the same problems."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error
from rethink_gym.metrics.intervals import Interval, bootstrap_interval, wilson_interval
from rethink_gym.metrics.turns import problem_values

__all__ = [
    "Values",
    "difference_intervals",
    "metric_intervals",
    "value_differences",
    "value_intervals",
]

Values = Mapping[str, npt.NDArray[np.bool_] | npt.NDArray[np.float64]]
"""What each problem adds to each metric: truth values or numbers, by name."""


def metric_intervals(
    episodes: Sequence[Episode], *, seed: int = 0, confidence: float = 0.95
) -> dict[str, Interval]:
    """Measure each metric of a set of episodes with its interval over problems.

    Args:
        episodes: What was played, one episode per problem; each turn judged.
        seed: Seeds the bootstrap.
        confidence: How often such intervals cover the true number, in (0, 1).

    Returns:
        One interval under each name of `TurnMetrics.to_scalars`: Wilson's for
        proportions, the bootstrap's for the others.

    Raises:
        ArgumentError: If there are no episodes, a turn has no verdict, or the
            confidence is out of its range.
    """
    return value_intervals(problem_values(episodes), seed=seed, confidence=confidence)


def difference_intervals(
    before: Sequence[Episode],
    after: Sequence[Episode],
    *,
    seed: int = 0,
    confidence: float = 0.95,
) -> dict[str, Interval]:
    """Measure what changes in each metric, problem by problem.

    Args:
        before: Episodes of the one policy.
        after: Episodes of the other one, of the same problems in the same order.
        seed: Seeds the bootstrap.
        confidence: How often such intervals cover the true number, in (0, 1).

    Returns:
        The paired bootstrap interval of *after minus before* under each name that
        both have.

    Raises:
        ArgumentError: If the problems are not the same, there are none, a turn has
            no verdict, or the confidence is out of its range.
    """
    if [episode.problem_id for episode in before] != [episode.problem_id for episode in after]:
        must_be = "of the same problems in the same order as before"
        raise argument_error("after", must_be, [episode.problem_id for episode in after])
    differences = value_differences(problem_values(before), problem_values(after))
    return value_intervals(differences, seed=seed, confidence=confidence)


def value_intervals(
    values: Values, *, seed: int = 0, confidence: float = 0.95
) -> dict[str, Interval]:
    """Return the mean of each metric over problems, with its interval.

    Args:
        values: What each problem adds to it, shape ``(problems,)``, by name.
        seed: Seeds the bootstrap.
        confidence: How often such intervals cover the true number, in (0, 1).

    Returns:
        Wilson's intervals for truth values, the bootstrap's for others.

    Raises:
        ArgumentError: If there are no problems, or the confidence is out of its range.
    """
    return {name: _interval(each, seed, confidence) for name, each in values.items()}


def value_differences(before: Values, after: Values) -> dict[str, npt.NDArray[np.float64]]:
    """Return what changes in each metric on each problem.

    Args:
        before: What each problem adds to a metric of the one policy, by name.
        after: The same of another policy, on the same problems in the same order.

    Returns:
        *After minus before*, shape ``(problems,)``, under each name that both have.
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
