"""Each metric with its interval, and what a second policy changes on the same problems."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error
from rethink_gym.metrics.intervals import Interval, bootstrap_interval, wilson_interval
from rethink_gym.metrics.turns import problem_values

__all__ = ["difference_intervals", "metric_intervals"]


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
    intervals = {}
    for name, values in problem_values(episodes).items():
        if values.dtype == np.bool_:
            successes = int(values.sum())
            intervals[name] = wilson_interval(successes, len(values), confidence=confidence)
        else:
            intervals[name] = _bootstrap(values.astype(np.float64), seed, confidence)
    return intervals


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
    values_before, values_after = problem_values(before), problem_values(after)
    return {
        name: _bootstrap(
            values_after[name].astype(np.float64) - values_before[name], seed, confidence
        )
        for name in values_before
        if name in values_after
    }


def _bootstrap(values: npt.NDArray[np.float64], seed: int, confidence: float) -> Interval:
    generator = np.random.default_rng(seed)
    return bootstrap_interval(values, generator=generator, confidence=confidence)
