"""Figures of a run: what changed, and how it came about."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.figure import LEGEND_PAD, LIGHT, Theme, add_legend, new_figure
from rethink_gym.evaluation.table import is_share, metric_label
from rethink_gym.metrics.turns import correct_answers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["metric_figure", "training_figure", "transition_figure"]

FloatArray = npt.NDArray[np.float64]

_DOTTED = (0, (1, 1.5))
_NO_BARS = ("edit_ratio", "pass@", "maj@", "rerank@", "coverage")
_PANELS: Sequence[tuple[str, float, tuple[str, ...]]] = (
    ("accuracy (per cent)", 100.0, ("accuracy@",)),
    ("change between turns (per cent)", 100.0, ("delta", "i_to_c", "c_to_i", "changed")),
    ("KL to the base (nats per message)", 1.0, ("kl",)),
    ("reward per episode", 1.0, ("reward",)),
)


def metric_figure(evaluations: Mapping[str, Evaluation], theme: Theme = LIGHT) -> "Figure":
    """Draw the metrics of several policies as bars with their 95 % intervals.

    Args:
        evaluations: What each policy did, by the name to show.
        theme: The colours.

    Returns:
        One group of bars per metric, in per cent.
    """
    figure, (axes,) = new_figure(theme, 1, width=7.2, height=3.4)
    names = max((list(evaluation.intervals) for evaluation in evaluations.values()), key=len)
    names = [name for name in names if is_share(name) and not name.startswith(_NO_BARS)]
    width = 0.8 / len(evaluations)
    for index, (label, evaluation) in enumerate(evaluations.items()):
        intervals = [evaluation.intervals[name] for name in names if name in evaluation.intervals]
        places = np.arange(len(intervals)) + (index - (len(evaluations) - 1) / 2) * width
        estimates = np.array([100 * interval.estimate for interval in intervals])
        spread = np.array(
            [
                [100 * (value.estimate - value.low), 100 * (value.high - value.estimate)]
                for value in intervals
            ]
        ).T
        colour = theme.series[index % len(theme.series)]
        axes.bar(places, estimates, width * 0.92, color=colour, label=label, zorder=2)
        axes.errorbar(
            places, estimates, spread.clip(0), fmt="none", ecolor=theme.ink, capsize=2.5, lw=1
        )
        for place, value in zip(places, intervals, strict=True):
            above = value.estimate >= 0
            edge = 100 * (value.high if above else value.low)
            axes.annotate(
                f"{100 * value.estimate:.1f}",
                (place, edge),
                (0, 3 if above else -3),
                textcoords="offset points",
                ha="center",
                va="bottom" if above else "top",
                fontsize=8,
                color=theme.ink,
            )
    axes.axhline(0, color=theme.ink, lw=0.8, zorder=1)
    axes.set_xticks(range(len(names)), [metric_label(name) for name in names])
    axes.set_ylabel("per cent of the problems")
    axes.margins(y=0.14)
    add_legend(axes, theme)
    return figure


def transition_figure(evaluations: Mapping[str, Evaluation], theme: Theme = LIGHT) -> "Figure":
    """Draw what became of first answers: of right ones and of wrong ones.

    Args:
        evaluations: What each policy did, by the name to show.
        theme: The colours.

    Returns:
        One bar per policy, cut into the four ways from the first to the last turn.
    """
    figure, (axes,) = new_figure(theme, 1, width=7.2, height=1.15 + 0.55 * len(evaluations))
    blue, orange, green, _, grey = theme.series
    for row, evaluation in enumerate(evaluations.values()):
        is_correct = correct_answers(evaluation.episodes)
        first, last = is_correct[:, 0], is_correct[:, -1]
        parts = [
            ("stays right (c→c)", first & last, blue),
            ("repaired (i→c)", ~first & last, green),
            ("spoilt (c→i)", first & ~last, orange),
            ("stays wrong (i→i)", ~first & ~last, grey),
        ]
        left = 0.0
        for label, is_so, colour in parts:
            share = 100 * float(is_so.mean())
            axes.barh(row, share, 0.62, left, color=colour, label=None if row else label)
            if share >= 6:
                axes.text(
                    left + share / 2,
                    row,
                    f"{share:.1f}",
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color="white" if theme is LIGHT else "black",
                )
            left += share
    axes.set_yticks(range(len(evaluations)), list(evaluations))
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("per cent of the problems, first to last answer")
    axes.grid(visible=False)
    add_legend(axes, theme)
    return figure


def training_figure(progress: Mapping[str, FloatArray], theme: Theme = LIGHT) -> "Figure | None":
    """Draw how the metrics moved while a learner trained.

    Args:
        progress: What it logged, as `load_progress` returns it.
        theme: The colours.

    Returns:
        One panel per kind of metric that was logged, over updates, with a line
        where a stage ends; None if there is nothing to draw.
    """
    panels = [
        (title, factor, [name for name in progress if _is_of(name, kinds)])
        for title, factor, kinds in _PANELS
    ]
    panels = [panel for panel in panels if panel[2]]
    num_updates = max((len(values) for values in progress.values()), default=0)
    if not panels or num_updates < 2:
        return None
    rows = -(-len(panels) // 2)
    columns = min(2, len(panels))
    figure, all_axes = new_figure(theme, len(panels), width=7.2, height=0.4 + 2.3 * rows)
    updates = np.arange(1, num_updates + 1)
    for axes, (title, factor, names) in zip(all_axes, panels, strict=True):
        shorts = list(dict.fromkeys(name.split("/", 1)[1] for name in names))
        for name in sorted(names, key=lambda name: not name.startswith("train/")):
            group, short = name.split("/", 1)
            is_known = np.isfinite(progress[name])
            is_main = group == "train" or f"train/{short}" not in progress
            axes.plot(
                updates[is_known],
                factor * progress[name][is_known],
                color=theme.series[shorts.index(short) % len(theme.series)],
                label=_line_label(short) if is_main else None,
                ls="-" if is_main else _DOTTED,
                marker=None if is_main else "o",
                ms=3.5,
                lw=1.5,
            )
        if any(name.startswith("eval/") for name in names):
            axes.plot(
                [], [], color=theme.ink, ls=_DOTTED, marker="o", ms=3.5, label="on validation"
            )
        for stage, update in _stages(progress):
            axes.axvline(update, color=theme.ink, lw=0.9, ls=(0, (4, 3)), zorder=1)
            axes.annotate(
                stage,
                (update, 1),
                (3, -3),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                va="top",
                fontsize=7.5,
                color=theme.ink,
            )
        axes.margins(y=0.16)
        axes.set_title(title, fontsize=9.5, loc="left", pad=LEGEND_PAD, color=theme.ink)
        add_legend(axes, theme)
    for axes in all_axes[-columns:]:
        axes.set_xlabel("update")
    return figure


def _line_label(short: str) -> str:
    return metric_label(short.replace("kl_t", "KL@t"))


def _is_of(name: str, kinds: tuple[str, ...]) -> bool:
    return "/" in name and name.split("/", 1)[1].startswith(kinds)


def _stages(progress: Mapping[str, FloatArray]) -> list[tuple[str, float]]:
    """Return the stages after the first one, each with the place where it starts."""
    stages = progress.get("train/stage")
    if stages is None:
        return []
    return [
        (f"stage {after:g}", update + 0.5)
        for update, (before, after) in enumerate(pairwise(stages), start=1)
        if np.isfinite(after) and before != after
    ]
