"""Plot how much second attempts differ from first attempts, by agent."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["draw_histograms"]


def draw_histograms(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Plot the histogram of edit ratios of each agent, over all its seeds.

    Args:
        rows: Results of the cells, with ``agent`` and ``edit_ratio_histogram``: the number
            of problems in each of several equal bins over [0, 1].
        path: Image file to write.
    """
    from matplotlib.figure import Figure

    counts: dict[str, Any] = {}
    for row in rows:
        histogram = np.asarray(row["edit_ratio_histogram"], dtype=float)
        counts[row["agent"]] = counts.get(row["agent"], 0.0) + histogram
    columns = 3
    num_rows = -(-len(counts) // columns)
    figure = Figure(figsize=(9.0, 1.75 * num_rows), layout="constrained", dpi=110)
    panels = figure.subplots(num_rows, columns, sharex=True, sharey=True, squeeze=False).flat
    for axes, (agent, histogram) in zip(panels, counts.items(), strict=False):
        bins = len(histogram)
        edges = np.arange(bins) / bins
        axes.bar(edges, 100 * histogram / histogram.sum(), 1 / bins, align="edge", color="#0072b2")
        axes.set_title(agent, fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    for axes in figure.axes[len(counts) - columns : len(counts)]:
        axes.tick_params(labelbottom=True)  # no panel may follow below these
    for axes in figure.axes[len(counts) :]:
        axes.set_visible(False)
    figure.supxlabel(
        "edit distance between the attempts, divided by the sum of their lengths", fontsize=9
    )
    figure.supylabel("percent of problems", fontsize=9)
    figure.savefig(path)
