"""The promises of GSM8K."""

import json
import os
import pickle
from pathlib import Path

import pytest

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks import GSM8K
from rethink_gym.errors import ArgumentError, DataError, DataNotFoundError


def test_a_problem_is_the_question_and_its_number(gsm8k_folder: Path) -> None:
    problem = GSM8K(gsm8k_folder).problem(3, "test")
    assert problem.id == "gsm8k/test/3"
    question = "Ann has 3 test apples and buys 1,000 more. How many?"
    assert problem.prompt == f"{question}\n{ANSWER_FORMAT}"
    assert problem.gold == "1003"
    assert problem.solution == "She has 3+1000=1003.\nA: 1003"


def test_validation_is_carved_out_of_train_by_the_question_alone(
    gsm8k_folder: Path, tmp_path: Path
) -> None:
    task = GSM8K(gsm8k_folder)
    assert task.splits == ("train", "validation", "test")
    prompts = {
        split: [task.problem(index, split).prompt for index in range(task.size(split))]
        for split in task.splits
    }
    assert len(prompts["train"]) + len(prompts["validation"]) == 60
    assert 0 < len(prompts["validation"]) < 20
    assert len(prompts["test"]) == 5
    assert sum(map(len, prompts.values())) == len(set().union(*prompts.values()))
    lines = (gsm8k_folder / "train.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "train.jsonl").write_text("\n".join(reversed(lines)), encoding="utf-8")
    backwards = GSM8K(tmp_path)
    assert backwards.splits == ("train", "validation")
    held_out = [
        backwards.problem(i, "validation").prompt for i in range(backwards.size("validation"))
    ]
    assert held_out == prompts["validation"][::-1]


def test_a_task_is_light_to_pickle(gsm8k_folder: Path) -> None:
    task = GSM8K(gsm8k_folder)
    pickled = pickle.dumps(task)
    assert len(pickled) < 1_000
    assert pickle.loads(pickled).problem(0, "test") == task.problem(0, "test")


def test_a_relative_folder_stays_the_same_after_a_change_of_folder(
    gsm8k_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(gsm8k_folder.parent)
    task = GSM8K(gsm8k_folder.name)
    monkeypatch.chdir(os.path.sep)
    assert task.problem(0, "test").gold == "1000"


@pytest.mark.parametrize("answer", ["18", "#### ", "He has 5 ###"])
def test_an_answer_without_its_mark_is_refused(answer: str, tmp_path: Path) -> None:
    row = json.dumps({"question": "How many?", "answer": answer})
    (tmp_path / "test.jsonl").write_text(f"{row}\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 1, must end its answer in '#### '"):
        GSM8K(tmp_path).problem(0, "test")


def test_an_index_out_of_range_is_refused(gsm8k_folder: Path) -> None:
    task = GSM8K(gsm8k_folder)
    with pytest.raises(ArgumentError, match="Did you mean 'train'"):
        task.size("trian")
    with pytest.raises(ArgumentError, match="index must be a whole number from 0 to 4, got 5"):
        task.problem(5, "test")


def test_a_folder_that_is_not_there_is_refused_at_once() -> None:
    with pytest.raises(DataNotFoundError, match="no such file or folder"):
        GSM8K("/no/such/folder")


def test_the_real_data_are_whole(data_dir: Path) -> None:
    task = GSM8K(data_dir / "gsm8k")
    assert task.size("train") + task.size("validation") == 7_473
    assert 600 < task.size("validation") < 900
    assert task.size("test") == 1_319
    for split in task.splits:
        golds = [task.problem(index, split).gold for index in range(task.size(split))]
        assert all(gold.lstrip("-").isdecimal() for gold in golds)
