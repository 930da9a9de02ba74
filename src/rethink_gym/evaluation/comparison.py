"""Comparison of runs: every metric of each, with paired differences and their intervals."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table

from rethink_gym.episode import load_episodes
from rethink_gym.errors import DataError, DataNotFoundError, argument_error
from rethink_gym.evaluation.evaluate import Evaluation, evaluation_from_dict
from rethink_gym.evaluation.folder import make_run_folder
from rethink_gym.evaluation.json_file import read_json_object, write_json
from rethink_gym.evaluation.plots.samples import sample_curve
from rethink_gym.evaluation.report import Report, write_report
from rethink_gym.evaluation.table import (
    format_interval,
    is_percentage,
    metric_label,
    metric_names,
)
from rethink_gym.metrics.comparison import value_differences
from rethink_gym.metrics.equivalence import Equivalence, equivalence_test
from rethink_gym.metrics.exploration import SupportChange, support_change, words_of
from rethink_gym.metrics.intervals import Interval
from rethink_gym.metrics.samples import crossover

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "Comparison",
    "ExplorationChange",
    "compare",
    "compare_and_report",
    "compare_exploration",
    "comparison_table",
    "load_evaluation",
    "load_evaluations",
]

_EPISODES = {"trained": "episodes_trained.jsonl", "model": "episodes.jsonl"}
"""Files of the episodes in a run and in an evaluation, by the key in ``metrics.json``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One metric of several policies. The first policy is the baseline.

    Attributes:
        name: Name of the metric, as in `Evaluation.values`.
        intervals: One interval per policy; None if the policy does not have this metric.
        differences: Each other policy minus the first, paired by problem; None if they
            cannot be paired.
        equivalences: Equivalence test of each other policy with the first; None if there is no
            margin, or they cannot be paired.
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
    """Compare policies with the first of them.

    Args:
        evaluations: Evaluation of each policy, by display name; two or more.
        margin: Largest difference of a fraction that counts as equal, such as 0.03. If given,
            equivalence tests are added.

    Returns:
        One comparison per metric that at least one policy has.

    Raises:
        ArgumentError: If there are fewer than two evaluations, they are from different
            environments, or ``margin`` is not above 0.
    """
    if len(evaluations) < 2:
        raise argument_error("evaluations", "two or more", list(evaluations))
    _check_same_env(evaluations)
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
                if margin is not None
                and name in each
                and is_percentage(name)
                and len(each[name]) > 1
                else None
                for each in values
            ),
        )
        for name in metric_names(evaluations.values())
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorationChange:
    """Exploration of a policy beside that of the first policy, from several samples per problem.

    Attributes:
        run: Display name of the policy.
        crossover: Smallest k at which the first policy's pass@k reaches that of this policy;
            None if there is no such k among the measured ones.
        support: Change of the set of correct answers that the samples reach, as pairs of a
            problem and the words of a message with a correct answer.
    """

    run: str
    crossover: int | None
    support: SupportChange

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain JSON data; NaN becomes None."""
        support = {
            name: None if math.isnan(value) else value
            for name, value in asdict(self.support).items()
        }
        return {"run": self.run, "crossover": self.crossover, "support": support}


def compare_exploration(evaluations: Mapping[str, Evaluation]) -> list[ExplorationChange]:
    """Compare the exploration of policies with that of the first of them.

    Args:
        evaluations: Evaluation of each policy, by display name.

    Returns:
        One change per further policy. Empty unless all policies have the same problems and
        the same number of samples, two or more.

    Raises:
        ArgumentError: If the evaluations are from different environments.
    """
    _check_same_env(evaluations)
    (_, base), *others = evaluations.items()
    if base.samples < 2 or any(
        (each.samples, each.problem_ids) != (base.samples, base.problem_ids) for _, each in others
    ):
        return []
    base_curve, base_support = _pass_curve(base), _correct_messages(base)
    return [
        ExplorationChange(
            run=name,
            crossover=crossover(base_curve, _pass_curve(each)),
            support=support_change(base_support, _correct_messages(each)),
        )
        for name, each in others
    ]


def exploration_table(base: str, changes: list[ExplorationChange]) -> Table:
    """Build the table of exploration for a terminal.

    Args:
        base: Display name of the first policy.
        changes: The changes that `compare_exploration` returned.

    Returns:
        The table: one row per further policy. Fractions are in percent.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(f"exploration beside {escape(base)}")
    for title in ("crossover k", "retained", "discovered", "net change"):
        table.add_column(title, justify="right", no_wrap=True)
    for change in changes:
        fractions = (change.support.retention, change.support.discovery)
        table.add_row(
            escape(change.run),
            "-" if change.crossover is None else str(change.crossover),
            *("-" if math.isnan(each) else f"{100 * each:.1f}" for each in fractions),
            f"{100 * change.support.net_change:+.1f}",
        )
    return table


