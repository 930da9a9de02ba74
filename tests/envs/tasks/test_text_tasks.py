"""The data sets of texts and of competition mathematics, from small folders of our own."""

import copy
import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.row_task import RowTask
from rethink_gym.envs.tasks.datasets.hendrycks_math import HendrycksMath
from rethink_gym.envs.tasks.datasets.summary import TLDR, XSUM
from rethink_gym.envs.tasks.datasets.svamp import SVAMP
from rethink_gym.envs.tasks.datasets.wmt22 import WMT22
from rethink_gym.errors import ArgumentError, DataError

CANDY = {
    "Body": "Dan had $ 3 left with him after he bought a candy bar. If he had $ 4 at the start",
    "Question": "How much did the candy bar cost?",
    "Equation": "( 4.0 - 3.0 )",
    "Answer": 1.0,
    "Type": "Subtraction",
}
BOXED = {
    "problem": "What is $2^3$?",
    "level": "Level 2",
    "type": "Algebra",
    "solution": "It is $2\\cdot2\\cdot2=\\boxed{8}$.",
}
NEWS = {"document": "A cat sat on a mat.\nIt was red.", "summary": "A cat sat."}
POST = {"prompt": "POST: I like tea.\nTL;DR:", "completion": " Tea is good."}
PAIR = {"en": "I like tea.", "de": "Ich mag Tee."}


def write(path: Path, *rows: Mapping[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


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


def test_one_file_is_the_test_split(tmp_path: Path) -> None:
    assert SVAMP(write(tmp_path / "SVAMP.jsonl", CANDY)).splits == ("test",)


def test_an_equation_that_is_not_the_answer_makes_no_solution(tmp_path: Path) -> None:
    task = SVAMP(write(tmp_path / "SVAMP.jsonl", {**CANDY, "Answer": 7.0}))
    assert task.problem(0, "test").solution is None


@pytest.mark.parametrize(
    ("pair", "place"), [("en-de", "en-de"), ("en-de", "translation"), ("de-en", "translation")]
)
def test_translations_may_lie_under_their_pair(tmp_path: Path, pair: str, place: str) -> None:
    source, target = pair.split("-")
    task = WMT22(write(tmp_path / "test.jsonl", {place: PAIR}), source=source, target=target)
    assert task.problem(0, "test").gold == PAIR[target]


def test_levels_and_subjects_are_kept_as_asked(tmp_path: Path) -> None:
    rows = [
        {**BOXED, "problem": f"{level} {subject}?", "level": level, "subject": subject}
        for level in (1, 2, 5)
        for subject in ("Algebra", "Geometry")
    ]
    path = write(tmp_path / "test.jsonl", *rows)
    assert HendrycksMath(path).size("test") == 6
    assert HendrycksMath(path, levels=[1, 5]).size("test") == 4
    chosen = HendrycksMath(path, levels=[5], subjects=["geometry"])
    assert chosen.problem(0, "test").prompt.startswith("5 Geometry?")
    assert chosen.size("test") == 1
    with pytest.raises(DataError, match=r"levels \[3\]"):
        HendrycksMath(path, levels=[3])


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
def test_a_row_that_lacks_something_is_told_with_its_line(
    tmp_path: Path, task_class: type[RowTask], row: dict[str, Any], words: str
) -> None:
    task = task_class(write(tmp_path / "test.jsonl", row))
    with pytest.raises(DataError, match=f"test.jsonl, line 1, must have .*{words}"):
        task.problem(0, "test")


def test_the_real_problems_of_svamp_are_whole(data_dir: Path) -> None:
    task = SVAMP(data_dir / "svamp")
    problems = [task.problem(index, "test") for index in range(task.size("test"))]
    assert len({problem.prompt for problem in problems}) == 1_000
    verifier = task.make_verifier()
    solved = [problem for problem in problems if problem.solution]
    assert len(solved) == 999
    assert all(verifier.verify(problem.solution or "", problem).correct for problem in solved)


def test_math_500_is_whole_and_its_solutions_score_one_but_for_a_double_box(data_dir: Path) -> None:
    task = HendrycksMath(data_dir / "math500")
    assert task.size("test") == 500
    verifier = task.make_verifier()
    problems = [task.problem(index, "test") for index in range(500)]
    wrong = [p.id for p in problems if not verifier.verify(p.solution or "", p).correct]
    # "15 39/40, or 639/40": two boxes joined by "or" are one answer of two parts.
    assert wrong == ["hendrycks_math/test/451"]
