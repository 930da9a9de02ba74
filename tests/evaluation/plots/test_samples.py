"""pass@k, maj@k and rerank@k over k."""

import numpy as np
import pytest
from tests.evaluation.scripted import ByTurn, even, never

from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.plots.samples import sample_curve, sample_figure
from rethink_gym.evaluation.report import Report, write_report


@pytest.fixture(scope="module")
def evaluations() -> dict[str, Evaluation]:
    return {
        name: evaluate(ByTurn(rule), "Math-v0", problems=10, samples=4)
        for name, rule in {"base": never, "trained": even}.items()
    }


def test_curves_start_at_the_accuracy_of_one_sample(evaluations: dict[str, Evaluation]) -> None:
    trained = evaluations["trained"]
    curve = sample_curve(trained, "pass")
    assert list(curve) == [1, 2, 4]
    assert {interval.estimate for interval in curve.values()} == {trained.metrics.accuracies[0]}
    assert sample_curve(trained, "rerank") == {}


def test_a_panel_has_a_line_per_policy(evaluations: dict[str, Evaluation]) -> None:
    figure = sample_figure(evaluations)
    assert figure is not None
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "pass@k (percent)",
        "maj@k (percent)",
    ]
    lines = figure.axes[0].get_lines()
    assert [line.get_label() for line in lines] == ["base", "trained"]
    heights = np.asarray(lines[1].get_ydata())
    assert heights == pytest.approx(100 * evaluations["trained"].metrics.accuracies[0])


def test_a_single_sample_gives_no_curve() -> None:
    assert sample_figure({"base": evaluate(ByTurn(even), "Math-v0", problems=3)}) is None


def test_the_report_shows_the_metrics_of_samples(
    evaluations: dict[str, Evaluation], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(path, Report(title="t", subtitle="s", evaluations=evaluations))
    text = path.read_text(encoding="utf-8")
    assert "Metrics by number of samples" in text
    assert "10 problems of the split “test” of Math-v0, 4 samples of each" in text
    assert "pass@4" in text
    groups = [text.index(f">{group}</th>") for group in ("samples", "exploration")]
    assert groups == sorted(groups)
    assert "1.00 <small>[1.00, 1.00]</small>" in text  # distinct answers are not in percent