def comparison_table(
    names: list[str], comparisons: list[Comparison], *, ascii_only: bool = False
) -> Table:
    """Build the table of a comparison for a terminal.

    Args:
        names: Display names of the policies, the baseline first.
        comparisons: The comparisons that `compare` returned.
        ascii_only: Whether to use ASCII characters only.

    Returns:
        The table: for each metric one row per policy, with its interval and its difference
        from the first policy. A difference is bold if its interval excludes 0, and marked
        with ``=`` if the policies are equivalent.
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
                _format_difference(comparison.name, differences[row], equivalences[row])
                if row
                else "",
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
    """Compare policies with the first of them, and write the result.

    Args:
        evaluations: Evaluation of each policy, by display name; two or more.
        margin: Margin of the equivalence tests, as for `compare`.
        folder: New or empty folder for ``comparison.json`` and ``report.html``; None writes
            nothing. The report is written only if all policies played the same problems.
        console: Console for the table; None prints nothing.

    Returns:
        One comparison per metric that at least one policy has.

    Raises:
        ArgumentError: If there are fewer than two evaluations, they are from different
            environments, ``margin`` is not above 0, or ``folder`` is not empty.
    """
    comparisons = compare(evaluations, margin=margin)
    names = list(evaluations)
    first = evaluations[names[0]]
    exploration = compare_exploration(evaluations)
    is_paired = all(each.problem_ids == first.problem_ids for each in evaluations.values())
    if console is not None:
        is_ascii = not console.encoding.lower().startswith("utf")
        about = f"{first.env_id}: {len(first.problem_ids):,} problems, percent [95 % interval]"
        console.print(f"\n{about}", style="bold", markup=False, highlight=False)
        console.print(comparison_table(names, comparisons, ascii_only=is_ascii))
        if exploration:
            console.print(exploration_table(names[0], exploration))
        _print_notes(console, evaluations)
    if folder is not None:
        make_run_folder(folder)
        data = {
            "runs": names,
            "metrics": [each.to_dict() for each in comparisons],
            "exploration": [each.to_dict() for each in exploration],
        }
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
    """Read the evaluations of several runs.

    Args:
        folders: Folders of runs or evaluations, as for `load_evaluation`.

    Returns:
        The evaluations by folder name, or by path if two folders have the same name.

    Raises:
        ArgumentError: If a folder is given twice.
        DataNotFoundError: If a folder does not hold a finished run or an evaluation.
        DataError: If a file cannot be read.
    """
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise argument_error("folders", "different folders", [str(each) for each in folders])
    short = [folder.resolve().name for folder in folders]
    names = short if len(set(short)) == len(short) else [str(folder) for folder in folders]
    return {name: load_evaluation(folder) for name, folder in zip(names, folders, strict=True)}


def load_evaluation(folder: Path) -> Evaluation:
    """Read the evaluation of a run (after training), or of ``rethink eval --out``.

    Args:
        folder: Folder of the run or of the evaluation.

    Returns:
        The evaluation.

    Raises:
        DataNotFoundError: If the folder does not hold a finished run or an evaluation.
        DataError: If a file cannot be read; the message names file and key.
    """
    metrics_path = folder / "metrics.json"
    keys = [key for key, name in _EPISODES.items() if (folder / name).is_file()]
    if not keys or not metrics_path.is_file():
        raise DataNotFoundError(
            f"folder must hold a finished run or an evaluation, got {str(folder)!r}. "
            "`rethink train` and `rethink eval --out` write one."
        )
    key = keys[0]
    episodes = tuple(load_episodes(folder / _EPISODES[key]))
    data = read_json_object(metrics_path)
    if key not in data:
        raise DataError(f"{metrics_path} must have the key {key!r}.")
    return evaluation_from_dict(data[key], episodes, source=str(metrics_path), key=key)


def _check_same_env(evaluations: Mapping[str, Evaluation]) -> None:
    """Refuse different environments: even for equal problems their metrics differ in meaning."""
    env_ids = list(dict.fromkeys(each.env_id for each in evaluations.values()))
    if len(env_ids) > 1:
        remedy = "Evaluate all models in the same one."
        raise argument_error("evaluations", "from one environment", env_ids, remedy)


def _print_notes(console: "Console", evaluations: Mapping[str, Evaluation]) -> None:
    """Print why differences or metrics are missing."""
    each = list(evaluations.values())
    if any(other.problem_ids != each[0].problem_ids for other in each):
        console.print("Runs on different problems cannot be paired; their differences are unknown.")
    turns = {name: value.num_attempts for name, value in evaluations.items()}
    if len(set(turns.values())) > 1:
        longest = ", ".join(f"{name} {count}" for name, count in turns.items())
        note = f"Attempts in the longest episode: {longest}. A dash marks what a run does not have."
        console.print(note, markup=False, soft_wrap=True)


def _pass_curve(evaluation: Evaluation) -> dict[int, float]:
    return {k: interval.estimate for k, interval in sample_curve(evaluation, "pass").items()}


def _correct_messages(evaluation: Evaluation) -> set[tuple[str, tuple[str, ...]]]:
    last_turns = [(episode.problem_id, episode.turns[-1]) for episode in evaluation.episodes]
    return {
        (problem_id, words_of(turn.completion.text))
        for problem_id, turn in last_turns
        if turn.verdict is not None and turn.verdict.correct
    }


def _format_difference(
    name: str, interval: Interval | None, equivalence: Equivalence | None
) -> str:
    shown = format_interval(name, interval, is_signed=True)
    if interval is not None and interval.excludes_zero:
        shown = f"[bold]{shown}[/bold]"
    return f"{shown} =" if equivalence is not None and equivalence.is_equivalent else shown
