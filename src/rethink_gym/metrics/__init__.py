"""Pure functions over episodes: the numbers that learners log and evaluation reports."""

from rethink_gym.metrics.comparison import difference_intervals, metric_intervals
from rethink_gym.metrics.intervals import (
    Interval,
    bootstrap_interval,
    t_interval,
    wilson_interval,
)
from rethink_gym.metrics.text import edit_distance, edit_ratio
from rethink_gym.metrics.turns import TurnMetrics, turn_metrics

__all__ = [
    "Interval",
    "TurnMetrics",
    "bootstrap_interval",
    "difference_intervals",
    "edit_distance",
    "edit_ratio",
    "metric_intervals",
    "t_interval",
    "turn_metrics",
    "wilson_interval",
]
