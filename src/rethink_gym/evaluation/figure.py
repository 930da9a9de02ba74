"""The look that all figures share, and how they become SVG.

Figures are objects of their own; pyplot and its global state stay out of it.
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["DARK", "LEGEND_PAD", "LIGHT", "Theme", "add_legend", "new_figure", "to_svg"]

LEGEND_PAD = 18.0
"""Points between a panel and its title that leave room for the legend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """The colours of a figure.

    Attributes:
        ink: Texts and axes.
        grid: Lines behind the data.
        series: Colours of the data, in order; distinct for colour-blind eyes.
    """

    ink: str
    grid: str
    series: tuple[str, ...]


# The palette of Okabe and Ito, "Color Universal Design", 2008, lighter on dark ground.
LIGHT = Theme(
    ink="#30343b", grid="#dfe2e7", series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a8f98")
)
DARK = Theme(
    ink="#d5d9e0", grid="#3a3f48", series=("#56b4e9", "#e69f00", "#2fc79c", "#e09bc4", "#8a8f98")
)


def new_figure(
    theme: Theme, panels: int, *, width: float, height: float
) -> "tuple[Figure, list[Axes]]":
    """Make a figure with panels, two in a row, without frame and on clear ground.

    Args:
        theme: The colours.
        panels: How many panels.
        width: In inches.
        height: In inches.

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
    """Add the names of the data in one line above a panel, where they hide nothing.

    Args:
        axes: The panel; a title of its own needs `LEGEND_PAD` to stand above the names.
        theme: The colours.
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
    """Write a figure as SVG.

    Args:
        figure: What was drawn.

    Returns:
        The SVG document; the same figure always gives the same text.
    """
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "rethink-gym", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return buffer.getvalue()
