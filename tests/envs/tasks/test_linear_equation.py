"""The promises of the linear equations."""

import re
from fractions import Fraction
from typing import Any

import pytest

from rethink_gym.envs.tasks import LinearEquation
from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem

ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"two_sided": True},
    {"max_coefficient": 2, "max_constant": 0, "max_solution": 40, "two_sided": True},
    {"max_coefficient": 30, "max_constant": 99, "max_solution": 9, "max_denominator": 6},
    {"max_coefficient": 12, "max_denominator": 12, "two_sided": True},
]
TERM = re.compile(r"([+-]?)(\d*)(x?)")


def side_at(side: str, x: Fraction) -> Fraction:
    """Evaluate a side such as ``-2x+7`` at ``x``, independently of the task."""
    total = Fraction(0)
    for sign, digits, unknown in TERM.findall(side):
        if digits or unknown:
            size = Fraction(digits or 1) * (x if unknown else 1)
            total += -size if sign == "-" else size
    return total


def equation_of(prompt: str) -> tuple[str, str]:
    equation = prompt.removeprefix("Solve ").partition(" for x.")[0]
    left, right = equation.split("=")
    return left, right


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_the_gold_answer_and_no_other_solves_the_equation(arguments: dict[str, Any]) -> None:
    task = LinearEquation(**arguments)
    for index in range(200):
        problem = task.problem(index, "train")
        left, right = equation_of(problem.prompt)
        x = Fraction(problem.gold)
        assert side_at(left, x) == side_at(right, x)
        assert side_at(left, x + 1) != side_at(right, x + 1)
        assert abs(x) <= task.max_solution
        assert x.denominator <= task.max_denominator


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_an_equation_keeps_within_the_arguments(arguments: dict[str, Any]) -> None:
    task = LinearEquation(**arguments)
    for index in range(200):
        left, right = equation_of(task.problem(index, "train").prompt)
        at_zero, at_one = Fraction(0), Fraction(1)
        constant = side_at(left, at_zero)
        assert abs(constant) <= task.max_constant
        assert 0 < abs(side_at(left, at_one) - constant) <= task.max_coefficient
        right_coefficient = side_at(right, at_one) - side_at(right, at_zero)
        assert abs(right_coefficient) <= task.max_coefficient
        assert (right_coefficient != 0) is task.two_sided


def test_rational_solutions_come_where_they_are_allowed() -> None:
    task = LinearEquation(max_denominator=4)
    golds = {task.problem(index, "train").gold for index in range(100)}
    assert any("/" in gold for gold in golds)
    assert any("/" not in gold for gold in golds)


@pytest.mark.parametrize(
    ("equation", "prompt", "steps"),
    [
        ((3, 5, 1, 11), "3x+5=x+11", ["3x-x=11-5", "2x=6", "x=6/2", "x=3", "A: 3"]),
        ((1, -5, 0, 2), "x-5=2", ["x=2+5", "x=7", "A: 7"]),
        ((-4, 0, 0, 6), "-4x=6", ["-4x=6", "x=6/(-4)", "x=-3/2", "A: -3/2"]),
        ((2, 0, 0, 3), "2x=3", ["2x=3", "x=3/2", "A: 3/2"]),
        ((5, 7, -1, 7), "5x+7=-x+7", ["5x+x=7-7", "6x=0", "x=0/6", "x=0", "A: 0"]),
    ],
)
def test_an_equation_has_its_prompt_and_its_solution(
    equation: tuple[int, int, int, int], prompt: str, steps: list[str]
) -> None:
    task = LinearEquation()
    assert task.render_prompt(equation).startswith(f"Solve {prompt} for x.\n")
    gold, solution = task.solve(equation)
    assert solution is not None
    assert solution.splitlines() == steps
    assert f"A: {gold}" == steps[-1]


def test_fractions_are_asked_for_in_lowest_terms() -> None:
    task = LinearEquation(max_denominator=4)
    assert task.render_prompt((4, 0, 0, 6)).startswith(
        "Solve 4x=6 for x. Write a fraction in lowest terms.\n"
    )
    problem = Problem("test/0", task.render_prompt((4, 0, 0, 6)), "3/2")
    verifier = task.make_verifier()
    for answer, correct in (("x = 3/2", True), ("1 1/2", True), ("6/4", False), ("1.5", False)):
        assert verifier.verify(f"A: {answer}", problem).correct is correct


def test_worked_solutions_are_accepted_and_near_misses_are_not() -> None:
    task = LinearEquation(max_denominator=5, two_sided=True)
    verifier = task.make_verifier()
    for index in range(60):
        problem = task.problem(index, "test")
        assert problem.solution is not None
        assert verifier.verify(problem.solution, problem).correct
        assert verifier.verify(f"A: x = {problem.gold}", problem).correct
        assert not verifier.verify(f"A: {Fraction(problem.gold) + 1}", problem).correct


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_coefficient": 1}, "max_coefficient must be a whole number of at least 2"),
        ({"max_constant": -1}, "max_constant must be"),
        ({"max_solution": 0}, "max_solution must be"),
        ({"max_denominator": 0}, "max_denominator must be"),
        ({"max_coefficient": 5, "max_denominator": 6}, r"at most max_coefficient \(5\), got 6"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        LinearEquation(**arguments)
