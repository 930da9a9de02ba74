"""The promises of the generated programs."""

import os
import re
import subprocess
import sys
from typing import Any

import gymnasium as gym
import pytest

from rethink_gym.envs.tasks.code import Code
from rethink_gym.envs.tasks.program import FAMILIES
from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers.code import CodeTests

LEVELS = range(1, 6)
SPLITS = ("train", "validation", "test")


def first_problems(task: Code, split: str, count: int) -> list[Problem]:
    return [task.problem(index, split) for index in range(count)]


def calls_of(tests: CodeTests) -> list[tuple[str, str]]:
    """Return the calls in the examples, and their values."""
    parts = [str(test).removeprefix("assert ").rpartition(" == ") for test in tests.tests]
    return [(call, value) for call, _, value in parts]


def hard_coded(problem: Problem) -> str:
    """Write a program that knows the examples and nothing else."""
    tests = CodeTests.from_gold(problem.gold)
    lines = [f"```python\ndef {tests.entry_point}(*given):"]
    for call, value in calls_of(tests):
        arguments = call.removeprefix(tests.entry_point)[1:-1]
        lines.append(f"    if given == ({arguments},):\n        return {value}")
    return "\n".join((*lines, "```"))


def without_names(problem: Problem) -> str:
    """Return the reference without the names of the function and its arguments."""
    source = problem.solution or ""
    head = re.search(r"def (\w+)\((.*?)\) ->", source)
    assert head is not None
    names = [head[1], *re.findall(r"(\w+): ", head[2])]
    for number, name in enumerate(names):
        source = re.sub(rf"\b{name}\b(?!\()", f"name{number}", source)
    return source.replace(f"def {head[1]}(", "def name0(")


@pytest.mark.parametrize("level", LEVELS)
def test_the_reference_is_correct_and_its_examples_alone_are_not(level: int) -> None:
    task = Code(level)
    problems = first_problems(task, "test", 12)
    answers = [problem.solution or "" for problem in problems]
    for verdict in task.make_verifier().verify_batch(answers, problems):
        assert verdict.correct
        assert verdict.isolation
    learnt = task.make_verifier().verify_batch(list(map(hard_coded, problems)), problems)
    for verdict in learnt:
        assert verdict.reason is Reason.DIFFERENT
        assert verdict.score == 0


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_references_of_every_family_are_correct(family: str) -> None:
    for level in LEVELS:
        task = Code(level, family=family)
        problems = first_problems(task, "train", 10)
        answers = [problem.solution or "" for problem in problems]
        verdicts = task.make_verifier().verify_batch(answers, problems)
        assert all(verdict.correct for verdict in verdicts), [each.detail for each in verdicts]


@pytest.mark.parametrize(
    "answer",
    ["", " \n", "I do not know.", "A: 7", "True False", "```python\npass\n```", "```python\n```"],
)
def test_what_is_no_program_is_worth_nothing(answer: str) -> None:
    task = Code(2)
    problem = task.problem(0, "train")
    assert task.make_verifier().verify(answer, problem).score == 0


def test_an_echo_of_the_prompt_is_worth_nothing() -> None:
    task = Code()
    problems = first_problems(task, "train", 20)
    echoes = [problem.prompt for problem in problems]
    assert not any(each.score for each in task.make_verifier().verify_batch(echoes, problems))


def test_the_feedback_names_a_shown_call_and_reveals_no_hidden_one() -> None:
    task = Code()
    problem = task.problem(0, "train")
    tests = CodeTests.from_gold(problem.gold)
    verifier = task.make_verifier()
    nothing = f"```python\ndef {tests.entry_point}(*given):\n    return None\n```"
    call, _ = calls_of(tests)[0]
    assert call in verifier.verify(nothing, problem).feedback
    verdict = verifier.verify(hard_coded(problem), problem)
    assert verdict.feedback
    for test in tests.hidden:
        assert str(test).removeprefix("assert ").rpartition(" == ")[0] not in verdict.feedback


def test_the_body_alone_continues_the_signature() -> None:
    task = Code()
    problem = task.problem(5, "train")
    source = (problem.solution or "").removeprefix("```python\n").removesuffix("```")
    body = source[source.index(":\n", source.index("def ")) + 2 :]
    assert task.make_verifier().verify(f"```python\n{body}```", problem).correct


@pytest.mark.parametrize("level", LEVELS)
def test_no_function_is_in_two_splits_however_it_is_presented(level: int) -> None:
    task = Code(level)
    seen = {
        split: {without_names(problem) for problem in first_problems(task, split, 60)}
        for split in SPLITS
    }
    assert len(seen["train"]) > 50
    for split in SPLITS:
        others = set().union(*(seen[other] for other in SPLITS if other != split))
        assert not seen[split] & others


def test_the_same_index_always_gives_the_same_problem() -> None:
    for level in LEVELS:
        for split in SPLITS:
            assert Code(level).problem(3, split) == Code(level).problem(3, split)
    assert Code(1).problem(3, "train") != Code(2).problem(3, "train")


def test_a_problem_does_not_depend_on_the_process() -> None:
    program = (
        "from rethink_gym.envs.tasks.code import Code\n"
        "print([Code(level).problem(7, 'test') for level in range(1, 6)])"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert shown == {f"{[Code(level).problem(7, 'test') for level in range(1, 6)]}\n"}


def test_a_family_can_be_asked_for() -> None:
    task = Code(3, family="moves")
    assert all("walker" in each.prompt for each in first_problems(task, "test", 5))


@pytest.mark.parametrize("level", [0, 6, True, 1.0, "1", None])
def test_a_level_that_is_not_there_is_refused(level: Any) -> None:
    with pytest.raises(ArgumentError, match="level must be a whole number from 1 to 5, got"):
        Code(level)


def test_a_family_that_is_not_there_is_refused_with_the_near_miss() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'keep_numbers'"):
        Code(family="keep_number")


def test_a_second_attempt_can_repair_the_first() -> None:
    env = gym.make("CodeSelfCorrect-v0", level=2)
    env.reset(seed=1)
    problem = env.unwrapped.problem  # type: ignore[attr-defined]
    tests = CodeTests.from_gold(problem.gold)
    wrong = f"```python\ndef {tests.entry_point}(*given):\n    return given\n```"
    _, reward, terminated, _, info = env.step(wrong)
    assert (reward, terminated) == (0, False)
    assert info["verdict"]["feedback"] == ""
    _, reward, terminated, _, _ = env.step(problem.solution)
    assert (reward, terminated) == (1, True)
