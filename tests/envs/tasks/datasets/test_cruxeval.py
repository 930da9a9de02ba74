"""The promises of CRUXEval."""

from pathlib import Path

import pytest

from rethink_gym.envs.tasks.datasets.cruxeval import CRUXEval
from rethink_gym.errors import ArgumentError
from rethink_gym.verdict import Reason

FOLDER = Path(__file__).parents[2] / "data" / "cruxeval"


def test_a_problem_asks_for_the_value_of_a_call() -> None:
    problem = CRUXEval(FOLDER).problem(0, "test")
    assert problem.prompt.startswith("```python\ndef f(text):\n")
    assert "What does `f('ab')` return?" in problem.prompt
    assert problem.gold == "'BA'"
    assert problem.solution == "A: 'BA'"


def test_a_problem_asks_for_a_call_of_a_value() -> None:
    problem = CRUXEval(FOLDER, predict="input").problem(0, "test")
    assert "Find a call of `f` that returns `'BA'`." in problem.prompt
    assert "'ab'" not in problem.prompt
    assert problem.solution == "A: f('ab')"


@pytest.mark.parametrize("predict", ["output", "input"])
def test_the_published_answers_are_correct_and_an_echo_is_not(predict: str) -> None:
    task = CRUXEval(FOLDER, predict=predict)
    verifier = task.make_verifier()
    for index in range(task.size("test")):
        problem = task.problem(index, "test")
        assert verifier.verify(problem.solution or "", problem).correct
        assert verifier.verify(problem.prompt, problem).score == 0
        assert verifier.verify("A: True False", problem).score == 0


def test_any_call_with_the_value_will_do() -> None:
    task = CRUXEval(FOLDER, predict="input")
    problem = task.problem(1, "test")  # sorted(set(numbers)) == [1, 3]
    verifier = task.make_verifier()
    assert verifier.verify("A: [1, 3]", problem).correct
    assert verifier.verify("A: f([3, 3, 1, 1])", problem).correct
    verdict = verifier.verify("A: [1, 3, 2]", problem)
    assert (verdict.reason, verdict.answer) == (Reason.DIFFERENT, "[1, 3, 2]")


def test_what_to_predict_is_one_of_two() -> None:
    with pytest.raises(ArgumentError, match="predict must be"):
        CRUXEval(FOLDER, predict="inputs")


def test_all_real_values_are_read(data_dir: Path) -> None:
    task = CRUXEval(data_dir / "cruxeval")
    assert task.size("test") == 800
    verifier = task.make_verifier()
    for index in range(800):
        problem = task.problem(index, "test")
        assert verifier.verify(problem.solution or "", problem).correct, problem


@pytest.mark.slow
def test_all_real_calls_of_plain_values_are_correct(data_dir: Path) -> None:
    task = CRUXEval(data_dir / "cruxeval", predict="input")
    problems = [task.problem(index, "test") for index in range(800)]
    answers = [problem.solution or "" for problem in problems]
    verdicts = task.make_verifier().verify_batch(answers, problems)
    reasons = [verdict.reason for verdict in verdicts]
    assert reasons.count(Reason.EQUAL) == 788
    assert reasons.count(Reason.UNREADABLE) == 12  # expressions such as dict(e=1)
