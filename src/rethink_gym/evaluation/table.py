"""Tables of metrics with their intervals, for terminals and for reports."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich import box
from rich.markup import escape
from rich.table import Table

from rethink_gym.errors import argument_error
from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.metrics.intervals import Interval

__all__ = [
    "MetricRow",
    "format_interval",
    "format_number",
    "is_share",
    "metric_label",
    "metric_rows",
    "metric_table",
]

_EXPLANATIONS = {
    "delta": "accuracy of the last turn minus that of the first",
    "i_to_c": "first answer incorrect, last one correct; share of all problems",
    "c_to_i": "first answer correct, last one incorrect; share of all problems",
    "changed": "later answers that differ from the one before",
    "edit_ratio": "edit distance from one message to the next, over both lengths",
    "accuracy": "share of right answers at this turn",
    "pass": "how likely one of so many samples is right (unbiased)",
    "maj": "share of problems whose most frequent answer is right",
    "rerank": "share of problems whose best scored sample is right",
    "distinct_answers": "different answers among the samples of a problem",
    "distinct_right": "different texts with a right answer among them",
    "distinct_solutions": "different right solutions among them, however written",
    "coverage": "share of all right solutions that is among them",
    "answer_entropy": "entropy of the answers to a problem, nats",
    "effective_number": "effective number of answers to a problem, exp(entropy)",
    "token_entropy": "entropy per token, estimated from what was drawn, nats",
}
_NUMBERS = (
    "distinct_answers",
    "distinct_right",
    "distinct_solutions",
    "answer_entropy",
    "effective_number",
    "token_entropy",
)
_SIGNS = {"delta": "Δ", "i_to_c": "i→c", "c_to_i": "c→i"}


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric, measured of several policies.

    Attributes:
        name: Its name, as in `Evaluation.values`.
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
    differences = each[-1].differences(each[0]) if len(each) > 1 else {}
    return [
        MetricRow(
            name=name,
            explanation=_explanation(name),
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
        cells = [format_interval(row.name, interval) for interval in row.intervals]
        if has_change:
            change = format_interval(row.name, row.difference, is_signed=True)
            is_sure = row.difference is not None and row.difference.excludes_zero
            cells.append(f"[bold]{change}[/bold]" if is_sure else change)
        table.add_row(metric_label(row.name, ascii_only=ascii_only), *cells)
    return table


def metric_label(name: str, *, ascii_only: bool = False) -> str:
    """Return how a metric is written for people.

    Args:
        name: Its name, as in `Evaluation.values`.
        ascii_only: Whether to keep to signs that every terminal can show.

    Returns:
        Such as ``Δ`` for ``delta``, or ``delta`` in ASCII.
    """
    shown = name.replace("_to_", "->") if ascii_only else _SIGNS.get(name, name)
    return shown.replace("_", " ")


def is_share(name: str) -> bool:
    """Return whether a metric is a share, and so shown in per cent.

    Args:
        name: Its name, as in `Evaluation.values`.

    Returns:
        False for counts and entropies.
    """
    return name not in _NUMBERS


def format_interval(name: str, interval: Interval | None, *, is_signed: bool = False) -> str:
    r"""Write a number and its interval as rich markup.

    Args:
        name: Of the metric; shares are written in per cent.
        interval: What was measured; a dash if None.
        is_signed: Whether to write a plus before what is not negative, for Δ or not.

    Returns:
        Such as ``42.5 \[39.5, 45.6]``.
    """
    if interval is None:
        return "-"
    shown = [
        # Without ".0" a hundred is as wide as other numbers, and the table fits 80 columns.
        format_number(name, number, is_signed=is_signed).replace("100.0", "100")
        for number in (interval.estimate, interval.low, interval.high)
    ]
    # The backslash keeps rich from reading the brackets as a style.
    return f"{shown[0]} \\[{shown[1]}, {shown[2]}]"


def format_number(name: str, number: float, *, is_signed: bool = False) -> str:
    """Write a number as people read it.

    Args:
        name: Of the metric; shares are written in per cent, and Δ with its sign.
        number: What was measured.
        is_signed: Whether to write a plus before what is not negative, for Δ or not.

    Returns:
        Such as ``42.5``.
    """
    sign = "+" if is_signed or name == "delta" else ""
    return f"{100 * number:{sign}.1f}" if is_share(name) else f"{number:{sign}.2f}"


def _explanation(name: str) -> str:
    return _EXPLANATIONS.get(name) or _EXPLANATIONS[name.partition("@")[0]]
