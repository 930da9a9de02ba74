"""Bars of metrics, and bars of transitions."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from tests.evaluation.scripted import ByTurn, always, even

from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.plots.metrics import metric_figure
from rethink_gym.evaluation.plots.transitions import transition_figure


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
    assert axes.get_ylabel() == "percent of problems"


def test_only_fractions_of_problems_are_bars() -> None:
    several = evaluate(ByTurn(even, always), "MathSelfCorrect-v0", problems=10, samples=2)
    single = evaluate(ByTurn(even), "Math-v0", problems=10)
    (axes,) = metric_figure({"several": several, "single": single}).axes
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels == ["accuracy@t1", "accuracy@t2", "Δ", "i→c", "c→i", "changed"]
    assert len(bars(axes)) == 7  # the policy of one turn has its accuracy alone


def test_the_four_transitions_fill_the_whole_bar(evaluations: dict[str, Evaluation]) -> None:
    (axes,) = transition_figure(evaluations).axes
    widths = np.array([bar.get_width() for bar in bars(axes)]).reshape(2, 4)
    t1 = 100 * evaluations["base"].metrics.accuracies[0]
    assert widths == pytest.approx(np.array([[t1, 0, 0, 100 - t1], [t1, 100 - t1, 0, 0]]))
