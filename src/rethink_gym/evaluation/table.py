"""Tables of metrics with their intervals, for terminals and for reports."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich import box
from rich.markup import escape
from rich.table import Table

from rethink_gym.errors import argument_error
from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.metrics.comparison import difference_intervals
from rethink_gym.metrics.intervals import Interval

__all__ = ["MetricRow", "metric_label", "metric_rows", "metric_table"]

_EXPLANATIONS = {
    "delta": "accuracy of the last turn minus that of the first",
    "i_to_c": "first answer incorrect, last one correct; share of all problems",
    "c_to_i": "first answer correct, last one incorrect; share of all problems",
    "changed": "later answers that differ from the one before",
    "edit_ratio": "edit distance from one message to the next, over both lengths",
}
_SIGNS = {"delta": "Δ", "i_to_c": "i→c", "c_to_i": "c→i", "edit_ratio": "edit ratio"}


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric, measured of several policies.

    Attributes:
        name: Its name, as in `TurnMetrics.to_scalars`.
        explanation: What it says, in words.
        intervals: One interval per policy; None where a policy has no such metric.
        difference: Last policy minus first one, if both played the same problems.
    """

    name: str
    explanation: str
    intervals: tuple[Interval | None, ...]
    difference: Interval | None


def metric_rows(evaluations: Mapping[str, Evaluation]) -> list[MetricRow]:
    """Put the metrics of several policies side by side.

    Args:
        evaluations: What each policy did, by the name to show.

    Returns:
        One row per metric; differences are paired by problem, so they are only
        there if the first and the last of two or more policies played the same
        problems.

    Raises:
        ArgumentError: If ``evaluations`` is empty.
    """
    if not evaluations:
        raise argument_error("evaluations", "one or more evaluations", evaluations)
    each = list(evaluations.values())
    names = max((evaluation.intervals for evaluation in each), key=len)
    differences: dict[str, Interval] = {}
    if len(each) > 1 and _problems(each[0]) == _problems(each[-1]):
        differences = difference_intervals(each[0].episodes, each[-1].episodes)
    return [
        MetricRow(
            name=name,
            explanation=_EXPLANATIONS.get(name, "share of right answers at this turn"),
            intervals=tuple(evaluation.intervals.get(name) for evaluation in each),
            difference=differences.get(name),
        )
        for name in names
    ]


def metric_table(evaluations: Mapping[str, Evaluation], *, ascii_only: bool = False) -> Table:
    """Build the table of metrics that a terminal shows.

    Args:
        evaluations: What each policy did, by the name to show.
        ascii_only: Whether to keep to signs that every terminal can show.

    Returns:
        The table: one row per metric, one column per policy, all in per cent with
        the 95 % interval in brackets, and the change from the first to the last.

    Raises:
        ArgumentError: If ``evaluations`` is empty.
    """
    rows = metric_rows(evaluations)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("metric", no_wrap=True)
    for name in evaluations:
        table.add_column(escape(name), justify="right", no_wrap=True)
    has_change = any(row.difference for row in rows)
    if has_change:
        table.add_column("change", justify="right", no_wrap=True)
    for row in rows:
        is_signed = row.name == "delta"
        cells = [_cell(interval, is_signed=is_signed) for interval in row.intervals]
        if has_change:
            change = _cell(row.difference, is_signed=True)
            is_sure = row.difference is not None and row.difference.excludes_zero
            cells.append(f"[bold]{change}[/bold]" if is_sure else change)
        table.add_row(metric_label(row.name, ascii_only=ascii_only), *cells)
    return table


def metric_label(name: str, *, ascii_only: bool = False) -> str:
    """Return how a metric is written for people.

    Args:
        name: Its name, as in `TurnMetrics.to_scalars`.
        ascii_only: Whether to keep to signs that every terminal can show.

    Returns:
        Such as ``Δ`` for ``delta``, or ``delta`` in ASCII.
    """
    return name.replace("_to_", "->").replace("_", " ") if ascii_only else _SIGNS.get(name, name)


def _cell(interval: Interval | None, *, is_signed: bool) -> str:
    if interval is None:
        return "-"
    sign = "+" if is_signed else ""
    estimate, low, high = (
        # Without ".0" a hundred is as wide as other numbers, and the table fits 80 columns.
        f"{100 * value:{sign}.1f}".replace("100.0", "100")
        for value in (interval.estimate, interval.low, interval.high)
    )
    # The backslash keeps rich from reading the brackets as a style.
    return f"{estimate} \\[{low}, {high}]"


def _problems(evaluation: Evaluation) -> list[str]:
    return [episode.problem_id for episode in evaluation.episodes]
