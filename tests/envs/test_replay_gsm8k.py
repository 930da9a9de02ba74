"""The example replays published attempts and counts the correct ones."""

import json
import runpy
import shutil
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "replay_gsm8k.py"


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), str(folder)])
    runpy.run_path(str(EXAMPLE), run_name="__main__")
    return capsys.readouterr().out


def test_each_system_gets_its_accuracy(
    gsm8k_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copy(gsm8k_folder / "test.jsonl", tmp_path)
    rows = []
    for number, line in enumerate((tmp_path / "test.jsonl").read_text("utf-8").splitlines()):
        good = {"solution": f"A: {number + 1000}", "is_correct": True}
        bad = {"solution": "A: 3", "is_correct": False}
        question = json.loads(line)["question"]
        rows.append({"question": question, "able": good, "half": [good, bad][number % 2]})
    # In another order, since attempts are found by their question.
    lines = "".join(json.dumps(row) + "\n" for row in reversed(rows))
    (tmp_path / "example_model_solutions.jsonl").write_text(lines, encoding="utf-8")
    table = run(tmp_path, monkeypatch, capsys)
    assert "5 problems" in table
    assert [line.split() for line in table.splitlines()[2:]] == [
        ["able", "100.0%", "100.0%"],
        ["half", "60.0%", "100.0%"],
    ]


def test_the_published_attempts_get_their_published_accuracies(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = run(data_dir / "gsm8k", monkeypatch, capsys)
    assert "1319 problems" in table
    assert [line.split() for line in table.splitlines()[2:]] == [
        ["6b_finetuning", "21.7%", "100.0%"],
        ["6b_verification", "39.0%", "100.0%"],
        ["175b_finetuning", "34.7%", "100.0%"],
        ["175b_verification", "56.3%", "100.0%"],
    ]
