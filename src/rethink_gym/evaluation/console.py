"""What a person at a terminal sees of a measurement."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.evaluation.table import metric_table

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_metrics", "progress_bar"]


def print_metrics(
    console: "Console | None", evaluations: Mapping[str, Evaluation], *, title: str
) -> None:
    """Print the table of metrics, with what it is about.

    Args:
        console: Where to; nowhere if None.
        evaluations: What each policy did, by the name to show.
        title: Stands above the table.
    """
    if console is not None:
        is_ascii = not console.encoding.lower().startswith("utf")
        num_problems = max(len(each.problem_ids) for each in evaluations.values())
        about = f"{title}: {num_problems:,} problems, per cent [95 % interval]"
        console.print(f"\n{about}", style="bold", markup=False, highlight=False)
        console.print(metric_table(evaluations, ascii_only=is_ascii))


@contextmanager
def progress_bar(
    console: "Console | None", label: str, total: int
) -> Iterator[Callable[[int], None] | None]:
    """Show how far a measurement is.

    Args:
        console: Where to; nowhere if None.
        label: What is done.
        total: How many problems there are.

    Yields:
        The function to call with how many are done; None without a console.
    """
    if console is None:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("problems"),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.update(task, completed=done)
