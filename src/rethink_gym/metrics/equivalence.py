"""Equivalence of two policies: two one-sided tests (TOST) on paired differences."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rethink_gym.errors import argument_error
from rethink_gym.metrics.intervals import Interval, t_interval, t_probability

__all__ = ["Equivalence", "equivalence_test"]


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Result of two one-sided tests.

    Attributes:
        difference: Mean difference, with its interval of confidence ``1 - 2 * alpha``,
            which corresponds to the tests.
        margin: Largest difference that counts as equivalent.
        p_value: Larger p-value of the two tests.
        is_equivalent: Whether the interval lies within the margin. If False, the tests
            show neither equivalence nor a difference.
    """

    difference: Interval
    margin: float
    p_value: float
    is_equivalent: bool


def equivalence_test(
    differences: npt.ArrayLike, *, margin: float, alpha: float = 0.05
) -> Equivalence:
    """Test whether the absolute mean difference is smaller than a margin.

    Args:
        differences: One difference per problem or per seed, shape ``(pairs,)``, at least
            two.
        margin: Largest difference that counts as equivalent, above 0.
        alpha: Significance level: maximum probability of a false "equivalent", in
            (0, 0.5).

    Returns:
        The mean difference with its interval, the p-value and the decision.

    Raises:
        ArgumentError: If ``differences`` has fewer than two finite numbers, ``margin`` is
            not above 0, or ``alpha`` is not in (0, 0.5).

    References:
        Schuirmann, "A Comparison of the Two One-Sided Tests Procedure and the Power
        Approach for Assessing the Equivalence of Average Bioavailability", 1987.
    """
    if not margin > 0:
        raise argument_error("margin", "a number above 0", margin)
    if not 0 < alpha < 0.5:
        raise argument_error("alpha", "between 0 and 0.5", alpha)
    values = np.asarray(differences, dtype=np.float64)
    interval = t_interval(values.tolist(), confidence=1 - 2 * alpha)
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    distance = margin - abs(interval.estimate)  # from the nearer end of the margin
    if error > 0:
        p_value = 1.0 - t_probability(distance / error, len(values) - 1)
    else:
        p_value = 0.0 if distance > 0 else 1.0
    return Equivalence(interval, margin, p_value, p_value < alpha)
