"""Verifiers as graders: math, steps and code."""

import json
from typing import Any

import pytest

from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers import MathVerifier, Verifier
from rethink_gym.verifiers.code import CodeTests
from rethink_gym.verifiers.graders import ErrorKind, MathGrader, grader_from_dict

MATH = {"type": "math", "reference": "{{item.gold}}"}
TESTS = CodeTests(style="asserts", entry_point="f", tests=("assert f(1) == 2", "assert f(2) == 3"))
CODE = {"type": "code", "reference": "{{item.tests}}"}


@pytest.mark.parametrize(
    ("options", "answer", "score"),
    [
        ({}, "So it is \\boxed{0.5}.", 1.0),
        ({}, "So it is \\boxed{0.6}.", 0.0),
        ({}, "I do not know.", 0.0),
        ({"mode": "answer"}, "\\frac{2}{4}", 1.0),
        ({"mode": "answer"}, "__import__('os')", 0.0),
    ],
)
def test_a_math_grader_compares_values(options: dict[str, Any], answer: str, score: float) -> None:
    grade = grader_from_dict({**MATH, "options": options}).grade(answer, {"gold": "1/2"})
    assert (grade.score, grade.errors) == (score, {})
    assert grade.detail


def test_the_gold_of_a_math_grader_may_be_a_number_of_the_data() -> None:
    assert grader_from_dict(MATH).grade("A: \\boxed{12}", {"gold": 12}).score == 1.0


class BrokenVerifier(MathVerifier):
    """A verifier that fails."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        return Verdict(0.0, False, Reason.ERROR, answer, "lost its worker")


class Broken(MathGrader):
    """A grader whose verifier fails."""

    def make_verifier(self) -> Verifier:
        return BrokenVerifier()


def test_a_verifier_that_fails_leaves_the_score_missing() -> None:
    grade = Broken(reference="1").grade("1", {})
    assert grade.score is None
    assert grade.errors == {ErrorKind.OTHER_ERROR: "lost its worker"}


def test_a_steps_grader_scores_a_worked_solution() -> None:
    data = {**MATH, "type": "steps", "solution": "{{item.solution}}"}
    grader = grader_from_dict(data)
    assert grader.to_dict() == data
    worked = "16 - 3 - 4 = 9\n9 * 2 = 18\nThe answer is 18."
    item = {"gold": "18", "solution": worked}
    assert grader.grade(worked, item).score == 1.0
    assert grader.grade("The answer is 17.", item).score == 0.0


@pytest.mark.parametrize("tests", [TESTS.to_gold(), json.loads(TESTS.to_gold())], ids=type)
@pytest.mark.parametrize(
    ("answer", "options", "score", "reason"),
    [
        ("def f(n): return n + 1", {}, 1.0, Reason.EQUAL),
        ("def f(n): return 2", {}, 0.0, Reason.DIFFERENT),
        ("def f(n): return 2", {"score": "dense"}, 0.5, Reason.DIFFERENT),
        ("no program", {}, 0.0, Reason.NO_ANSWER),
    ],
)
def test_a_grader_of_programs_scores_as_the_verifier_does(
    tests: Any, answer: str, options: Any, score: float, reason: Reason
) -> None:
    result = grader_from_dict({**CODE, "options": options}).grade(answer, {"tests": tests})
    assert (result.score, result.reason) == (score, reason)


def test_a_gold_that_is_not_tests_is_named() -> None:
    result = grader_from_dict(CODE).grade("def f(n): return n", {"tests": "x"})
    assert list(result.errors) == [ErrorKind.OTHER_ERROR]
    assert "gold must be tests" in result.errors[ErrorKind.OTHER_ERROR]
