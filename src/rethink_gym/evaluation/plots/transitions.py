"""Figure of the transitions between correct and incorrect answers."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.plots.figure import LIGHT, Theme, add_legend, new_figure
from rethink_gym.metrics.turns import correct_answers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["transition_figure"]


def transition_figure(evaluations: Mapping[str, Evaluation], theme: Theme = LIGHT) -> "Figure":
    """Plot how answers change between the first and the last turn.

    Args:
        evaluations: Evaluation of each policy, by display name.
        theme: Colours of the figure.

    Returns:
        The figure: one bar per policy, divided into the four transitions.
    """
    figure, (axes,) = new_figure(theme, 1, width=7.2, height=1.15 + 0.55 * len(evaluations))
    blue, orange, green, _, grey = theme.series
    for row, evaluation in enumerate(evaluations.values()):
        is_correct = correct_answers(evaluation.episodes)
        first, last = is_correct[:, 0], is_correct[:, -1]
        parts = [
            ("stays correct (c→c)", first & last, blue),
            ("repaired (i→c)", ~first & last, green),
            ("broken (c→i)", first & ~last, orange),
            ("stays incorrect (i→i)", ~first & ~last, grey),
        ]
        left = 0.0
        for label, is_member, colour in parts:
            percentage = 100 * float(is_member.mean())
            axes.barh(row, percentage, 0.62, left, color=colour, label=None if row else label)
            if percentage >= 6:
                axes.text(
                    left + percentage / 2,
                    row,
                    f"{percentage:.1f}",
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color="white" if theme is LIGHT else "black",
                )
            left += percentage
    axes.set_yticks(range(len(evaluations)), list(evaluations))
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel("percent of problems, first to last answer")
    axes.grid(visible=False)
    add_legend(axes, theme)
    return figure
