"""Results of a training run: metrics, plots and the report."""

from dataclasses import dataclass
from pathlib import Path

from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.json_file import write_json
from rethink_gym.evaluation.log import load_progress
from rethink_gym.evaluation.plots.edits import edit_figure
from rethink_gym.evaluation.plots.figure import to_svg
from rethink_gym.evaluation.plots.metrics import metric_figure
from rethink_gym.evaluation.plots.training import training_figure
from rethink_gym.evaluation.plots.transitions import transition_figure
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.evaluation.run_config import RunConfig
from rethink_gym.evaluation.table import metric_rows

__all__ = ["REPORT", "Run", "format_duration", "write_results"]

REPORT = "report.html"
"""Name of the report. It is written last, so a run that has it is finished."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """Results of a training run.

    Attributes:
        folder: Folder with all files: ``config.json``, ``metrics.json``, ``progress.csv`` and
            ``progress.json`` (one line per update), ``episodes_base.jsonl``,
            ``episodes_trained.jsonl``, ``checkpoint/``, ``plots/``, ``report.html``.
        base: Evaluation before training.
        trained: Evaluation after training, on the same problems.
        training_s: Wall-clock seconds of training.
    """

    folder: Path
    base: Evaluation
    trained: Evaluation
    training_s: float


def write_results(run: Run, run_config: RunConfig) -> None:
    """Write ``metrics.json``, the plots and, last of all, the report of a run.

    Args:
        run: The results.
        run_config: Configuration of the run.
    """
    evaluations = {"base": run.base, "trained": run.trained}
    progress = load_progress(run.folder / "progress.csv")
    differences = {row.name: row.difference for row in metric_rows(evaluations)}
    metrics: dict[str, object] = {name: value.to_dict() for name, value in evaluations.items()}
    metrics["change"] = {n: None if d is None else d.to_dict() for n, d in differences.items()}
    metrics["training_s"] = round(run.training_s, 2)
    write_json(run.folder / "metrics.json", metrics)
    figures = {"training": training_figure(progress), "metrics": metric_figure(evaluations)}
    if any(each.num_attempts > 1 for each in evaluations.values()):
        figures["transitions"] = transition_figure(evaluations)
        figures["edits"] = edit_figure(evaluations)
    (run.folder / "plots").mkdir(exist_ok=True)
    for name, figure in figures.items():
        if figure is not None:
            (run.folder / "plots" / f"{name}.svg").write_text(to_svg(figure), encoding="utf-8")
    num_problems = len(run.trained.problem_ids)
    report = Report(
        title=run_config.title,
        subtitle=(
            f"Model {Path(run_config.model).name}, {run_config.total_episodes:,} episodes in "
            f"{format_duration(run.training_s)}, seed {run_config.seed}; evaluated with greedy "
            f"decoding on the same {num_problems:,} held-out problems before and after"
        ),
        evaluations=evaluations,
        progress=progress,
        settings=run_config.to_dict(),
    )
    write_report(run.folder / REPORT, report)


def format_duration(seconds: float) -> str:
    """Format a duration in a unit that fits it.

    Args:
        seconds: The duration in seconds.

    Returns:
        The text, such as ``4.2 seconds``, ``42 seconds``, ``3.5 minutes`` or ``2.1 hours``.
    """
    if seconds < 120:
        return f"{seconds:.1f} seconds" if seconds < 10 else f"{seconds:.0f} seconds"
    return f"{seconds / 60:.1f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"
