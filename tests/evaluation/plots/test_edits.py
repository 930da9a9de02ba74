"""Histogram of edit ratios."""

import numpy as np
import pytest
from matplotlib.patches import StepPatch
from tests.evaluation.scripted import ByTurn, always, even
from tests.metrics.episodes import make_episode

from rethink_gym.evaluation.evaluate import evaluate
from rethink_gym.evaluation.plots.edits import edit_figure, edit_histogram


def test_each_change_is_counted_where_its_ratio_is() -> None:
    # "A: 7" and "A: 8" differ in one of eight characters, "A: 7" and "pass" in four of eight.
    episodes = [
        make_episode(["7", "7", "8"]),
        make_episode(["7", None]),
        make_episode(["7"]),
        make_episode(["5", "5"]),
    ]
    expected = np.zeros(20)
    expected[0], expected[2], expected[10] = 2 / 4, 1 / 4, 1 / 4
    assert edit_histogram(episodes) == pytest.approx(expected)
    assert not edit_histogram(episodes[2:3]).any()


def test_each_policy_has_its_own_outline() -> None:
    evaluations = {
        "stubborn": evaluate(ByTurn(always, always), "MathSelfCorrect-v0", problems=10),
        "changing": evaluate(ByTurn(even, always), "MathSelfCorrect-v0", problems=10),
    }
    figure = edit_figure(evaluations)
    assert figure is not None
    (axes,) = figure.axes
    drawn = {
        str(patch.get_label()): np.asarray(patch.get_data()[0])
        for patch in axes.patches
        if isinstance(patch, StepPatch) and patch.get_label() in evaluations
    }
    assert drawn["stubborn"][0] == 100.0
    for name, evaluation in evaluations.items():
        assert drawn[name] == pytest.approx(100 * edit_histogram(evaluation.episodes))


def test_single_turns_give_no_figure() -> None:
    assert edit_figure({"only": evaluate(ByTurn(even), "Math-v0", problems=3)}) is None
