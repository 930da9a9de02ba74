"""``rethink grade`` as a person uses it."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.evaluation import scripted
from typer.testing import CliRunner, Result

from rethink_gym.cli import app

EXACT = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}
JUDGE = {
    "type": "score_model",
    "name": "judge",
    "model": "m",
    "input": [{"role": "user", "content": "{{sample.output_text}}"}],
}
FIELD = {**EXACT, "name": "field", "input": "{{sample.output_json.x}}"}
ROWS = [
    {"answer": "4", "output_text": "4"},
    {"answer": "5", "output_text": "4"},
    {"answer": "6", "output_text": {"output_text": "6", "output_json": {"x": "6"}}},
    {"item": {"answer": "7"}, "output_text": '{"x": "7"}', "note": "\ud800"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_grader(tmp_path, EXACT)
    write_rows(tmp_path, ROWS)
    return tmp_path


def write_grader(folder: Path, config: Any) -> None:
    (folder / "grader.json").write_text(json.dumps(config), encoding="utf-8")


def write_rows(folder: Path, rows: list[Any]) -> None:
    lines = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    (folder / "rows.jsonl").write_text(lines + "\n", encoding="utf-8")


def grade(folder: Path, *arguments: str) -> Result:
    paths = ("--grader", str(folder / "grader.json"), "--data", str(folder / "rows.jsonl"))
    result = CliRunner().invoke(app, ["grade", *paths, *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def shown(result: Result) -> dict[str, str]:
    """Return the rows of the table."""
    assert result.exit_code == 0, result.output
    rows = (line.rsplit(maxsplit=1) for line in result.output.splitlines())
    return {row[0].strip(): row[1] for row in rows if len(row) == 2}


def test_a_file_is_graded_and_summed_up(folder: Path) -> None:
    table = shown(grade(folder, "--out", str(folder / "grades.jsonl")))
    assert table["grader"] == "exact"
    assert (table["graded"], table["mean score"], table["missing"]) == ("4", "0.5000", "0")
    assert float(table["seconds"]) >= 0
    assert "passed" not in table
    grades = [json.loads(line) for line in (folder / "grades.jsonl").read_text().splitlines()]
    assert [each["reward"] for each in grades] == [1.0, 0.0, 1.0, 0.0]


def test_missing_scores_are_counted_by_kind_and_parts_shown(folder: Path) -> None:
    parts = {"exact [bold]": EXACT, "field": FIELD}
    config = {"type": "multi", "name": "all", "graders": parts, "calculate_output": "3 * field"}
    write_grader(folder, {**config, "pass_threshold": 0.5})
    table = shown(grade(folder))
    assert (table["graded"], table["missing"], table["mean score"]) == ("4", "2", "1.0000")
    assert (table["passed"], table["clipped"]) == ("2", "2")
    assert (table["mean of exact [bold]"], table["mean of field"]) == ("0.5000", "1.0000")
    assert table["invalid_variable_error"] == "2"  # "4" is JSON without an x
    assert "other_error" not in table


def test_the_field_of_the_sample_may_be_named(folder: Path) -> None:
    write_rows(folder, [{"answer": "4", "said": "4"}, "", {"answer": "4", "said": "5"}])
    assert shown(grade(folder, "--sample-field", "said"))["mean score"] == "0.5000"
    evals = {"item": {"answer": "4"}, "sample": {"output_text": "4"}}
    write_rows(folder, [evals])
    assert shown(grade(folder, "--sample-field", "sample"))["mean score"] == "1.0000"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("{", "line 3, must be JSON"),
        ("[" * 100_000, "line 3, must be JSON"),
        ("[1]", "line 3, must be an object, got a list"),
        ({"answer": "4"}, "line 3, must have the field 'output_text', got 'answer'"),
        ({"output_text": 4}, "line 3, must have a text or an object under 'output_text', got 4"),
        ({"output_text": None}, "line 3, must have a text or an object"),
    ],
)
def test_a_wrong_line_is_named(folder: Path, row: Any, words: str) -> None:
    write_rows(folder, [ROWS[0], "", row])
    result = grade(folder, "--out", str(folder / "grades.jsonl"))
    assert result.exit_code == 2
    assert words in result.output
    assert not (folder / "grades.jsonl").exists()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"type": "string_chek"}, "Did you mean 'string_check'"),
        ([], "must be the JSON object of a grader, got a list"),
        ({**EXACT, "operation": "same"}, "operation must be one of"),
        (JUDGE, "judge must be a policy"),
        ({"type": "python", "source": 1}, "source must be a text"),
    ],
)
def test_a_grader_that_cannot_grade_is_refused_before_the_data_is_read(
    folder: Path, config: Any, words: str
) -> None:
    write_grader(folder, config)
    write_rows(folder, ["{"])
    result = grade(folder)
    assert result.exit_code == 2
    assert words in result.output


def test_files_that_do_not_exist_are_named(folder: Path) -> None:
    result = grade(folder, "--out", str(folder / "none" / "grades.jsonl"))
    assert "--out must be a file in an existing folder" in result.output
    write_rows(folder, [])
    assert "one or more lines" in grade(folder).output
    (folder / "rows.jsonl").write_bytes(b"\xff\n")
    assert "must be UTF-8 text" in grade(folder).output
    (folder / "rows.jsonl").unlink()
    assert "--data must be an existing file" in grade(folder).output
    (folder / "grader.json").write_text("{", encoding="utf-8")
    assert "must be JSON" in grade(folder).output
    (folder / "grader.json").unlink()
    assert "--grader must be an existing file" in grade(folder).output


def test_a_language_model_may_judge(folder: Path, tmp_path: Path) -> None:
    write_grader(folder, JUDGE)
    model = scripted.save_model(tmp_path / "model")
    table = shown(grade(folder, "--judge", str(model)))
    assert table["graded"] == "4"
    assert int(table["missing"]) == int(table.get("model_grader_parse_error", 0))
