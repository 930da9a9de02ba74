"""What the figures show."""

import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from tests.evaluation.scripted import ByTurn, always, even

from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.figure import DARK, LIGHT, Theme, to_svg
from rethink_gym.evaluation.plots import metric_figure, training_figure, transition_figure

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


def bars(axes: Axes) -> list[Rectangle]:
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    policies = {"base": ByTurn(even, even), "trained": ByTurn(even, always)}
    return {
        name: evaluate(policy, "MathSelfCorrect-v0", problems=20)
        for name, policy in policies.items()
    }


def test_bars_are_as_high_as_the_metrics(evaluations: dict[str, Evaluation]) -> None:
    (axes,) = metric_figure(evaluations).axes
    heights = [bar.get_height() for bar in bars(axes)]
    measured = [
        100 * number
        for evaluation in evaluations.values()
        for name, number in evaluation.metrics.to_scalars().items()
        if name != "edit_ratio"
    ]
    assert heights == pytest.approx(measured)
    assert axes.get_ylabel() == "per cent of the problems"


def test_the_four_ways_of_an_answer_fill_the_whole_bar(evaluations: dict[str, Evaluation]) -> None:
    (axes,) = transition_figure(evaluations).axes
    widths = np.array([bar.get_width() for bar in bars(axes)]).reshape(2, 4)
    t1 = 100 * evaluations["base"].metrics.accuracies[0]
    assert widths == pytest.approx(np.array([[t1, 0, 0, 100 - t1], [t1, 100 - t1, 0, 0]]))


def test_training_is_drawn_by_kind_of_metric_with_the_end_of_a_stage() -> None:
    figure = training_figure(PROGRESS)
    assert figure is not None
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert len(titles) == 4
    assert titles[0] == "accuracy (per cent)"
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
    ids=["nothing", "no metric that is drawn", "one update"],
)
def test_nothing_is_drawn_where_there_is_nothing_to_see(
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


def test_pyplot_stays_out_of_it(evaluations: dict[str, Evaluation]) -> None:
    to_svg(metric_figure(evaluations))
    assert "matplotlib.pyplot" not in sys.modules
