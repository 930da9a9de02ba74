"""The promises of generated tasks."""

import random
import time
from typing import Any

import pytest

from rethink_gym.envs.tasks import Arithmetic, LinearEquation
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import ArgumentError

TASKS = [Arithmetic(), LinearEquation(max_denominator=3, two_sided=True)]
each_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


@each_task
def test_splits_are_named_and_sized(task: GeneratedTask[Any]) -> None:
    assert task.splits == ("train", "validation", "test")
    assert [task.size(split) for split in task.splits] == [1_000_000, 10_000, 10_000]


@each_task
def test_a_problem_depends_on_its_index_and_split_alone(task: GeneratedTask[Any]) -> None:
    random.seed(0)
    forwards = [task.problem(index, "test") for index in range(20)]
    random.seed(1)
    backwards = [type(task)(**task.arguments).problem(index, "test") for index in range(19, -1, -1)]
    assert forwards == backwards[::-1]
    assert [problem.id for problem in forwards] == [f"{task.name}/test/{i}" for i in range(20)]


def test_the_arguments_take_part_in_the_draw() -> None:
    assert (
        Arithmetic(max_terms=10).problem(0, "train").prompt
        != Arithmetic(max_terms=9).problem(0, "train").prompt
    )


def test_splits_share_no_question() -> None:
    # Few enough questions that splits drawn independently would share most of them.
    task = Arithmetic(min_terms=2, max_terms=2, max_operand=20)
    seen = {
        split: {task.problem(index, split).prompt for index in range(1_500)}
        for split in task.splits
    }
    assert all(len(prompts) > 50 for prompts in seen.values())
    assert sum(map(len, seen.values())) == len(set().union(*seen.values()))


def test_arguments_too_narrow_for_a_split_say_so() -> None:
    task = Arithmetic(min_terms=2, max_terms=2, max_operand=1, operators="+")
    with pytest.raises(ArgumentError, match="wide enough for questions in the split 'validation'"):
        task.problem(0, "validation")


def test_a_question_is_drawn_again_as_a_whole_if_redrawing_a_part_does_not_help() -> None:
    class Stubborn(Arithmetic):
        num_redrawn = 0

        def redraw(self, question: Any, rng: TaskRNG) -> Any:
            Stubborn.num_redrawn += 1
            return question

    problems = [Stubborn().problem(index, "test") for index in range(20)]
    assert len({problem.prompt for problem in problems}) == 20
    assert Stubborn.num_redrawn > 100


@each_task
@pytest.mark.parametrize(
    ("index", "split", "message"),
    [
        (0, "tset", "Did you mean 'test'"),
        (10_000, "test", "index must be a whole number from 0 to 9999, got 10000"),
        (-1, "train", "index must be a whole number from 0 to 999999, got -1"),
        (2.5, "train", "index must be a whole number from 0 to 999999, got 2.5"),
        ("3", "train", "index must be a whole number from 0 to 999999, got '3'"),
    ],
)
def test_an_index_out_of_range_is_refused(
    task: GeneratedTask[Any], index: Any, split: str, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        task.problem(index, split)


@each_task
def test_problems_of_the_smallest_split_are_drawn_fast(task: GeneratedTask[Any]) -> None:
    started = time.process_time()
    for index in range(300):
        task.problem(index, "test")
    # The bound is a tenth of the measured speed: it only detects a much slower algorithm.
    assert 300 / (time.process_time() - started) > 1_000
