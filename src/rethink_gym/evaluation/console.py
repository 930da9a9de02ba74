"""Output of an evaluation in a terminal: progress bar and table of metrics."""

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
    """Print the table of metrics under a title.

    Args:
        console: Console; None prints nothing.
        evaluations: Evaluation of each policy, by display name.
        title: Start of the title; the number of problems is added.
    """
    if console is not None:
        is_ascii = not console.encoding.lower().startswith("utf")
        num_problems = max(len(each.problem_ids) for each in evaluations.values())
        about = f"{title}: {num_problems:,} problems, percent [95 % interval]"
        console.print(f"\n{about}", style="bold", markup=False, highlight=False)
        console.print(metric_table(evaluations, ascii_only=is_ascii))


@contextmanager
def progress_bar(
    console: "Console | None", label: str, total: int, *, unit: str = "problems"
) -> Iterator[Callable[[int], None] | None]:
    """Show the progress of an evaluation, from its first report on.

    So nothing is drawn before an error in the arguments.

    Args:
        console: Console; None shows nothing.
        label: Text before the bar.
        total: Number of items.
        unit: Name of the items.

    Yields:
        A function that takes the number of finished items; None if there is no console.
    """
    if console is None:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn(unit),
    )
    progress = Progress(*columns, console=console)
    task = progress.add_task(label, total=total)

    def show(done: int) -> None:
        progress.start()  # without effect after the first call
        progress.update(task, completed=done)

    try:
        yield show
    finally:
        if progress.live.is_started:
            progress.stop()
