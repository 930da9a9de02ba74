"""Puts runs side by side: every metric of each, and how sure the differences are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table

from rethink_gym.episode import load_episodes
from rethink_gym.errors import DataError, DataNotFoundError, argument_error
from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.folder import make_run_folder, write_json
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.evaluation.table import format_interval, is_share, metric_label
from rethink_gym.metrics.comparison import value_differences
from rethink_gym.metrics.equivalence import Equivalence, equivalence_test
from rethink_gym.metrics.intervals import Interval

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "Comparison",
    "compare",
    "compare_and_report",
    "comparison_table",
    "load_evaluation",
    "load_evaluations",
]

_EPISODES = ("episodes_trained.jsonl", "episodes.jsonl")
"""What a run leaves, and what a measurement leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One metric of several policies, the first of which the others are compared with.

    Attributes:
        name: The metric, as in `Evaluation.values`.
        intervals: One per policy; None where a policy has no such metric.
        differences: Each other policy minus the first one, paired by problem; None
            where they cannot be paired.
        equivalences: For each other policy, whether it is as good as the first one;
            None where nobody asked, or they cannot be paired.
    """

    name: str
    intervals: tuple[Interval | None, ...]
    differences: tuple[Interval | None, ...]
    equivalences: tuple[Equivalence | None, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain JSON data."""
        return {
            "name": self.name,
            "intervals": [each and each.to_dict() for each in self.intervals],
            "differences": [each and each.to_dict() for each in self.differences],
            "equivalences": [
                each
                and {
                    "difference": each.difference.to_dict(),
                    "margin": each.margin,
                    "p_value": each.p_value,
                    "is_equivalent": each.is_equivalent,
                }
                for each in self.equivalences
            ],
        }


def compare(
    evaluations: Mapping[str, Evaluation], *, margin: float | None = None
) -> list[Comparison]:
    """Compare policies with the first one of them.

    Args:
        evaluations: What each policy did, by the name to show; two or more.
        margin: How large a difference of a share counts as none, such as 0.03; asks for
            equivalence tests too.

    Returns:
        One comparison per metric that the first policy has.

    Raises:
        ArgumentError: If there are fewer than two policies, or the margin is not above 0.
    """
    if len(evaluations) < 2:
        raise argument_error("evaluations", "two or more evaluations", list(evaluations))
    if margin is not None and not margin > 0:
        raise argument_error("margin", "a number above 0", margin)
    base, *others = evaluations.values()
    differences = [other.differences(base) for other in others]
    values = [
        value_differences(base.values, other.values) if paired else {}
        for other, paired in zip(others, differences, strict=True)
    ]
    return [
        Comparison(
            name=name,
            intervals=tuple(each.intervals.get(name) for each in (base, *others)),
            differences=tuple(each.get(name) for each in differences),
            equivalences=tuple(
                equivalence_test(each[name], margin=margin)
                if margin is not None and name in each and is_share(name) and len(each[name]) > 1
                else None
                for each in values
            ),
        )
        for name in base.intervals
    ]


