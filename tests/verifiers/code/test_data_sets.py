"""The reference solutions of public data sets pass their tests."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.code import CodeTests, CodeVerifier

UNSOLVED = {
    # Tests of another function, or tests that contradict the prompt.
    *("MBPP/160", "MBPP/607", "MBPP/631", "MBPP/642"),
    # Tests that use an undefined name.
    *("MBPP/367", "MBPP/601", "MBPP/927"),
    # A test that expects the object sizes of another Python version.
    "MBPP/596",
}
"""Rows whose reference solution also fails its tests in one ordinary process."""


def problem(row: dict[str, Any]) -> Problem:
    tests = CodeTests(
        style="humaneval",
        entry_point=row["entry_point"],
        setup=row["prompt"],
        tests=(row["test"],),
        signature=row["prompt"],
    )
    return Problem(row["task_id"], row["prompt"], tests.to_gold())


def verify(rows: list[dict[str, Any]], answers: Iterable[str], **options: Any) -> list[Verdict]:
    return CodeVerifier(**options).verify_batch(list(answers), list(map(problem, rows)))


@pytest.fixture(scope="module")
def humaneval(data_dir: Path) -> list[dict[str, Any]]:
    with gzip.open(data_dir / "humaneval" / "HumanEval.jsonl.gz", "rt", encoding="utf-8") as file:
        return list(map(json.loads, file))


@pytest.fixture(scope="module")
def mbpp(data_dir: Path) -> list[dict[str, Any]]:
    path = data_dir / "mbpp" / "mbpp_release_v1.jsonl"
    return list(map(json.loads, path.read_text(encoding="utf-8").splitlines()))


def test_all_references_of_humaneval_pass_as_bare_completions(
    humaneval: list[dict[str, Any]],
) -> None:
    assert len(humaneval) == 164
    verdicts = verify(humaneval, (row["canonical_solution"] for row in humaneval))
    assert [verdict.detail for verdict in verdicts if not verdict.correct] == []


def test_references_of_humaneval_pass_in_full_answers_test_by_test(
    humaneval: list[dict[str, Any]],
) -> None:
    rows = humaneval[::4]
    answers = [
        f"I think so.\n```python\n{row['prompt']}{row['canonical_solution']}\n```\nDone."
        for row in rows
    ]
    assert [verdict.score for verdict in verify(rows, answers, score="dense")] == [1.0] * len(rows)


def test_an_empty_body_never_passes(humaneval: list[dict[str, Any]]) -> None:
    rows = humaneval[::8]
    verdicts = verify(rows, ["    pass"] * len(rows))
    assert not any(verdict.correct for verdict in verdicts)
    assert all(verdict.feedback for verdict in verdicts)


def check_mbpp(rows: list[dict[str, Any]]) -> None:
    verdicts = verify(rows, (row["canonical_solution"] for row in rows))
    failed = {
        row["task_id"] for row, verdict in zip(rows, verdicts, strict=True) if not verdict.correct
    }
    assert failed == UNSOLVED & {row["task_id"] for row in rows}


def test_references_of_mbpp_pass(mbpp: list[dict[str, Any]]) -> None:
    check_mbpp(mbpp[::5])


@pytest.mark.slow
def test_all_references_of_mbpp_pass_except_those_with_faulty_tests(
    mbpp: list[dict[str, Any]],
) -> None:
    assert len(mbpp) == 974
    check_mbpp(mbpp)
