"""Draws how much second attempts differ from first ones, agent by agent."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["draw_histograms"]


def draw_histograms(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the histogram of edit ratios of each agent, over all its seeds.

    Args:
        rows: The cells, agent by agent: ``agent``, and ``edit_ratio_histogram`` with the
            problems in equal bins over [0, 1].
        path: The picture to write.
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
        axes.tick_params(labelbottom=True)  # below these there may be none
    for axes in figure.axes[len(counts) :]:
        axes.set_visible(False)
    figure.supxlabel("edit distance of the two attempts, over the sum of their lengths", fontsize=9)
    figure.supylabel("per cent of the problems", fontsize=9)
    figure.savefig(path)
