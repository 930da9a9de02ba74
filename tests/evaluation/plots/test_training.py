"""Curves of training, and the export of figures."""

import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from rethink_gym.evaluation.plots.figure import DARK, LIGHT, Theme, to_svg
from rethink_gym.evaluation.plots.training import training_figure

PROGRESS = {
    "train/accuracy@t1": np.linspace(0.4, 0.5, 8),
    "train/accuracy@t2": np.linspace(0.4, 0.9, 8),
    "train/delta": np.linspace(0.0, 0.4, 8),
    "train/kl_t1": np.linspace(0.0, 2.0, 8),
    "train/loss": np.linspace(1.0, 0.0, 8),
    "train/reward": np.linspace(0.8, 1.4, 8),
    "train/stage": np.array([1.0, 1, 1, 2, 2, 2, 2, 2]),
    "eval/accuracy@t2": np.array([0.4, np.nan, np.nan, np.nan, 0.7, np.nan, np.nan, 0.9]),
}


def test_training_is_drawn_by_kind_of_metric_with_the_end_of_a_stage() -> None:
    figure = training_figure(PROGRESS)
    assert figure is not None
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert len(titles) == 4
    assert titles[0] == "accuracy (percent)"
    accuracy = figure.axes[0]
    lines = {str(line.get_label()): line for line in accuracy.lines}
    assert np.asarray(lines["accuracy@t2"].get_ydata())[-1] == pytest.approx(90.0)
    assert "on validation" in lines
    measured = [line for line in accuracy.lines if len(np.asarray(line.get_xdata())) == 3]
    assert [np.asarray(line.get_xdata()).tolist() for line in measured] == [[1, 5, 8]]
    assert measured[0].get_color() == lines["accuracy@t2"].get_color()
    assert [text.get_text() for text in accuracy.texts] == ["stage 2"]
    assert np.asarray(accuracy.lines[-1].get_xdata()).tolist() == [3.5, 3.5]


@pytest.mark.parametrize(
    "progress",
    [{}, {"train/loss": np.ones(5)}, {"train/reward": np.ones(1)}],
    ids=["nothing", "a metric that is not plotted", "one update"],
)
def test_nothing_is_plotted_without_metrics_or_updates(
    progress: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]],
) -> None:
    assert training_figure(progress) is None


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_figures_become_the_same_clear_svg_each_time(theme: Theme) -> None:
    first, second = training_figure(PROGRESS, theme), training_figure(PROGRESS, theme)
    assert first is not None
    assert second is not None
    svg = to_svg(first)
    assert svg == to_svg(second)
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert theme.series[0] in svg


def test_pyplot_is_not_imported() -> None:
    figure = training_figure(PROGRESS)
    assert figure is not None
    to_svg(figure)
    assert "matplotlib.pyplot" not in sys.modules
