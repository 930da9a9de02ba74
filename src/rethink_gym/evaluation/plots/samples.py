"""Figure of pass@k, maj@k and rerank@k over the number of samples k."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.plots.figure import LEGEND_PAD, LIGHT, Theme, add_legend, new_figure
from rethink_gym.metrics.intervals import Interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["sample_curve", "sample_figure"]

_PANELS = {
    "pass": "pass@k (percent)",
    "maj": "maj@k (percent)",
    "rerank": "rerank@k (percent)",
}


def sample_curve(evaluation: Evaluation, kind: str) -> dict[int, Interval]:
    """Return one metric as a function of the number of samples.

    Args:
        evaluation: Evaluation with two or more samples per problem.
        kind: ``"pass"``, ``"maj"`` or ``"rerank"``.

    Returns:
        Intervals by k, starting at k = 1, the accuracy of a single sample. Empty if the
        metric was not measured.
    """
    curve = {
        int(name.partition("@")[2]): interval
        for name, interval in evaluation.intervals.items()
        if name.partition("@")[0] == kind
    }
    if not curve:
        return {}
    accuracies = [name for name in evaluation.intervals if name.startswith(("accuracy@", "solved"))]
    return {1: evaluation.intervals[accuracies[-1]], **curve}


def sample_figure(evaluations: Mapping[str, Evaluation], theme: Theme = LIGHT) -> "Figure | None":
    """Plot pass@k, maj@k and rerank@k of several policies over k.

    Args:
        evaluations: Evaluation of each policy, by display name.
        theme: Colours of the figure.

    Returns:
        The figure: one panel per measured metric, with one line and 95 % band per policy.
        None if there is only one sample per problem.
    """
    panels = {
        title: {name: sample_curve(evaluation, kind) for name, evaluation in evaluations.items()}
        for kind, title in _PANELS.items()
    }
    panels = {title: curves for title, curves in panels.items() if any(curves.values())}
    if not panels:
        return None
    height = 0.4 + 2.5 * -(-len(panels) // 2)
    figure, all_axes = new_figure(theme, len(panels), width=7.2, height=height)
    for axes, (title, curves) in zip(all_axes, panels.items(), strict=True):
        for index, (name, curve) in enumerate(curves.items()):
            colour = theme.series[index % len(theme.series)]
            counts = list(curve)
            estimates = [100 * interval.estimate for interval in curve.values()]
            lows = [100 * interval.low for interval in curve.values()]
            highs = [100 * interval.high for interval in curve.values()]
            axes.fill_between(counts, lows, highs, color=colour, alpha=0.18, lw=0)
            axes.plot(counts, estimates, color=colour, marker="o", ms=3.5, lw=1.5, label=name)
        ticks = sorted({k for curve in curves.values() for k in curve})
        axes.set_xscale("log", base=2)
        axes.set_xticks(ticks, [str(k) for k in ticks])
        axes.set_xlabel("number of samples k")
        axes.set_title(title, fontsize=9.5, loc="left", pad=LEGEND_PAD, color=theme.ink)
        add_legend(axes, theme)
    return figure
