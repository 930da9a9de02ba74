"""``rethink compare``: puts runs side by side."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

__all__ = ["compare"]


def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN RUN...",
            help="Folders of finished runs or measurements; the others are compared with the "
            "first one.",
        ),
    ],
    margin: Annotated[
        float | None,
        typer.Option(
            help="Points within which a share counts as equal, such as 3; marks with = what two "
            "one-sided tests find equivalent.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="New folder for comparison.json and report.html."),
    ] = None,
) -> None:
    """Compare runs problem by problem, with paired 95 % intervals."""
    from rethink_gym.evaluation.comparison import compare_and_report, load_evaluations

    console = Console()
    compare_and_report(
        load_evaluations(runs),
        margin=None if margin is None else margin / 100,
        folder=out,
        console=console,
    )
    if out is not None:
        console.print(f"Report: {out / 'report.html'}", markup=False, soft_wrap=True)
