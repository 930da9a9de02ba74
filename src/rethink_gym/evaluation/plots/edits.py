"""Figure of the edit ratios between consecutive messages."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rethink_gym.episode import Episode
from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.plots.figure import LIGHT, Theme, add_legend, new_figure
from rethink_gym.metrics.text import edit_ratio

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["edit_figure", "edit_histogram"]

_NUM_BINS = 20


def edit_histogram(episodes: Sequence[Episode]) -> npt.NDArray[np.float64]:
    """Compute the histogram of edit ratios between consecutive messages.

    Args:
        episodes: The episodes.

    Returns:
        Fractions, shape ``(20,)``: entry n is the fraction of messages after the first whose
        edit ratio to the message before is in [0.05 n, 0.05 (n + 1)); the last bin includes 1.
        All 0 if there are no such messages.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 4 (arXiv:2409.12917).
    """
    ratios = [
        edit_ratio(before.completion.text, after.completion.text)
        for episode in episodes
        for before, after in pairwise(episode.turns)
    ]
    counts, _ = np.histogram(ratios, bins=_NUM_BINS, range=(0.0, 1.0))
    return counts / max(len(ratios), 1)


def edit_figure(evaluations: Mapping[str, Evaluation], theme: Theme = LIGHT) -> "Figure | None":
    """Plot the histogram of edit ratios of each policy.

    A policy that repeats its messages has its mass at the left end.

    Args:
        evaluations: Evaluation of each policy, by display name.
        theme: Colours of the figure.

    Returns:
        The figure: one panel with one outline per policy, in percent of the messages after
        the first. None if every episode has one turn.
    """
    histograms = {name: edit_histogram(each.episodes) for name, each in evaluations.items()}
    if not any(each.any() for each in histograms.values()):
        return None
    figure, (axes,) = new_figure(theme, 1, width=7.2, height=2.8)
    edges = np.linspace(0.0, 1.0, _NUM_BINS + 1)
    for index, (name, fractions) in enumerate(histograms.items()):
        colour = theme.series[index % len(theme.series)]
        axes.stairs(100 * fractions, edges, color=colour, lw=1.6, label=name)
        axes.stairs(100 * fractions, edges, color=colour, alpha=0.15, fill=True)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("edit distance to the message before, divided by the sum of both lengths")
    axes.set_ylabel("percent of messages")
    add_legend(axes, theme)
    return figure
