"""``rethink grade``: grade a file of samples."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from rethink_gym.errors import DataError, DataNotFoundError, argument_error
from rethink_gym.verifiers.graders import GradeSummary, grader_from_dict, summarize_grades

if TYPE_CHECKING:
    from rethink_gym.verifiers.graders import Judge

__all__ = ["grade"]


def grade(
    grader: Annotated[Path, typer.Option(help="JSON file of the grader.")],
    data: Annotated[
        Path,
        typer.Option(
            help="JSON lines file. Each line has the sample, a text or an object such as "
            '{"output_text": ...}, and the item: the field "item" or all other fields.'
        ),
    ],
    sample_field: Annotated[
        str, typer.Option(help="Name of the field with the sample.")
    ] = "output_text",
    judge: Annotated[
        str | None,
        typer.Option(
            help='Judge of score_model and label_model graders: "tiny", a folder, or a name on '
            "the hub."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Output file of the grades, one JSON line per sample.")
    ] = None,
) -> None:
    """Grade samples of a model, and print a summary."""
    config = _read_grader(grader)
    loaded = grader_from_dict(config, judge=None if judge is None else _load_judge(judge))
    loaded.check_ready()
    rows = _read_rows(data, sample_field)
    if out is not None and not out.parent.is_dir():
        raise argument_error("--out", "a file in an existing folder", str(out))
    console = Console()
    grades = []
    with nullcontext() if out is None else out.open("w", encoding="ascii") as file:
        for sample, item in track(rows, description="grading", console=console):
            grades.append(loaded.grade(sample, item))
            if file is not None:
                file.write(json.dumps(grades[-1].to_dict()) + "\n")
    console.print(_summary_table(loaded.name or loaded.type, summarize_grades(grades)))


def _load_judge(name: str) -> "Judge":
    from rethink_gym.agents.policies import LanguageModel, SamplingConfig

    # Greedy decoding, so that the judge gives the same reply each time.
    return LanguageModel.from_pretrained(name, sampling=SamplingConfig(temperature=0.0))


def _read_grader(path: Path) -> dict[str, Any]:
    """Return the fields of the grader.

    Raises:
        DataNotFoundError: If the file does not exist.
        DataError: If the file is not a JSON object.
    """
    if not path.is_file():
        raise DataNotFoundError(f"--grader must be an existing file, got {str(path)!r}.")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} must be JSON: {error}.") from error
    if not isinstance(config, dict):
        raise DataError(
            f"{path} must be the JSON object of a grader, got a {type(config).__name__}."
        )
    return config


def _read_rows(path: Path, sample_field: str) -> list[tuple[str | dict[str, Any], dict[str, Any]]]:
    """Return the sample and the item of each line; blank lines are skipped.

    Raises:
        DataNotFoundError: If the file does not exist.
        DataError: If a line is not an object with a sample, or the file has no line.
    """
    if not path.is_file():
        raise DataNotFoundError(f"--data must be an existing file, got {str(path)!r}.")
    rows = []
    with path.open(encoding="utf-8") as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    rows.append(_read_row(f"{path}, line {number},", line, sample_field))
        except UnicodeDecodeError as error:
            raise DataError(f"{path} must be UTF-8 text: {error}.") from error
    if not rows:
        raise DataError(f"{path} must have one or more lines of JSON, got an empty file.")
    return rows


def _read_row(
    source: str, line: str, sample_field: str
) -> tuple[str | dict[str, Any], dict[str, Any]]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{source} must be JSON: {error}.") from error
    if not isinstance(row, dict):
        raise DataError(f"{source} must be an object, got a {type(row).__name__}.")
    if sample_field not in row:
        raise DataError(
            f"{source} must have the field {sample_field!r}, got {', '.join(map(repr, row))}. "
            "--sample-field names another one."
        )
    sample = row.pop(sample_field)
    if not isinstance(sample, str | dict):
        raise DataError(
            f"{source} must have a text or an object under {sample_field!r}, got {sample!r}."
        )
    item = row.get("item")
    return sample, item if isinstance(item, dict) else row


def _summary_table(name: str, summary: GradeSummary) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("grader", no_wrap=True)
    table.add_column(Text(name), justify="right")
    table.add_row("graded", f"{summary.num_grades:,}")
    table.add_row("mean score", _write_number(summary.mean))
    table.add_row("missing", f"{summary.num_missing:,}")
    if summary.num_passed is not None:
        table.add_row("passed", f"{summary.num_passed:,}")
    if summary.num_clipped:
        table.add_row("clipped", f"{summary.num_clipped:,}")
    for part, mean in summary.sub_means.items():
        table.add_row(Text(f"mean of {part}"), _write_number(mean))
    for kind, count in sorted(summary.errors.items()):
        table.add_row(kind.value, f"{count:,}")
    table.add_row("seconds", f"{summary.seconds:.3f}")
    table.add_row("ms per sample", f"{1000 * summary.seconds / summary.num_grades:.3f}")
    return table


def _write_number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
