"""The promises of the HumanEval functions."""

from pathlib import Path

import gymnasium as gym
import pytest

from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.tasks.datasets.humaneval import HumanEval
from rethink_gym.errors import DataError, DataNotFoundError
from rethink_gym.verifiers.code import CodeTests

FOLDER = Path(__file__).parents[2] / "data" / "humaneval"


def test_a_problem_shows_the_head_and_hides_the_tests() -> None:
    problem = HumanEval(FOLDER).problem(1, "test")
    assert problem.id == "humaneval/test/1"
    assert '```python\ndef count_even(numbers):\n    """Count' in problem.prompt
    assert "candidate" not in problem.prompt
    tests = CodeTests.from_gold(problem.gold)
    assert (tests.style, tests.entry_point) == ("humaneval", "count_even")


def test_there_is_only_a_test_split_and_it_is_the_default() -> None:
    task = HumanEval(FOLDER)
    assert task.splits == ("test",)
    assert task.default_split == "test"
    env = gym.make("HumanEval-v0", data=FOLDER).unwrapped
    assert isinstance(env, ReasoningEnv)
    assert env.split == "test"


def test_the_reference_is_correct_whole_or_as_a_body_and_another_is_not() -> None:
    task = HumanEval(FOLDER)
    problems = [task.problem(index, "test") for index in range(task.size("test"))]
    verifier = task.make_verifier()
    assert all(verifier.verify(each.solution or "", each).correct for each in problems)
    body = "    return [2 * number for number in numbers]"
    assert verifier.verify(body, problems[0]).correct
    verdict = verifier.verify(problems[0].solution or "", problems[1])
    assert (verdict.score, verdict.correct) == (0, False)


def test_an_echo_of_the_prompt_is_worth_nothing() -> None:
    task = HumanEval(FOLDER)
    problem = task.problem(0, "test")
    assert task.make_verifier().verify(problem.prompt, problem).score == 0


def test_a_row_without_tests_is_named(tmp_path: Path) -> None:
    (tmp_path / "HumanEval.jsonl").write_text('{"prompt": "def f():", "entry_point": "f"}\n')
    with pytest.raises(DataError, match=r"HumanEval\.jsonl, line 1, must have a text under 'test'"):
        HumanEval(tmp_path).problem(0, "test")


def test_a_folder_that_is_not_there_is_refused_at_once() -> None:
    with pytest.raises(DataNotFoundError, match="no such file or folder"):
        HumanEval("/no/such/folder")


def test_all_real_references_are_correct(data_dir: Path) -> None:
    task = HumanEval(data_dir / "humaneval")
    assert task.size("test") == 164
    problems = [task.problem(index, "test") for index in range(164)]
    answers = [problem.solution or "" for problem in problems]
    verdicts = task.make_verifier().verify_batch(answers, problems)
    assert [each.id for each, got in zip(problems, verdicts, strict=True) if not got.correct] == []
