"""Whether two policies are equally good: two one-sided tests on paired differences."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rethink_gym.errors import argument_error
from rethink_gym.metrics.intervals import Interval, t_interval, t_probability

__all__ = ["Equivalence", "equivalence_test"]


@dataclass(frozen=True, slots=True)
class Equivalence:
    """The outcome of two one-sided tests.

    Attributes:
        difference: The mean difference, with the interval of confidence
            ``1 - 2 * alpha`` that the tests correspond to.
        margin: How large a difference counts as none.
        p_value: The larger one of the two tests.
        is_equivalent: Whether the interval lies within the margin; if not, nothing is
            known: that a difference is not significant is no sign of equality.
    """

    difference: Interval
    margin: float
    p_value: float
    is_equivalent: bool


def equivalence_test(
    differences: npt.ArrayLike, *, margin: float, alpha: float = 0.05
) -> Equivalence:
    """Test whether a mean difference is smaller than a margin, in both directions.

    Args:
        differences: One per problem or per seed, shape ``(pairs,)``, two or more.
        margin: The largest difference that is as good as none, above 0.
        alpha: How often the test may say "equivalent" where that is wrong, in (0, 0.5).

    Returns:
        What the tests say.

    Raises:
        ArgumentError: If an argument is out of its range.

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
