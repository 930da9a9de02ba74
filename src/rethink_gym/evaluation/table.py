"""Tables of metrics with 95 % intervals, for terminals and reports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from rich import box
from rich.markup import escape
from rich.table import Table

from rethink_gym.errors import argument_error
from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.metrics.intervals import Interval
from rethink_gym.metrics.log_keys import LOG_KEYS, Group, LogKey, split_log_key

__all__ = [
    "MetricRow",
    "format_interval",
    "format_number",
    "is_percentage",
    "metric_label",
    "metric_names",
    "metric_rows",
    "metric_table",
]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric of several policies.

    Attributes:
        name: Name of the metric, as in `Evaluation.values`.
        group: Section of the table, as in `LogKey.group`.
        description: Meaning of the metric, as in `LogKey.description`.
        intervals: One interval per policy; None if the policy does not have this metric.
        difference: Last policy minus the first; None unless both played the same problems.
    """

    name: str
    group: Group
    description: str
    intervals: tuple[Interval | None, ...]
    difference: Interval | None


def metric_rows(evaluations: Mapping[str, Evaluation]) -> list[MetricRow]:
    """Collect the metrics of several policies, one row per metric.

    Args:
        evaluations: Evaluation of each policy, by display name.

    Returns:
        One row per metric that at least one policy has. Differences are paired by problem, so
        they need at least two policies, the first and last of which played the same problems.

    Raises:
        ArgumentError: If ``evaluations`` is empty.
    """
    if not evaluations:
        raise argument_error("evaluations", "one or more evaluations", evaluations)
    each = list(evaluations.values())
    differences = each[-1].differences(each[0]) if len(each) > 1 else {}
    return [
        MetricRow(
            name=name,
            group=_log_key(name).group,
            description=_log_key(name).description,
            intervals=tuple(evaluation.intervals.get(name) for evaluation in each),
            difference=differences.get(name),
        )
        for name in metric_names(each)
    ]


def metric_names(evaluations: Iterable[Evaluation]) -> list[str]:
    """Return the names of all metrics that at least one policy has.

    Policies may have different metrics: if all episodes of one end at the first turn, it has no
    accuracy at the second turn.

    Args:
        evaluations: Evaluation of each policy.

    Returns:
        The names in the order of the table.
    """
    longest_first = sorted((list(each.intervals) for each in evaluations), key=len, reverse=True)
    names = list(dict.fromkeys(name for names in longest_first for name in names))
    groups = list(dict.fromkeys(key.group for key in LOG_KEYS.values()))
    return sorted(names, key=lambda name: groups.index(_log_key(name).group))


def metric_table(evaluations: Mapping[str, Evaluation], *, ascii_only: bool = False) -> Table:
    """Build the table of metrics for a terminal.

    Args:
        evaluations: Evaluation of each policy, by display name.
        ascii_only: Whether to use ASCII characters only.

    Returns:
        The table: one row per metric, one column per policy, and the change from the first
        to the last policy. Fractions are in percent, with 95 % intervals in brackets. A line
        separates groups of metrics.

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
    for row, next_row in zip_longest(rows, rows[1:]):
        cells = [format_interval(row.name, interval) for interval in row.intervals]
        if has_change:
            change = format_interval(row.name, row.difference, is_signed=True)
            is_sure = row.difference is not None and row.difference.excludes_zero
            cells.append(f"[bold]{change}[/bold]" if is_sure else change)
        table.add_row(
            metric_label(row.name, ascii_only=ascii_only),
            *cells,
            end_section=next_row is not None and next_row.group != row.group,
        )
    return table


def metric_label(name: str, *, ascii_only: bool = False) -> str:
    """Return the display form of a metric.

    Args:
        name: Name of the metric, as in `Evaluation.values` or as logged.
        ascii_only: Whether to use ASCII characters only.

    Returns:
        The label, such as ``Δ`` for ``delta``, or ``KL@t1`` for ``kl_t1``.
    """
    stem, index, variant = split_log_key(name)
    key = LOG_KEYS.get(stem)
    symbol = key.symbol if key is not None else ""
    # The names themselves are ASCII, so they replace the symbols i→c and Δ.
    if not symbol or (ascii_only and not symbol.isascii()):
        symbol = stem.replace("_to_", "->").replace("_", " ")
    label = f"{symbol}@{index}" if index else symbol
    return f"{label} {variant.replace('_', ' ')}" if variant else label


def is_percentage(name: str) -> bool:
    """Return whether a metric is a fraction, and so shown in percent.

    Args:
        name: Name of the metric, as in `Evaluation.values`.

    Returns:
        True for fractions; False for numbers and entropies.
    """
    return _log_key(name).unit == "fraction"


def format_interval(name: str, interval: Interval | None, *, is_signed: bool = False) -> str:
    r"""Format an estimate with its interval as rich markup.

    Args:
        name: Name of the metric, which decides whether the numbers are in percent.
        interval: Estimate and interval; a dash is returned for None.
        is_signed: Whether numbers of at least 0 get a plus sign. Those of Δ always do.

    Returns:
        The text, such as ``42.5 \[39.5, 45.6]``.
    """
    if interval is None:
        return "-"
    shown = [
        # Without ".0", 100 is as wide as other numbers and the table fits 80 columns.
        format_number(name, number, is_signed=is_signed).replace("100.0", "100")
        for number in (interval.estimate, interval.low, interval.high)
    ]
    # The backslash keeps rich from reading the brackets as a style.
    return f"{shown[0]} \\[{shown[1]}, {shown[2]}]"


def format_number(name: str, number: float, *, is_signed: bool = False) -> str:
    """Format the value of a metric.

    Args:
        name: Name of the metric, which decides whether the number is in percent.
        number: The value.
        is_signed: Whether a number of at least 0 gets a plus sign. That of Δ always does.

    Returns:
        The text, such as ``42.5``.
    """
    sign = "+" if is_signed or name == "delta" else ""
    return f"{100 * number:{sign}.1f}" if is_percentage(name) else f"{number:{sign}.2f}"


def _log_key(name: str) -> LogKey:
    return LOG_KEYS[split_log_key(name)[0]]
