"""Shared style of all figures, and their export as SVG.

Figures are created directly, without pyplot and its global state.
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["DARK", "LEGEND_PAD", "LIGHT", "Theme", "add_legend", "new_figure", "to_svg"]

LEGEND_PAD = 18.0
"""Distance between a panel and its title, in points; the legend fits in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours of a figure.

    Attributes:
        ink: Colour of texts and axes.
        grid: Colour of the grid lines.
        series: Colours of the data series, in order. Colour-blind readers can distinguish them.
    """

    ink: str
    grid: str
    series: tuple[str, ...]


# The palette of Okabe and Ito, "Color Universal Design", 2008; lighter on a dark background.
LIGHT = Theme(
    ink="#30343b", grid="#dfe2e7", series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a8f98")
)
DARK = Theme(
    ink="#d5d9e0", grid="#3a3f48", series=("#56b4e9", "#e69f00", "#2fc79c", "#e09bc4", "#8a8f98")
)


def new_figure(
    theme: Theme, panels: int, *, width: float, height: float
) -> "tuple[Figure, list[Axes]]":
    """Create a figure with up to two panels per row, on a transparent background.

    Args:
        theme: Colours of the figure.
        panels: Number of panels.
        width: Width in inches.
        height: Height in inches.

    Returns:
        The figure and its panels, row by row.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained", dpi=150)
    figure.patch.set_alpha(0)
    columns = min(2, panels)
    axes_list = [figure.add_subplot(-(-panels // columns), columns, n + 1) for n in range(panels)]
    for axes in axes_list:
        axes.set_facecolor("none")
        axes.grid(axis="y", color=theme.grid, lw=0.7, zorder=0)
        axes.set_axisbelow(True)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("bottom", "left"):
            axes.spines[side].set_color(theme.ink)
        axes.tick_params(colors=theme.ink, labelsize=8.5)
        axes.xaxis.label.set_color(theme.ink)
        axes.yaxis.label.set_color(theme.ink)
        axes.xaxis.label.set_fontsize(9)
        axes.yaxis.label.set_fontsize(9)
    return figure, axes_list


def add_legend(axes: "Axes", theme: Theme) -> None:
    """Add the legend in one line above a panel, so that it covers no data.

    Args:
        axes: The panel. If it has a title, set the title's padding to `LEGEND_PAD`.
        theme: Colours of the figure.
    """
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.2,
        ncols=len(labels),
        frameon=False,
        fontsize=8,
        labelcolor=theme.ink,
        handlelength=1.2,
        handletextpad=0.5,
        columnspacing=1.0,
    )


def to_svg(figure: "Figure") -> str:
    """Export a figure as SVG.

    Args:
        figure: The figure.

    Returns:
        The SVG document. Equal figures give identical text.
    """
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "rethink-gym", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return buffer.getvalue()
