"""Confidence intervals for proportions, for means over problems, and for means over seeds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rethink_gym.errors import argument_error, check_count

__all__ = [
    "Interval",
    "bootstrap_interval",
    "t_interval",
    "t_probability",
    "t_quantile",
    "wilson_interval",
]

FloatArray = npt.NDArray[np.float64]

_MAX_DRAWS_AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its confidence interval.

    Attributes:
        estimate: The estimate.
        low: Lower end of the interval.
        high: Upper end of the interval.
    """

    estimate: float
    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside the interval, so that the sign of the estimate is known."""
        return self.low > 0.0 or self.high < 0.0

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build an interval from what `to_dict` returned."""
        return cls(**data)

    def to_dict(self) -> dict[str, float]:
        """Return the interval as plain JSON data."""
        return asdict(self)


def wilson_interval(successes: int, trials: int, *, confidence: float = 0.95) -> Interval:
    """Return the Wilson score interval of a proportion.

    Args:
        successes: Number of successful trials.
        trials: Number of trials, at least 1.
        confidence: Probability that such an interval covers the true proportion, in (0, 1).

    Returns:
        The proportion and its interval, within [0, 1]. The interval has a positive width
        even at 0 and 1.

    Raises:
        ArgumentError: If ``trials`` is below 1, ``successes`` is not in [0, trials], or
            ``confidence`` is not in (0, 1).

    References:
        Wilson, "Probable Inference, the Law of Succession, and Statistical
        Inference", 1927.
    """
    check_count("trials", trials)
    check_count("successes", successes, 0)
    if successes > trials:
        raise argument_error("successes", f"at most trials ({trials})", successes)
    z = NormalDist().inv_cdf((1.0 + _checked_confidence(confidence)) / 2.0)
    proportion = successes / trials
    centre = proportion + z * z / (2.0 * trials)
    variance = proportion * (1.0 - proportion) / trials
    spread = z * math.sqrt(variance + (z / (2.0 * trials)) ** 2)
    scale = 1.0 + z * z / trials
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == trials else (centre + spread) / scale
    return Interval(proportion, low, high)


def bootstrap_interval(
    values: npt.ArrayLike,
    *,
    generator: np.random.Generator,
    num_resamples: int = 10_000,
    confidence: float = 0.95,
) -> Interval:
    """Return the percentile bootstrap interval of a mean.

    For a paired comparison, pass the difference on each problem. Resampling draws counts
    of the distinct values from a multinomial distribution. This has the same distribution
    as drawing the values one by one, at a fraction of the cost.

    Args:
        values: One number per problem, shape ``(problems,)``, not empty.
        generator: Random number generator of the resampling.
        num_resamples: Number of bootstrap resamples.
        confidence: Probability that such an interval covers the true mean, in (0, 1).

    Returns:
        The mean and its interval. If all ``values`` are equal, the interval is a point;
        this shows a sample without spread, not a population without spread.

    Raises:
        ArgumentError: If ``values`` is empty or not finite, ``num_resamples`` is below 1,
            or ``confidence`` is not in (0, 1).

    References:
        Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    numbers = _checked_values(values, minimum=1)
    check_count("num_resamples", num_resamples)
    _checked_confidence(confidence)
    distinct, counts = np.unique(numbers, return_counts=True)
    at_once = max(1, _MAX_DRAWS_AT_ONCE // len(distinct))
    means = [
        generator.multinomial(
            len(numbers), counts / len(numbers), size=min(at_once, num_resamples - start)
        )
        @ distinct
        / len(numbers)
        for start in range(0, num_resamples, at_once)
    ]
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(np.concatenate(means), [tail, 1.0 - tail])
    return Interval(float(numbers.mean()), float(low), float(high))


def t_interval(values: Sequence[float], *, confidence: float = 0.95) -> Interval:
    """Return Student's t interval of a mean over a few independent runs, such as seeds.

    Args:
        values: One number per run, at least two.
        confidence: Probability that such an interval covers the true mean, in (0, 1).

    Returns:
        The mean and its interval.

    Raises:
        ArgumentError: If ``values`` has fewer than two finite numbers, or ``confidence`` is
            not in (0, 1).

    References:
        Student, "The Probable Error of a Mean", 1908.
    """
    numbers = _checked_values(values, minimum=2)
    quantile = t_quantile((1.0 + _checked_confidence(confidence)) / 2.0, len(numbers) - 1)
    spread = quantile * float(numbers.std(ddof=1)) / math.sqrt(len(numbers))
    mean = float(numbers.mean())
    return Interval(mean, mean - spread, mean + spread)


def t_quantile(probability: float, degrees: int) -> float:
    """Return the quantile of Student's t distribution.

    Args:
        probability: Probability below the quantile, in (0, 1).
        degrees: Degrees of freedom, at least 1.

    Returns:
        The quantile, exact to about 12 digits.

    Raises:
        ArgumentError: If ``probability`` is not in (0, 1), or ``degrees`` is below 1.

    References:
        Abramowitz and Stegun, "Handbook of Mathematical Functions", 1964, 26.7.3
        and 26.7.4: finite sums for whole degrees of freedom.
    """
    check_count("degrees", degrees)
    if not 0.0 < probability < 1.0:
        raise argument_error("probability", "between 0 and 1", probability)
    if probability < 0.5:
        return -t_quantile(1.0 - probability, degrees)
    low, high = 0.0, math.pi / 2.0  # the angle whose tangent is t / sqrt(degrees)
    for _ in range(60):
        middle = (low + high) / 2.0
        if _central_probability(middle, degrees) < 2.0 * probability - 1.0:
            low = middle
        else:
            high = middle
    return math.sqrt(degrees) * math.tan((low + high) / 2.0)


def t_probability(value: float, degrees: int) -> float:
    """Return the cumulative distribution function of Student's t; inverse of `t_quantile`.

    Args:
        value: Any number.
        degrees: Degrees of freedom, at least 1.

    Returns:
        The probability below the value, in [0, 1].

    Raises:
        ArgumentError: If ``degrees`` is below 1.
    """
    check_count("degrees", degrees)
    central = _central_probability(math.atan(abs(value) / math.sqrt(degrees)), degrees)
    return (1.0 + math.copysign(central, value)) / 2.0


def _central_probability(angle: float, degrees: int) -> float:
    """Return the probability of Student's t within ±sqrt(degrees)·tan(angle)."""
    cosine, sine = math.cos(angle), math.sin(angle)
    is_odd = degrees % 2 == 1
    if degrees == 1:
        return 2.0 * angle / math.pi
    term = cosine if is_odd else 1.0
    total = term
    for power in range(3 if is_odd else 2, degrees, 2):
        term *= cosine * cosine * (power - 1) / power
        total += term
    return 2.0 / math.pi * (angle + sine * total) if is_odd else sine * total


def _checked_confidence(confidence: float) -> float:
    if not 0.0 < confidence < 1.0:
        raise argument_error("confidence", "between 0 and 1", confidence)
    return confidence


def _checked_values(values: npt.ArrayLike, minimum: int) -> FloatArray:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or len(numbers) < minimum or not np.isfinite(numbers).all():
        must_be = f"a list of {minimum} or more finite numbers"
        raise argument_error("values", must_be, numbers.tolist())
    return numbers
