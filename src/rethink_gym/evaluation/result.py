"""What a run leaves behind: numbers, plots and a report."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rethink_gym.evaluation.edits import edit_figure
from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.figure import to_svg
from rethink_gym.evaluation.folder import write_json
from rethink_gym.evaluation.plots import metric_figure, training_figure, transition_figure
from rethink_gym.evaluation.progress import load_progress
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.evaluation.table import metric_rows

__all__ = ["REPORT", "Run", "run_title", "write_results"]

REPORT = "report.html"
"""Written last: a run that has it is finished."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run left behind.

    Attributes:
        folder: Where it lies: ``config.json``, ``metrics.json``, ``progress.csv`` and
            ``progress.json`` (one line per update), ``episodes_base.jsonl``,
            ``episodes_trained.jsonl``, ``checkpoint/``, ``plots/``, ``report.html``.
        base: What the policy did before it was trained.
        trained: What it did afterwards, on the same problems.
        training_s: Wall-clock seconds that training took.
    """

    folder: Path
    base: Evaluation
    trained: Evaluation
    training_s: float


def write_results(run: Run, settings: Mapping[str, Any]) -> None:
    """Write ``metrics.json``, the plots and, last of all, the report of a run.

    Args:
        run: What was measured.
        settings: What the run was begun with.
    """
    evaluations = {"base": run.base, "trained": run.trained}
    progress = load_progress(run.folder / "progress.csv")
    differences = {row.name: row.difference for row in metric_rows(evaluations)}
    metrics: dict[str, object] = {name: value.to_dict() for name, value in evaluations.items()}
    metrics["change"] = {n: None if d is None else d.to_dict() for n, d in differences.items()}
    metrics["training_s"] = round(run.training_s, 2)
    write_json(run.folder / "metrics.json", metrics)
    figures = {"training": training_figure(progress), "metrics": metric_figure(evaluations)}
    if len(run.trained.metrics.accuracies) > 1:
        figures["transitions"] = transition_figure(evaluations)
        figures["edits"] = edit_figure(evaluations)
    (run.folder / "plots").mkdir(exist_ok=True)
    for name, figure in figures.items():
        if figure is not None:
            (run.folder / "plots" / f"{name}.svg").write_text(to_svg(figure), encoding="utf-8")
    num_problems = len(run.trained.problem_ids)
    report = Report(
        title=run_title(settings),
        subtitle=(
            f"Model {Path(settings['model']).name}, {settings['total_episodes']:,} episodes in "
            f"{run.training_s / 60:.1f} minutes, seed {settings['seed']}; measured greedily "
            f"on the same {num_problems:,} held-out problems before and after"
        ),
        evaluations=evaluations,
        progress=progress,
        settings=settings,
    )
    write_report(run.folder / REPORT, report)


def run_title(settings: Mapping[str, Any]) -> str:
    """Return what a run is called for people.

    Args:
        settings: What the run was begun with.

    Returns:
        Such as ``score on MathSelfCorrect-v0``.
    """
    return f"{settings['algorithm']} on {settings['env']}"
