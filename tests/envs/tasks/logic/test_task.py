"""The promises of the problems of logic, checked by independent truth tables."""

import re
from itertools import product
from typing import Any

import pytest

from rethink_gym.envs.tasks.logic.task import KINDS, Logic
from rethink_gym.problem import Problem

Row = dict[str, bool]


def holds(formula: str, row: Row) -> bool:
    """Evaluate a formula as written in the prompt; `<=` and `==` are the operators of Python."""
    python = formula.replace(" if and only if ", " == ").replace(" implies ", " <= ")
    value = eval(python, {"__builtins__": {}}, dict(row))
    assert isinstance(value, bool)
    return value


def rows(names: list[str]) -> list[Row]:
    """Return all assignments."""
    return [dict(zip(names, row, strict=True)) for row in product((False, True), repeat=len(names))]


def answer_of(row: Row) -> str:
    return "A: " + ", ".join(f"{name}={str(value).lower()}" for name, value in row.items())


def between(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]


def asked(problem: Problem, kind: str) -> tuple[list[str], list[str], str]:
    """Return the premises or formulas, the conclusions, and the variables of a question."""
    text = problem.prompt.splitlines()[0]
    if kind == "satisfy":
        formulas, conclusions = between(text, "true: ", ". Answer").split("; "), []
    elif kind == "tautology":
        formulas, conclusions = [], [re.findall(r"values of .*?: (.*)\? Answer", text)[0]]
    else:
        formulas = between(text, "Premises: ", ". Does").split("; ")
        conclusions = [between(text, "follow that ", "? Answer")]
    return formulas, conclusions, "".join(sorted(set("pqrstu") & set(re.findall(r"\b\w\b", text))))


@pytest.mark.parametrize(
    "arguments",
    [{}, {"max_variables": 4, "max_literals": 6, "max_arity": 4}, {"max_variables": 2}],
)
@pytest.mark.parametrize("kind", ["satisfy", "tautology", "follow"])
def test_every_assignment_is_judged_by_what_it_makes_true(
    kind: str, arguments: dict[str, Any]
) -> None:
    task = Logic(kind=kind, **arguments)
    verifier = task.make_verifier()
    denial = "none" if kind == "satisfy" else "yes"
    num_denied = 0
    for index in range(60):
        problem = task.problem(index, "train")
        formulas, conclusions, names = asked(problem, kind)
        assert len(names) <= task.max_variables
        right = [
            row
            for row in rows(list(names))
            if all(holds(formula, row) for formula in formulas)
            and not any(holds(conclusion, row) for conclusion in conclusions)
        ]
        for row in rows(list(names)):
            verdict = verifier.verify(answer_of(row), problem)
            assert verdict.correct is (row in right), (problem, row)
        assert verifier.verify(f"A: {denial}", problem).correct is (not right)
        assert not verifier.verify("A: no", problem).correct
        num_denied += not right
    assert 8 <= num_denied <= 32


def test_values_are_those_of_the_given_assignment() -> None:
    task = Logic(kind="value", max_literals=6, max_arity=3)
    for index in range(100):
        problem = task.problem(index, "train")
        text = problem.prompt.splitlines()[0]
        row = {name: value == "true" for name, value in re.findall(r"(\w) be (\w+)", text)}
        formulas = between(text, "separated by commas: ", "\n").removesuffix(".").split("; ")
        assert len(formulas) == task.num_formulas
        values = ["true" if holds(formula, row) else "false" for formula in formulas]
        assert problem.gold == ", ".join(values)


def test_the_count_is_that_of_the_true_rows() -> None:
    task = Logic(kind="count", max_variables=4, max_literals=8)
    for index in range(60):
        problem = task.problem(index, "train")
        text = problem.prompt.splitlines()[0]
        formula = between(text, "formula true: ", "?")
        names = sorted(set("pqrstu") & set(re.findall(r"\b\w\b", formula)))
        assert f"How many of the {2 ** len(names)} ways" in text
        assert problem.gold == str(sum(holds(formula, row) for row in rows(names)))


def test_the_mix_has_every_kind() -> None:
    openings = {Logic().problem(index, "train").prompt.split()[0] for index in range(60)}
    assert openings == {"Let", "How", "Find", "Is", "Premises:"}
    assert len(KINDS) == len(openings)


def test_formulas_grow_with_the_arguments() -> None:
    def literals(task: Logic) -> int:
        texts = [task.problem(index, "train").prompt.split("commas: ")[1] for index in range(40)]
        return max(
            len(re.findall(r"\b[p-u]\b", formula))
            for text in texts
            for formula in text.splitlines()[0].split("; ")
        )

    assert literals(Logic(kind="value", max_literals=2)) == 2
    assert literals(Logic(kind="value", max_literals=9)) == 9
