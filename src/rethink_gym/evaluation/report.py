"""Report of a run or an evaluation as one self-contained HTML page.

The page loads nothing: no scripts, fonts or images from other addresses. Text that a model
generated may be hostile, so the template escapes all of it.
"""

import base64
import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.plots.edits import edit_figure
from rethink_gym.evaluation.plots.figure import DARK, LIGHT, Theme, to_svg
from rethink_gym.evaluation.plots.metrics import metric_figure
from rethink_gym.evaluation.plots.samples import sample_figure
from rethink_gym.evaluation.plots.training import training_figure
from rethink_gym.evaluation.plots.transitions import transition_figure
from rethink_gym.evaluation.table import (
    MetricRow,
    format_number,
    is_percentage,
    metric_label,
    metric_rows,
)
from rethink_gym.evaluation.transcript import choose_transcripts
from rethink_gym.metrics.turns import reason_counts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Report", "write_report"]

FloatArray = npt.NDArray[np.float64]

_HEADLINES = 4


@dataclass(frozen=True, kw_only=True)
class Report:
    """Content of a report.

    Attributes:
        title: Headline.
        subtitle: Line below the headline.
        evaluations: Evaluation of each policy on the same problems, by display name; the
            baseline first.
        progress: Training log, as returned by `load_progress`.
        settings: Settings that are needed to repeat the run, as plain JSON data.
        num_transcripts: Maximum number of problems that are shown with all messages.
    """

    title: str
    subtitle: str
    evaluations: Mapping[str, Evaluation]
    progress: Mapping[str, FloatArray] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    num_transcripts: int = 12


def write_report(path: Path, report: Report) -> None:
    """Write a report.

    Args:
        path: File to write; an existing file is replaced.
        report: Content of the report.

    Raises:
        ArgumentError: If the report has no evaluations, or evaluations of different problems.
    """
    # Hostile text may hold a lone surrogate, which cannot be encoded as UTF-8.
    path.write_text(_render(report), encoding="utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class _Plot:
    title: str
    light: str
    dark: str


def _render(report: Report) -> str:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["figure"] = format_number
    environment.filters["change"] = functools.partial(format_number, is_signed=True)
    environment.filters["unit"] = lambda name: (
        " %" if is_percentage(name) and name != "delta" else ""
    )
    environment.filters["label"] = metric_label
    source = files("rethink_gym.evaluation").joinpath("templates", "report.html.jinja")
    rows = metric_rows(report.evaluations)
    return environment.from_string(source.read_text(encoding="utf-8")).render(
        report=report,
        rows=rows,
        has_gaps=any(None in row.intervals for row in rows),
        headlines=_headlines(rows),
        plots=_plots(report),
        reasons=_reasons(report.evaluations),
        transcripts=choose_transcripts(report.evaluations, report.num_transcripts),
        settings={name: _format_setting(value) for name, value in report.settings.items()},
    )


def _headlines(rows: list[MetricRow]) -> list[MetricRow]:
    """Return the rows shown at the top: the last accuracy, then Δ, then the other fractions.

    Only metrics of all policies are shown; the table has a dash for a missing one.
    """
    rows = [row for row in rows if None not in row.intervals]
    last_accuracy = [row for row in rows if row.name.startswith(("accuracy@", "solved"))][-1]
    others = [row for row in rows if row.group in ("turns", "samples") and row is not last_accuracy]
    others = [row for row in others if row.name != "edit_ratio"]
    others.sort(key=lambda row: row.name != "delta")
    return [last_accuracy, *others][:_HEADLINES]


def _plots(report: Report) -> list[_Plot]:
    evaluations = report.evaluations
    has_turns = any(value.num_attempts > 1 for value in evaluations.values())
    plots = [
        _plot("Training", lambda theme: training_figure(report.progress, theme)),
        _plot("Metrics with 95 % intervals", lambda theme: metric_figure(evaluations, theme)),
        _plot("Metrics by number of samples", lambda theme: sample_figure(evaluations, theme)),
    ]
    if has_turns:
        title = "From the first to the last answer"
        plots.insert(1, _plot(title, lambda theme: transition_figure(evaluations, theme)))
        title = "Edit distance between messages"
        plots.append(_plot(title, lambda theme: edit_figure(evaluations, theme)))
    return [plot for plot in plots if plot is not None]


def _plot(title: str, draw: "Callable[[Theme], Figure | None]") -> _Plot | None:
    figures = [draw(LIGHT), draw(DARK)]
    light, dark = (None if figure is None else _data_uri(to_svg(figure)) for figure in figures)
    return None if light is None or dark is None else _Plot(title, light, dark)


def _data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _reasons(evaluations: Mapping[str, Evaluation]) -> list[tuple[str, int, dict[str, int]]]:
    """Return one row per policy and turn: policy, turn, and the count of each reason."""
    return [
        (name, turn, {reason.value: count for reason, count in sorted(counts.items())})
        for name, evaluation in evaluations.items()
        for turn, counts in enumerate(reason_counts(evaluation.episodes), 1)
    ]


def _format_setting(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
