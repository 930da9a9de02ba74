"""``rethink compare``: compares runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from rethink_gym.cli.option_names import options_named
from rethink_gym.errors import argument_error

__all__ = ["compare"]


def compare(
    context: typer.Context,
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN RUN...",
            help="Folders of finished runs or evaluations. The first one is the baseline.",
        ),
    ],
    margin: Annotated[
        float | None,
        typer.Option(
            help="Largest difference that counts as equal, in percentage points, such as 3. "
            "Results that two one-sided tests find equivalent are marked with =.",
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
    if len(runs) < 2:
        raise argument_error("RUN", "two or more folders", [str(each) for each in runs])
    if margin is not None and not margin > 0:
        raise argument_error("--margin", "a number above 0", margin)
    with options_named(context, folder="runs", folders="runs"):
        loaded = load_evaluations(runs)
    with options_named(context, folder="out", evaluations="runs"):
        compare_and_report(
            loaded,
            margin=None if margin is None else margin / 100,
            folder=out,
            console=console,
        )
    if out is not None:
        console.print(f"Report: {out / 'report.html'}", markup=False, soft_wrap=True)
