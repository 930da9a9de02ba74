"""Figure of the metrics of several policies."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.plots.figure import LIGHT, Theme, add_legend, new_figure
from rethink_gym.evaluation.table import metric_label, metric_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["metric_figure"]


def metric_figure(evaluations: Mapping[str, Evaluation], theme: Theme = LIGHT) -> "Figure":
    """Plot the metrics of several policies as bars with 95 % intervals.

    Args:
        evaluations: Evaluation of each policy, by display name.
        theme: Colours of the figure.

    Returns:
        The figure: one group of bars per metric, in percent.
    """
    figure, (axes,) = new_figure(theme, 1, width=7.2, height=3.4)
    # The edit ratio is not a fraction of problems, and metrics of samples have other figures.
    rows = [row for row in metric_rows(evaluations) if row.group == "turns"]
    rows = [row for row in rows if row.name != "edit_ratio"]
    width = 0.8 / len(evaluations)
    for index, label in enumerate(evaluations):
        measured = {n: row.intervals[index] for n, row in enumerate(rows)}
        known = {n: interval for n, interval in measured.items() if interval is not None}
        intervals = list(known.values())
        positions = np.array(list(known)) + (index - (len(evaluations) - 1) / 2) * width
        estimates = np.array([100 * interval.estimate for interval in intervals])
        spread = np.array(
            [
                [100 * (value.estimate - value.low), 100 * (value.high - value.estimate)]
                for value in intervals
            ]
        ).T
        colour = theme.series[index % len(theme.series)]
        axes.bar(positions, estimates, width * 0.92, color=colour, label=label, zorder=2)
        axes.errorbar(
            positions, estimates, spread.clip(0), fmt="none", ecolor=theme.ink, capsize=2.5, lw=1
        )
        for position, value in zip(positions, intervals, strict=True):
            above = value.estimate >= 0
            edge = 100 * (value.high if above else value.low)
            axes.annotate(
                f"{100 * value.estimate:.1f}",
                (position, edge),
                (0, 3 if above else -3),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                fontsize=8,
                color=theme.ink,
            )
    axes.axhline(0, color=theme.ink, lw=0.8, zorder=1)
    axes.set_xticks(range(len(rows)), [metric_label(row.name) for row in rows])
    axes.set_ylabel("percent of problems")
    axes.margins(y=0.14)
    add_legend(axes, theme)
    return figure
