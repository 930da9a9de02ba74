"""The figure of how much messages change from turn to turn."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rethink_gym.episode import Episode
from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.figure import LIGHT, Theme, add_legend, new_figure
from rethink_gym.metrics.text import edit_ratio

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["edit_figure", "edit_shares"]

_NUM_BINS = 20


def edit_shares(episodes: Sequence[Episode]) -> npt.NDArray[np.float64]:
    """Return how often a message is how far from the one before.

    Args:
        episodes: What was played.

    Returns:
        The share of messages after the first whose edit ratio is in [0, 0.05), [0.05,
        0.1), …, [0.95, 1], shape ``(20,)``; all 0 if there are no such messages.

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
    """Draw a histogram of edit ratios per policy.

    A policy that repeats itself stands at the left end.

    Args:
        evaluations: What each policy did, by the name to show.
        theme: The colours.

    Returns:
        One panel with a line of steps per policy, in per cent of the messages after the
        first; None if there are no such messages.
    """
    shares = {name: edit_shares(each.episodes) for name, each in evaluations.items()}
    if not any(each.any() for each in shares.values()):
        return None
    figure, (axes,) = new_figure(theme, 1, width=7.2, height=2.8)
    edges = np.linspace(0.0, 1.0, _NUM_BINS + 1)
    for index, (name, own) in enumerate(shares.items()):
        colour = theme.series[index % len(theme.series)]
        axes.stairs(100 * own, edges, color=colour, lw=1.6, label=name)
        axes.stairs(100 * own, edges, color=colour, alpha=0.15, fill=True)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("edit distance to the message before, over both lengths")
    axes.set_ylabel("per cent of the messages")
    add_legend(axes, theme)
    return figure
