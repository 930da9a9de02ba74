"""Figure of the metrics that were logged during training."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rethink_gym.evaluation.plots.figure import LEGEND_PAD, LIGHT, Theme, add_legend, new_figure
from rethink_gym.evaluation.table import metric_label
from rethink_gym.metrics.log_keys import split_log_key

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["training_figure"]

FloatArray = npt.NDArray[np.float64]

_DOTTED = (0, (1, 1.5))
_PANELS: Sequence[tuple[str, float, tuple[str, ...]]] = (
    ("accuracy (percent)", 100.0, ("accuracy", "solved")),
    ("change between turns (percent)", 100.0, ("delta", "i_to_c", "c_to_i", "changed")),
    ("KL to the reference (nats per message)", 1.0, ("kl",)),
    ("reward per episode", 1.0, ("reward",)),
)
"""Title, factor and metrics of each panel. Metrics are named as in `LOG_KEYS`."""


def training_figure(progress: Mapping[str, FloatArray], theme: Theme = LIGHT) -> "Figure | None":
    """Plot the logged metrics over the updates of a training run.

    Args:
        progress: The training log, as returned by `load_progress`.
        theme: Colours of the figure.

    Returns:
        The figure: one panel per kind of metric, with a vertical line where a stage ends.
        None if there are fewer than two updates or no metrics to plot.
    """
    panels = [
        (title, factor, [name for name in progress if _has_kind(name, kinds)])
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
        # A metric has one colour in both groups: solid for training, dotted for validation.
        shorts = list(dict.fromkeys(name.split("/", 1)[1] for name in names))
        for name in sorted(names, key=lambda name: not name.startswith("train/")):
            group, short = name.split("/", 1)
            is_known = np.isfinite(progress[name])
            is_main = group == "train" or f"train/{short}" not in progress
            axes.plot(
                updates[is_known],
                factor * progress[name][is_known],
                color=theme.series[shorts.index(short) % len(theme.series)],
                label=metric_label(short) if is_main else None,
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


def _has_kind(name: str, kinds: tuple[str, ...]) -> bool:
    return "/" in name and split_log_key(name)[0] in kinds


def _stages(progress: Mapping[str, FloatArray]) -> list[tuple[str, float]]:
    """Return each stage after the first, with the update at which it starts."""
    stages = progress.get("train/stage")
    if stages is None:
        return []
    return [
        (f"stage {after:g}", update + 0.5)
        for update, (before, after) in enumerate(pairwise(stages), start=1)
        if np.isfinite(after) and before != after
    ]
