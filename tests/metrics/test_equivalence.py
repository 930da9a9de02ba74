"""Two one-sided tests against numbers by hand, and how often they err."""

import numpy as np
import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.metrics.equivalence import equivalence_test
from rethink_gym.metrics.intervals import t_probability, t_quantile


def test_the_tests_are_as_worked_out_by_hand() -> None:
    # mean 0.01, deviation 0.02, error 0.02 / sqrt(5) = 0.008944; t = (0.03 - 0.01) / error
    # = 2.2361 on 4 degrees, one-sided p = 0.04452.
    shape = np.array([-1.0, 1.0, 0.0, 0.0, 0.0])
    differences = shape / shape.std(ddof=1) * 0.02 + 0.01
    found = equivalence_test(differences, margin=0.03)
    assert found.difference.estimate == pytest.approx(0.01)
    assert found.p_value == pytest.approx(0.04452, abs=1e-4)
    assert found.is_equivalent
    assert found.difference.high == pytest.approx(0.01 + 2.1318 * 0.008944, abs=1e-5)


@pytest.mark.parametrize("margin", [0.01, 0.02, 0.03, 0.05])
def test_equivalence_is_the_interval_within_the_margin(margin: float) -> None:
    for seed in range(20):
        differences = np.random.default_rng(seed).normal(0.01, 0.05, 30)
        found = equivalence_test(differences, margin=margin)
        is_within = -margin < found.difference.low and found.difference.high < margin
        assert found.is_equivalent is is_within


def test_a_difference_at_the_margin_is_called_equal_in_one_case_of_twenty() -> None:
    generator = np.random.default_rng(0)
    called = [
        equivalence_test(generator.normal(0.03, 0.05, 50), margin=0.03).is_equivalent
        for _ in range(1500)
    ]
    assert np.mean(called) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize(("difference", "is_equivalent"), [(0.0, True), (0.03, False)])
def test_differences_without_spread(difference: float, is_equivalent: bool) -> None:
    assert equivalence_test([difference] * 5, margin=0.03).is_equivalent is is_equivalent


@pytest.mark.parametrize("degrees", [1, 2, 5, 40])
@pytest.mark.parametrize("probability", [0.01, 0.3, 0.5, 0.975])
def test_probabilities_of_student_invert_its_quantiles(degrees: int, probability: float) -> None:
    value = t_quantile(probability, degrees)
    assert t_probability(value, degrees) == pytest.approx(probability, abs=1e-9)


@pytest.mark.parametrize(
    ("differences", "margin", "alpha", "message"),
    [
        ([0.1, 0.2], 0.0, 0.05, "margin must be a number above 0"),
        ([0.1, 0.2], 0.1, 0.5, "alpha must be between 0 and 0.5"),
        ([0.1], 0.1, 0.05, "values must be a list of 2 or more"),
    ],
)
def test_arguments_out_of_range_are_refused(
    differences: list[float], margin: float, alpha: float, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        equivalence_test(differences, margin=margin, alpha=alpha)
