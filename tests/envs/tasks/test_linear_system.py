"""The promises of the systems of linear equations."""

import re
from typing import Any

import pytest
import sympy
from tests.envs.tasks.oracle import expression, questions

from rethink_gym.envs.tasks import LinearSystem
from rethink_gym.errors import ArgumentError

ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"max_coefficient": 1, "max_solution": 30},
    {"num_unknowns": 3},
    {"num_unknowns": 3, "max_coefficient": 12, "max_solution": 30},
]
TERM = re.compile(r"([+-]?)(\d*)([xyz])")


def equations_of(text: str) -> list[tuple[dict[str, int], int]]:
    """Read the equations of a prompt: the coefficients of each, and its right side."""
    system = text.removeprefix("Solve ").partition(" for ")[0]
    read = []
    for equation in re.split(r", | and ", system):
        left, right = equation.split("=")
        terms = {
            name: (-1 if sign == "-" else 1) * int(digits or 1)
            for sign, digits, name in TERM.findall(left)
        }
        assert "".join(map("".join, TERM.findall(left))) == left
        read.append((terms, int(right)))
    return read


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_the_gold_answer_solves_the_system_within_the_arguments(arguments: dict[str, Any]) -> None:
    task = LinearSystem(**arguments)
    for text, gold in questions(task, 600):
        values = {name: int(value) for name, value in re.findall(r"([xyz])=(-?\d+)", gold)}
        assert sorted(values) == list("xyz"[: task.num_unknowns])
        assert all(abs(value) <= task.max_solution for value in values.values())
        equations = equations_of(text)
        assert len(equations) == task.num_unknowns
        for terms, right in equations:
            assert sum(factor * values[name] for name, factor in terms.items()) == right
            assert len(terms) >= 2
            assert all(0 < abs(factor) <= task.max_coefficient for factor in terms.values())


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_no_other_answer_solves_the_system(arguments: dict[str, Any]) -> None:
    task = LinearSystem(**arguments)
    names = sympy.symbols("x y z")[: task.num_unknowns]
    for text, _ in questions(task, 100):
        system = re.split(r", | and ", text.removeprefix("Solve ").partition(" for ")[0])
        matrix = sympy.Matrix(
            [[expression(each.partition("=")[0]).coeff(name) for name in names] for each in system]
        )
        assert matrix.det() != 0


def test_a_system_has_its_prompt_and_its_solution() -> None:
    task = LinearSystem()
    question = [[3, 2, 4], [1, -1, 3]]
    assert task.render_prompt(question).startswith("Solve 3x+2y=4 and x-y=3 for x and y.\n")
    gold, solution = task.solve(question)
    assert gold == "x=2, y=-1"
    assert callable(solution)
    assert solution().splitlines() == [
        "3x+2y=4", "x-y=3", "-5y=5", "y=-1", "3x=4-2*(-1)", "3x=6", "x=2", "A: x=2, y=-1"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_unknowns": 1}, "num_unknowns must be a whole number of at least 2"),
        ({"num_unknowns": 4}, "num_unknowns must be 2 or 3, got 4"),
        ({"max_coefficient": 0}, "max_coefficient must be"),
        ({"max_solution": 0}, "max_solution must be"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        LinearSystem(**arguments)
