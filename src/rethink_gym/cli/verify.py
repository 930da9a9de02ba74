"""``rethink verify``: measure a verifier on labelled pairs of answers."""

import json
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rethink_gym.errors import DataError, DataNotFoundError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers import Verifier, verifier_from_dict
from rethink_gym.verifiers.extraction import extract_answer

__all__ = ["verify"]

_MODES = ("answer", "response")
_OTHER = "(none)"


@dataclass(frozen=True, slots=True)
class _Case:
    """One labelled pair.

    Attributes:
        gold: Gold answer, extracted if ``gold_mode`` is ``"response"``.
        pred: Predicted answer.
        equal: Label: whether ``pred`` is correct.
        mode: ``"answer"`` if ``pred`` is a bare answer, ``"response"`` if it is a text that
            contains one.
        category: Category of the case.
        is_doubtful: Whether reasonable people may disagree with the label.
    """

    gold: str
    pred: str
    equal: bool
    mode: str
    category: str
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class _Result:
    case: _Case
    verdict: Verdict
    seconds: float


def verify(
    cases: Annotated[
        Path,
        typer.Option(
            help="JSON lines file with the fields gold, pred, equal, and optionally mode and "
            'gold_mode ("answer" or "response"), category, doubtful.'
        ),
    ],
    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json",
            help="Output file with one JSON line per case: correct, reason, answer, seconds.",
        ),
    ] = None,
    verifier: Annotated[
        Path | None,
        typer.Option(
            help='JSON file of a verifier, such as {"type": "math", "units": "required"}.',
            show_default="the math verifier",
        ),
    ] = None,
) -> None:
    """Measure the accuracy of a verifier on labelled pairs of answers."""
    for option, path in (("--cases", cases), ("--verifier", verifier)):
        if path is not None and (path.is_dir() or not path.exists()):  # a pipe will do
            raise DataNotFoundError(f"{option} must be an existing file, got {str(path)!r}.")
    data = {"type": "math"} if verifier is None else _load_verifier(verifier)
    results = _verify_cases(_load_cases(cases), data)
    if json_file is not None:
        json_file.write_text("".join(map(_json_row, results)), encoding="utf-8")
    console = Console()
    clear = [result for result in results if not result.case.is_doubtful]
    console.print(_accuracy_table(clear))
    if len(clear) < len(results):
        doubtful = [result for result in results if result.case.is_doubtful]
        console.print(
            f"Not in the table: {len(doubtful):,} cases labelled doubtful, with "
            f"{_accuracy(doubtful):.1%} agreement."
        )
    console.print(_latency(results))


def _load_verifier(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(_load_text(path))
    except ValueError as error:
        raise DataError(f"{path} must be JSON: {error}.") from error
    if not isinstance(data, dict):
        raise DataError(f"{path} must be one JSON object, the options of a verifier.")
    verifier_from_dict(data)
    return data


def _load_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} must be UTF-8 text: {error}.") from error
    except OSError as error:
        raise DataNotFoundError(f"{path} cannot be read: {error.strerror}.") from error


def _load_cases(path: Path) -> list[_Case]:
    lines = _load_text(path).split("\n")
    cases = [
        _read_case(line, f"{path}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not cases:
        raise DataError(f"{path} must have one or more cases, got an empty file.")
    return cases


def _read_case(line: str, source: str) -> _Case:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DataError(f"{source}: must be JSON: {error}.") from error
    if not isinstance(row, dict):
        raise DataError(f"{source}: must be a JSON object.")
    for name, kind, must_be in (
        ("gold", str, "a text"),
        ("pred", str, "a text"),
        ("equal", bool, "true or false"),
    ):
        if not isinstance(row.get(name), kind):
            raise DataError(f"{source}: {name} must be {must_be}, got {row.get(name)!r}.")
    for name in ("mode", "gold_mode"):
        if row.get(name, "answer") not in _MODES:
            raise DataError(
                f"{source}: {name} must be one of 'answer', 'response', got {row[name]!r}."
            )
    is_response = row.get("gold_mode") == "response"
    extracted = extract_answer(row["gold"]) if is_response else None
    return _Case(
        gold=row["gold"] if extracted is None else extracted.text,
        pred=row["pred"],
        equal=row["equal"],
        mode=row.get("mode", "answer"),
        category=str(row.get("category") or _OTHER),
        is_doubtful=bool(row.get("doubtful")),
    )


def _verify_cases(cases: Iterable[_Case], data: dict[str, Any]) -> list[_Result]:
    has_modes = data["type"] == "math"
    verifiers: dict[str, Verifier] = {
        mode: verifier_from_dict({**data, "mode": mode} if has_modes else data) for mode in _MODES
    }
    results = []
    for number, case in enumerate(cases):
        problem = Problem(f"case/{number}", "", case.gold)
        started = time.perf_counter()
        verdict = verifiers[case.mode].verify(case.pred, problem)
        results.append(_Result(case, verdict, time.perf_counter() - started))
    return results


def _json_row(result: _Result) -> str:
    verdict = result.verdict
    data = {
        "correct": verdict.correct,
        "reason": verdict.reason.value,
        "answer": verdict.answer,
        "seconds": round(result.seconds, 6),
    }
    return json.dumps(data) + "\n"


def _accuracy(results: Sequence[_Result]) -> float:
    return statistics.fmean(result.verdict.correct is result.case.equal for result in results)


def _accuracy_table(results: Sequence[_Result]) -> Table:
    table = Table(title="Agreement with the labels")
    table.add_column("category")
    for name in ("cases", "accuracy", "false positives", "false negatives"):
        table.add_column(name, justify="right")
    categories = sorted({result.case.category for result in results})
    for category in categories:
        table.add_row(Text(category), *_counts([r for r in results if r.case.category == category]))
    table.add_section()
    table.add_row("all", *_counts(results), style="bold")
    return table


def _counts(results: Sequence[_Result]) -> tuple[str, ...]:
    if not results:
        return "0", "-", "0", "0"
    pairs = [(result.verdict.correct, result.case.equal) for result in results]
    return (
        f"{len(results):,}",
        f"{_accuracy(results):.1%}",
        f"{pairs.count((True, False)):,}",
        f"{pairs.count((False, True)):,}",
    )


def _latency(results: Sequence[_Result]) -> str:
    times = sorted(result.seconds * 1e3 for result in results)
    p99 = times[min(int(len(times) * 0.99), len(times) - 1)]
    return (
        f"Time per case: median {statistics.median(times):.3g} ms, 99 % below {p99:.3g} ms, "
        f"longest {times[-1]:.4g} ms."
    )
