"""The promises of the chains of numbers."""

from fractions import Fraction
from typing import Any

import pytest

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.arithmetic import Arithmetic, evaluate_chain
from rethink_gym.errors import ArgumentError

FIRST_CHAIN = "5-6+2+8-6-3-2+8-1"
"""These never change within a version."""


def value_of(chain: str) -> int:
    """Evaluate a chain of products and sums independently of the task."""
    total = Fraction(0)
    for part in chain.replace("-", "+-").split("+"):
        product = Fraction(1)
        for factor in part.split("*"):
            product *= int(factor)
        total += product
    return int(total)


def test_the_problems_of_the_default_stay_as_they_are() -> None:
    problem = Arithmetic().problem(0, "test")
    assert problem.prompt == f"Compute {FIRST_CHAIN}.\n{ANSWER_FORMAT}"
    assert problem.gold == str(value_of(FIRST_CHAIN))


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"operators": "+-*", "max_operand": 30},
        {"min_terms": 2, "max_terms": 2, "operators": "*", "max_operand": 99},
    ],
)
def test_gold_answers_are_correct_and_within_the_arguments(arguments: dict[str, Any]) -> None:
    task = Arithmetic(**arguments)
    for index in range(200):
        problem = task.problem(index, "train")
        chain = problem.prompt.splitlines()[0].removeprefix("Compute ").removesuffix(".")
        assert problem.gold == str(value_of(chain))
        terms = [int(term) for term in chain.translate({ord(c): " " for c in "+-*"}).split()]
        assert task.min_terms <= len(terms) <= task.max_terms
        assert max(terms) <= task.max_operand
        assert {c for c in chain if c in "+-*"} <= set(task.operators)


@pytest.mark.parametrize(
    ("terms", "operators", "steps", "value"),
    [
        ([5, 5, 8, 7, 3], "+--+", ["5+5=10", "10-8=2", "2-7=-5", "-5+3=-2"], -2),
        ([2, 3, 4], "+*", ["3*4=12", "2+12=14"], 14),
        ([2, 3, 4, 5], "*-*", ["2*3=6", "4*5=20", "6-20=-14"], -14),
        ([7], "", [], 7),
    ],
)
def test_a_chain_is_worked_out_step_by_step(
    terms: list[int], operators: str, steps: list[str], value: int
) -> None:
    assert evaluate_chain(terms, list(operators)) == (steps, value)


def test_the_worked_solution_ends_in_the_answer_and_is_accepted() -> None:
    task = Arithmetic(operators="+-*")
    verifier = task.make_verifier()
    for index in range(50):
        problem = task.problem(index, "validation")
        assert problem.solution is not None
        assert problem.solution.endswith(f"A: {problem.gold}")
        assert verifier.verify(problem.solution, problem).correct
        assert not verifier.verify(f"A: {int(problem.gold) + 1}", problem).correct


def test_repeating_the_question_is_no_answer() -> None:
    task = Arithmetic(operators="+-*")
    verifier = task.make_verifier()
    for index in range(50):
        problem = task.problem(index, "validation")
        chain = problem.prompt.splitlines()[0].removeprefix("Compute ").removesuffix(".")
        assert not verifier.verify(f"A: {chain}", problem).correct
        assert verifier.verify(f"A: {chain}={problem.gold}", problem).correct


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"min_terms": 1}, "min_terms must be a whole number of at least 2"),
        ({"min_terms": 6, "max_terms": 5}, "max_terms must be a whole number of at least 6"),
        ({"max_operand": 0}, "max_operand must be"),
        ({"operators": ""}, "operators must be"),
        ({"operators": "+/"}, "operators must be"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Arithmetic(**arguments)
