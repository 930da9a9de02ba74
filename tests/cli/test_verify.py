"""``rethink verify``: what it measures, what it writes, and how it says what is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from rethink_gym.cli import app

CASES: list[dict[str, Any]] = [
    {"gold": "7", "pred": "7.0", "equal": True, "category": "numbers"},
    {"gold": "7", "pred": "It is 7.\nA: 7", "equal": True, "mode": "response", "category": "texts"},
    {"gold": r"So \boxed{7}.", "pred": "8", "equal": False, "gold_mode": "response"},
    {"gold": "7", "pred": "7", "equal": False, "category": "numbers"},
    {"gold": "7", "pred": "8", "equal": True, "category": "[red]numbers"},
    {"gold": "7", "pred": "6", "equal": True, "doubtful": "nobody knows"},
]


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["verify", *map(str, arguments)], env={"COLUMNS": "120"})
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def write(path: Path, *lines: object) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def cells(output: str, first: str) -> list[str]:
    for line in output.splitlines():
        row = [cell.strip() for cell in line.strip("│|┃ ").replace("|", "│").split("│")]
        if row[0] == first:
            return row[1:]
    raise AssertionError(f"no row {first!r} in {output}")


def test_the_table_counts_agreement_and_both_kinds_of_errors_by_category(tmp_path: Path) -> None:
    result = run("--cases", write(tmp_path / "cases.jsonl", *CASES))
    assert result.exit_code == 0, result.output
    assert cells(result.output, "all") == ["5", "60.0%", "1", "1"]
    assert cells(result.output, "numbers") == ["2", "50.0%", "1", "0"]
    assert cells(result.output, "texts") == ["1", "100.0%", "0", "0"]
    assert cells(result.output, "(none)") == ["1", "100.0%", "0", "0"]
    assert cells(result.output, "[red]numbers") == ["1", "0.0%", "0", "1"]
    assert "1 cases labelled doubtful, with 0.0% agreement" in result.output
    assert "median" in result.output


def test_each_case_gets_one_line_in_order(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    result = run("--cases", write(tmp_path / "cases.jsonl", *CASES), "--json", rows)
    assert result.exit_code == 0, result.output
    data = [json.loads(line) for line in rows.read_text().splitlines()]
    assert [row["correct"] for row in data] == [True, True, False, True, False, False]
    assert data[1]["reason"] == "equal"
    assert data[1]["answer"] == "7"
    assert all(row["seconds"] >= 0 for row in data)
    assert set(data[0]) == {"correct", "reason", "answer", "seconds"}


def test_another_verifier_is_measured_by_its_options(tmp_path: Path) -> None:
    case = {"gold": "5 km", "pred": "5", "equal": True}
    path = write(tmp_path / "cases.jsonl", case)
    strict = write(tmp_path / "verifier.json", {"type": "math", "units": "required"})
    assert cells(run("--cases", path).output, "all")[1] == "100.0%"
    assert cells(run("--cases", path, "--verifier", strict).output, "all")[1] == "0.0%"


GOOD = '{"gold": "1", "pred": "1", "equal": true}'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: must be JSON"),
        ("[1]", "line 2: must be a JSON object"),
        ('{"gold": 1, "pred": "1", "equal": true}', "line 2: gold must be a text, got 1"),
        ('{"gold": "1", "equal": true}', "line 2: pred must be a text, got None"),
        ('{"gold": "1", "pred": "1", "equal": 1}', "line 2: equal must be true or false, got 1"),
        (
            '{"gold": "1", "pred": "1", "equal": true, "mode": "text"}',
            "line 2: mode must be one of 'answer', 'response', got 'text'",
        ),
    ],
)
def test_a_row_that_is_no_case_is_named_by_its_line(
    tmp_path: Path, line: str, message: str
) -> None:
    result = run("--cases", write(tmp_path / "cases.jsonl", GOOD, line))
    assert result.exit_code == 2
    assert message in result.output


def test_a_file_that_is_missing_or_empty_is_refused(tmp_path: Path) -> None:
    missing = run("--cases", tmp_path / "none.jsonl")
    assert missing.exit_code == 2
    assert "--cases must be an existing file, got" in missing.output
    assert "--cases must be an existing file, got" in run("--cases", tmp_path).output
    unknown = run("--cases", write(tmp_path / "good.jsonl", GOOD), "--verifier", tmp_path / "no")
    assert "--verifier must be an existing file, got" in unknown.output
    assert "one or more cases" in run("--cases", write(tmp_path / "empty.jsonl", "")).output
    bad = write(tmp_path / "verifier.json", {"type": "maths"})
    result = run("--cases", write(tmp_path / "cases.jsonl", GOOD), "--verifier", bad)
    assert "Did you mean 'math'" in result.output
