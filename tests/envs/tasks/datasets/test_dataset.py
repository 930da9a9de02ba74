"""Your own data set is an environment in one line, and an error in it names its line."""

import json
import os
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest

import rethink_gym  # noqa: F401  # registers the environments
from rethink_gym.envs.tasks.datasets.dataset import Dataset
from rethink_gym.errors import ArgumentError, DataError, DataNotFoundError
from rethink_gym.verifiers import MathVerifier

GRADER = {
    "type": "string_check",
    "name": "equal",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}
NUM_ROWS = 200


def write(path: Path, start: int = 0, count: int = NUM_ROWS, **more: Any) -> Path:
    rows = [
        {"question": f"What is {n}+{n}?", "answer": str(2 * n), **more}
        for n in range(start, start + count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def grader_file(tmp_path: Path) -> Path:
    path = tmp_path / "grader.json"
    path.write_text(json.dumps(GRADER))
    return path


def test_a_file_and_a_grader_are_an_environment(tmp_path: Path, grader_file: Path) -> None:
    env = gym.make(
        "Dataset-v0",
        data=str(write(tmp_path / "mine.jsonl")),
        grader=str(grader_file),
        prompt="{{item.question}} Say the number.",
    )
    observation, info = env.reset(seed=1, options={"problem": 0})
    n = int(observation.removeprefix("What is ").partition("+")[0])
    assert observation.endswith("? Say the number.")
    assert info["problem_id"] == "mine/train/0"
    _, reward, terminated, _, info = env.step(str(2 * n))
    assert (reward, terminated, info["verdict"]["correct"]) == (1.0, True, True)


def test_the_grader_sees_the_whole_row(tmp_path: Path) -> None:
    grader = {**GRADER, "reference": "{{item.meta.codes[1]}}"}
    data = write(tmp_path / "mine.jsonl", meta={"codes": ["no", "yes"]})
    task = Dataset(data, grader, prompt="{{item.question}}")
    problem = task.problem(3, "train")
    verifier = task.make_verifier()
    assert verifier.verify("yes", problem).correct
    assert not verifier.verify(problem.gold, problem).correct


def test_one_file_is_split_by_the_hash_of_the_prompt_whatever_the_order(tmp_path: Path) -> None:
    forward = write(tmp_path / "forward.jsonl")
    backward = tmp_path / "backward.jsonl"
    backward.write_text("".join(reversed(forward.read_text().splitlines(keepends=True))))

    def prompts(path: Path) -> dict[str, set[str]]:
        task = Dataset(path, GRADER, prompt="{{item.question}}")
        return {
            split: {task.problem(at, split).prompt for at in range(task.size(split))}
            for split in task.splits
        }

    splits = prompts(forward)
    assert splits == prompts(backward)
    assert splits["train"].isdisjoint(splits["validation"])
    assert len(splits["train"]) + len(splits["validation"]) == NUM_ROWS
    assert 5 <= len(splits["validation"]) <= 40


def test_a_folder_keeps_its_own_validation_file(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", 0, 30)
    write(tmp_path / "validation.jsonl", 30, 10)
    task = Dataset(tmp_path, GRADER, prompt="{{item.question}}")
    assert {split: task.size(split) for split in task.splits} == {"train": 30, "validation": 10}


def test_a_prompt_in_two_splits_is_an_error_that_names_both_lines(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", 0, 30)
    write(tmp_path / "validation.jsonl", 29, 2)
    with pytest.raises(DataError, match=r"validation.jsonl, line 1.*train.jsonl, line 30"):
        Dataset(tmp_path, GRADER, prompt="{{item.question}}")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"prompt": "{{item.query}}"},
            r"line 1, must have the fields that prompt names: there is no item.query",
        ),
        (
            {"gold": "{{item.gold}}"},
            r"must have the fields that gold names.*It has 'question', 'answer'",
        ),
        (
            {"grader": {**GRADER, "reference": "{{item.label}}"}},
            "must have the fields that the grader names",
        ),
    ],
)
def test_a_row_without_a_named_field_is_refused_by_its_line(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    arguments = {"grader": GRADER, "prompt": "{{item.question}}", **options}
    with pytest.raises(DataError, match=words):
        Dataset(write(tmp_path / "mine.jsonl"), **arguments)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.jsonl")
    before = Dataset(path, GRADER, prompt="{{item.question}}").problem(0, "train")
    write(path, start=1000)
    os.utime(path, ns=(1, 1))
    after = Dataset(path, GRADER, prompt="{{item.question}}").problem(0, "train")
    assert before.prompt != after.prompt


def test_without_a_grader_the_environment_takes_a_verifier(tmp_path: Path) -> None:
    path = str(write(tmp_path / "mine.jsonl"))
    with pytest.raises(ArgumentError, match="or make the environment with verifier="):
        gym.make("Dataset-v0", data=path, prompt="{{item.question}}")
    env = gym.make("Dataset-v0", data=path, prompt="{{item.question}}", verifier=MathVerifier())
    observation, _ = env.reset(options={"problem": 0})
    n = int(observation.removeprefix("What is ").partition("+")[0])
    assert env.step(f"A: {2 * n}.0")[1] == 1.0


def test_a_grader_that_is_not_there_or_no_json_is_named(tmp_path: Path) -> None:
    data = write(tmp_path / "mine.jsonl")
    with pytest.raises(DataNotFoundError, match="grader must be an existing file"):
        Dataset(data, tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(DataError, match=r"bad.json must be JSON"):
        Dataset(data, tmp_path / "bad.json")
