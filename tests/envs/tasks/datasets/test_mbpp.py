"""The promises of MBPP."""

import json
from pathlib import Path
from typing import Any

import pytest

from rethink_gym.envs.tasks.datasets.mbpp import MBPP
from rethink_gym.errors import DataError
from rethink_gym.verifiers.code import CodeTests

FOLDER = Path(__file__).parents[2] / "data" / "mbpp"
FAULTY = {
    "mbpp/train/0",  # the tests use a class that the program hides
    "mbpp/train/6",  # the arguments of one test are hard-coded in the program
    "mbpp/train/30",
    "mbpp/train/41",  # depends on the order of a set
    "mbpp/train/326",  # the tests use a tree that does not exist
    "mbpp/train/365",  # cannot be read as Python
    "mbpp/validation/85",  # depends on the version of Python
    "mbpp/test/53",  # cannot be read as Python
    "mbpp/test/356",  # the tests use a tree that does not exist
}
"""Problems of the real file, in the layout of MXEval, whose own references fail."""


def write_rows(folder: Path, *rows: dict[str, Any]) -> None:
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_a_problem_shows_its_tests_and_runs_them() -> None:
    task = MBPP(FOLDER)
    problem = task.problem(0, "test")
    assert problem.prompt.startswith(
        "Write a function to add 20 to a number.\n"
        "Your program must pass these tests:\n\nassert add_20(1) == 21\n"
    )
    tests = CodeTests.from_gold(problem.gold)
    assert (tests.style, tests.entry_point, len(tests.tests)) == ("asserts", "add_20", 3)
    verifier = task.make_verifier()
    assert verifier.verify(problem.solution or "", problem).correct
    assert verifier.verify("```python\ndef add_20(x):\n    return 21\n```", problem).score == 0
    assert verifier.verify(problem.prompt, problem).score == 0


def test_the_splits_are_those_that_were_published() -> None:
    task = MBPP(FOLDER)
    assert task.splits == ("train", "validation", "test", "prompt")
    assert [task.size(split) for split in task.splits] == [5, 3, 5, 2]
    assert "add_700" in task.problem(0, "train").prompt
    assert "add_520" in task.problem(0, "validation").prompt
    assert "add_2" in task.problem(0, "prompt").prompt
    assert task.default_split == "train"


def test_the_layout_of_mxeval_gives_the_same_tests(tmp_path: Path) -> None:
    head = 'def add_20(number):\n    """\n    Write a function to add 20 to a number.\n    """\n'
    write_rows(
        tmp_path,
        {
            "task_id": "MBPP/20",
            "description": "Write a function to add 20 to a number.",
            "prompt": f"\n\n{head}",
            "canonical_solution": "    return number + 20",
            "entry_point": "add_20",
            "test": "\n\nMETADATA = {}\n\n\ndef check(candidate):\n"
            "    assert candidate(1)==21\n    assert candidate(0) == 20\n"
            "    assert candidate(-5) == 15\n",
        },
    )
    theirs, ours = MBPP(tmp_path).problem(0, "test"), MBPP(FOLDER).problem(0, "test")
    assert (theirs.prompt, theirs.gold) == (ours.prompt, ours.gold)
    assert theirs.solution == f"```python\n{head}    return number + 20\n```"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task_id": "twenty"}, "line 1, must have a number under 'task_id', got 'twenty'"),
        ({"text": None}, "line 1, must have a text under 'text'"),
        ({"test_list": []}, "line 1, must have tests that call its program"),
        ({"test_list": ["assert sub(1) == 2"]}, "line 1, must have tests that call its program"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    row = {
        "task_id": 20,
        "text": "Add.",
        "code": "def add(x):\n  return x",
        "test_setup_code": "",
        "test_list": ["assert add(1) == 1"],
    }
    write_rows(tmp_path, {**row, **changes})
    with pytest.raises(DataError, match=message):
        MBPP(tmp_path).problem(0, "test")


@pytest.mark.slow
def test_all_real_references_are_correct_except_those_of_faulty_problems(data_dir: Path) -> None:
    task = MBPP(data_dir / "mbpp")
    assert [task.size(split) for split in task.splits] == [374, 90, 500, 10]
    problems = [
        task.problem(index, split) for split in task.splits for index in range(task.size(split))
    ]
    answers = [problem.solution or "" for problem in problems]
    verdicts = task.make_verifier().verify_batch(answers, problems)
    wrong = {each.id for each, got in zip(problems, verdicts, strict=True) if not got.correct}
    assert wrong == FAULTY