def comparison_table(
    names: list[str], comparisons: list[Comparison], *, ascii_only: bool = False
) -> Table:
    """Build the table of a comparison that a terminal shows.

    Args:
        names: Of the policies, the one that the others are compared with first.
        comparisons: What `compare` returned.
        ascii_only: Whether to keep to signs that every terminal can show.

    Returns:
        The table: for each metric one row per policy, with its interval and its
        difference from the first one; in bold where the sign of it is known, with ``=``
        where it is equivalent.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("metric", no_wrap=True)
    table.add_column("run")
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column(f"minus {escape(names[0])}", justify="right")
    for comparison in comparisons:
        differences = (None, *comparison.differences)
        equivalences = (None, *comparison.equivalences)
        for row, name in enumerate(names):
            label = metric_label(comparison.name, ascii_only=ascii_only) if row == 0 else ""
            measured = format_interval(comparison.name, comparison.intervals[row])
            table.add_row(
                label,
                escape(name),
                measured,
                _difference(comparison.name, differences[row], equivalences[row]) if row else "",
                end_section=row == len(names) - 1,
            )
    return table


def compare_and_report(
    evaluations: Mapping[str, Evaluation],
    *,
    margin: float | None = None,
    folder: Path | None = None,
    console: "Console | None" = None,
) -> list[Comparison]:
    """Compare policies with the first one of them, and write it down.

    Args:
        evaluations: What each policy did, by the name to show; two or more.
        margin: As for `compare`.
        folder: Where ``comparison.json`` and ``report.html`` go, new or empty; nothing
            is written if None. There is no report of different problems.
        console: Where the table goes; nowhere if None.

    Returns:
        One comparison per metric.

    Raises:
        ArgumentError: As `compare` does, or if something lies in the folder already.
    """
    comparisons = compare(evaluations, margin=margin)
    names = list(evaluations)
    first = evaluations[names[0]]
    is_paired = all(each.problem_ids == first.problem_ids for each in evaluations.values())
    if console is not None:
        is_ascii = not console.encoding.lower().startswith("utf")
        about = f"{first.env_id}: {len(first.problem_ids):,} problems, per cent [95 % interval]"
        console.print(f"\n{about}", style="bold", markup=False, highlight=False)
        console.print(comparison_table(names, comparisons, ascii_only=is_ascii))
        if not is_paired:
            console.print("Runs on other problems cannot be paired; their differences are unknown.")
    if folder is not None:
        make_run_folder(folder)
        data = {"runs": names, "metrics": [each.to_dict() for each in comparisons]}
        write_json(folder / "comparison.json", data)
        if is_paired:
            report = Report(
                title=" and ".join((", ".join(names[:-1]), names[-1])),
                subtitle=f"{len(first.problem_ids):,} problems of the split “{first.split}”",
                evaluations=evaluations,
            )
            write_report(folder / "report.html", report)
    return comparisons


def load_evaluations(folders: list[Path]) -> dict[str, Evaluation]:
    """Read what several runs or measurements did, each under a name of its own.

    Args:
        folders: As for `load_evaluation`.

    Returns:
        The evaluations by the names of the folders, or by their paths if two of them
        have one name.

    Raises:
        ArgumentError: If a folder is given twice.
        DataNotFoundError: If one of them holds neither.
        DataError: If what it holds cannot be read.
    """
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise argument_error("folders", "different folders", [str(each) for each in folders])
    short = [folder.resolve().name for folder in folders]
    names = short if len(set(short)) == len(short) else [str(folder) for folder in folders]
    return {name: load_evaluation(folder) for name, folder in zip(names, folders, strict=True)}


def load_evaluation(folder: Path) -> Evaluation:
    """Read what a run or a measurement did, after learning if it learned.

    Args:
        folder: Of a run (``rethink train``) or a measurement (``rethink eval --out``).

    Returns:
        The evaluation.

    Raises:
        DataNotFoundError: If the folder holds neither.
        DataError: If what it holds cannot be read.
    """
    episodes_path = next((folder / name for name in _EPISODES if (folder / name).is_file()), None)
    metrics_path = folder / "metrics.json"
    if episodes_path is None or not metrics_path.is_file():
        raise DataNotFoundError(
            f"folder must hold a finished run or measurement, got {str(folder)!r}. "
            "`rethink train` and `rethink eval --out` write one."
        )
    episodes = tuple(load_episodes(episodes_path))
    try:
        data = json.loads(metrics_path.read_text(encoding="utf-8"))
        about = data.get("trained", data)
        scores = None if about["scores"] is None else tuple(map(float, about["scores"]))
        solutions = about.get("solutions", {})
        return Evaluation(
            env_id=about["env_id"],
            split=about["split"],
            episodes=episodes,
            samples=about["samples"],
            scores=scores,
            solutions={name: tuple(map(float, each)) for name, each in solutions.items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{metrics_path} is no file of metrics: {error!r}.") from error


def _difference(name: str, interval: Interval | None, equivalence: Equivalence | None) -> str:
    shown = format_interval(name, interval, is_signed=True)
    if interval is not None and interval.excludes_zero:
        shown = f"[bold]{shown}[/bold]"
    return f"{shown} =" if equivalence is not None and equivalence.is_equivalent else shown
