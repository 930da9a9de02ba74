"""The rows of SVAMP, MATH, XSUM, TLDR and WMT22 become problems, or are refused by their line."""

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
from tests.envs.tasks.datasets.rows import BOXED, CANDY, NEWS, PAIR, POST, write

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.row_task import RowTask
from rethink_gym.envs.tasks.datasets.hendrycks_math import HendrycksMath
from rethink_gym.envs.tasks.datasets.summary import TLDR, XSUM
from rethink_gym.envs.tasks.datasets.svamp import SVAMP
from rethink_gym.envs.tasks.datasets.wmt22 import WMT22
from rethink_gym.errors import ArgumentError, DataError


@pytest.mark.parametrize(
    ("task_class", "row", "prompt", "gold"),
    [
        (
            SVAMP,
            CANDY,
            f"{CANDY['Body']}. {CANDY['Question']}\n{ANSWER_FORMAT}",
            "1",
        ),
        (HendrycksMath, BOXED, f"What is $2^3$?\n{ANSWER_FORMAT}", "8"),
        (
            XSUM,
            NEWS,
            "A cat sat on a mat.\nIt was red.\n\nSummarize the article in one sentence.",
            "A cat sat.",
        ),
        (TLDR, POST, "POST: I like tea.\nTL;DR:", "Tea is good."),
        (WMT22, PAIR, "Translate from English into German:\nI like tea.", "Ich mag Tee."),
    ],
)
def test_a_row_becomes_a_problem_whose_solution_scores_one(
    tmp_path: Path,
    task_class: type[RowTask],
    row: dict[str, Any],
    prompt: str,
    gold: str,
) -> None:
    task = task_class(write(tmp_path / "data" / "test.jsonl", row).parent)
    assert task.splits == ("test",)
    problem = task.problem(0, "test")
    assert (problem.prompt, problem.gold) == (prompt, gold)
    assert problem.id == f"{task.name}/test/0"
    verifier = task.make_verifier()
    assert problem.solution is not None
    assert verifier.verify(problem.solution, problem).score == pytest.approx(1.0)
    assert verifier.verify("zzz", problem).score < 0.05
    assert pickle.loads(pickle.dumps(task)).problem(0, "test") == problem
    assert copy.deepcopy(task) is task


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: HendrycksMath(path, levels=[6]), "levels must be whole numbers from 1 to 5"),
        (lambda path: HendrycksMath(path, subjects=["algebar"]), "Did you mean 'algebra'"),
        (lambda path: HendrycksMath(path, subjects="algebra"), r"Write \['algebra'\]"),
        (lambda path: WMT22(path, source="xx"), "source must be one of"),
        (lambda path: WMT22(path, source="de"), "another language than source"),
        (lambda path: XSUM(path, metric="rogue_l").make_verifier(), "Did you mean 'rouge_l'"),
    ],
)
def test_wrong_arguments_are_named(tmp_path: Path, make: Any, words: str) -> None:
    path = write(tmp_path / "test.jsonl", BOXED)
    with pytest.raises(ArgumentError, match=words):
        make(path)


@pytest.mark.parametrize(
    ("task_class", "row", "words"),
    [
        (SVAMP, {**CANDY, "Answer": "many"}, "number under 'Answer', got 'many'"),
        (HendrycksMath, {**BOXED, "solution": "It is 8."}, "or a box in its solution"),
        (XSUM, {"document": "d"}, "text under 'summary', got 'document'"),
        (WMT22, {"en": "a"}, "texts under 'en' and 'de', got 'en'"),
    ],
)
def test_an_incomplete_row_is_refused_by_its_line(
    tmp_path: Path, task_class: type[RowTask], row: dict[str, Any], words: str
) -> None:
    task = task_class(write(tmp_path / "test.jsonl", row))
    with pytest.raises(DataError, match=f"test.jsonl, line 1, must have .*{words}"):
        task.problem(0, "test")
