"""Intervals against numbers from tables and by hand."""

import numpy as np
import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.metrics.intervals import (
    Interval,
    bootstrap_interval,
    t_interval,
    t_quantile,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # Newcombe, "Two-Sided Confidence Intervals for the Single Proportion", 1998, table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 1 - 0.1611, 1.0000),
    ],
)
def test_wilson_intervals_are_the_published_ones(
    successes: int, trials: int, low: float, high: float
) -> None:
    interval = wilson_interval(successes, trials)
    assert interval.estimate == successes / trials
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5.1e-5)


@pytest.mark.parametrize(
    ("degrees", "quantile"),
    # The usual table of Student's t at 97.5 %.
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (30, 2.0423), (120, 1.9799)],
)
def test_quantiles_of_student_are_those_of_the_table(degrees: int, quantile: float) -> None:
    assert t_quantile(0.975, degrees) == pytest.approx(quantile, abs=5.1e-5)
    assert t_quantile(0.025, degrees) == pytest.approx(-quantile, abs=5.1e-5)
    assert t_quantile(0.5, degrees) == pytest.approx(0.0, abs=1e-9)


def test_the_interval_over_five_seeds_is_as_worked_out_by_hand() -> None:
    # mean 3, standard deviation sqrt(2.5), half width 2.7764 * sqrt(2.5 / 5)
    interval = t_interval([1, 2, 3, 4, 5])
    assert interval.estimate == 3.0
    assert (interval.low, interval.high) == pytest.approx((1.0367, 4.9633), abs=1e-4)


def test_the_bootstrap_of_a_proportion_agrees_with_its_normal_limit() -> None:
    values = [1] * 300 + [0] * 500 + [-1] * 200
    interval = bootstrap_interval(values, generator=np.random.default_rng(0))
    spread = 1.96 * np.std(values) / np.sqrt(1000)
    assert interval.estimate == pytest.approx(0.1)
    assert interval.low == pytest.approx(0.1 - spread, abs=0.003)
    assert interval.high == pytest.approx(0.1 + spread, abs=0.003)


def test_drawing_equal_values_together_has_the_law_of_drawing_one_by_one() -> None:
    generator = np.random.default_rng(1)
    values = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 4.0, 4.0, 9.0])
    means = values[generator.integers(len(values), size=(200_000, len(values)))].mean(axis=1)
    one_by_one = np.quantile(means, [0.025, 0.975])
    interval = bootstrap_interval(values, generator=generator, num_resamples=200_000)
    assert (interval.low, interval.high) == pytest.approx(tuple(one_by_one), abs=0.05)


def test_the_bootstrap_depends_on_its_generator_alone() -> None:
    values = np.random.default_rng(2).random(50)
    first, second, other = (
        bootstrap_interval(values, generator=np.random.default_rng(seed), num_resamples=500)
        for seed in (3, 3, 4)
    )
    assert first == second
    assert first != other


def test_values_without_spread_give_a_point() -> None:
    interval = bootstrap_interval([0.5] * 9, generator=np.random.default_rng(0))
    assert interval == Interval(0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    ("low", "high", "excludes"), [(0.1, 0.2, True), (-0.2, -0.1, True), (-0.1, 0.1, False)]
)
def test_an_interval_says_whether_the_sign_is_known(
    low: float, high: float, excludes: bool
) -> None:
    assert Interval((low + high) / 2, low, high).excludes_zero is excludes


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("trials must be a whole number of at least 1", lambda: wilson_interval(0, 0)),
        (r"successes must be at most trials \(3\)", lambda: wilson_interval(4, 3)),
        ("confidence must be between 0 and 1", lambda: wilson_interval(1, 3, confidence=95)),
        ("values must be a list of 2 or more finite numbers", lambda: t_interval([1.0])),
        ("values must be a list of 2 or more", lambda: t_interval([1.0, float("nan")])),
        ("degrees must be a whole number", lambda: t_quantile(0.975, 0)),
        ("probability must be between 0 and 1", lambda: t_quantile(1.0, 3)),
        (
            "values must be a list of 1 or more",
            lambda: bootstrap_interval([], generator=np.random.default_rng(0)),
        ),
    ],
)
def test_arguments_out_of_range_are_refused(message: str, call: object) -> None:
    assert callable(call)
    with pytest.raises(ArgumentError, match=message):
        call()
