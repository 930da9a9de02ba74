"""The promises of the derivatives and integrals."""

import re
from typing import Any

import pytest
import sympy
from tests.envs.tasks.oracle import X, expression, questions

from rethink_gym.envs.tasks import Calculus
from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem

ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"num_terms": 5, "max_exponent": 6, "max_coefficient": 30, "max_bound": 5},
    {"functions": True},
    {"functions": True, "num_terms": 1, "max_exponent": 2, "max_coefficient": 2},
]
each_bound = pytest.mark.parametrize("arguments", ARGUMENTS)


def check_bounds(function: Any, task: Calculus) -> None:
    """Check that a drawn function is within the arguments."""
    terms = sympy.Add.make_args(function)
    assert len(terms) <= task.num_terms + 1  # a linear function gets a square in addition
    for term in terms:
        assert abs(term.as_coeff_Mul()[0]) <= task.max_coefficient
    powers = [power for power in function.atoms(sympy.Pow) if power.base == X]
    assert all(2 <= power.exp <= task.max_exponent for power in powers)
    has_functions = bool(function.atoms(sympy.sin, sympy.cos)) or function.has(sympy.E)
    assert task.functions or not has_functions


@each_bound
def test_derivatives_are_correct_and_within_the_arguments(arguments: dict[str, Any]) -> None:
    task = Calculus(kind="derivative", **arguments)
    for text, gold in questions(task, 120):
        given = text.removeprefix("Find the derivative of ").removesuffix(".")
        function = expression(given.removesuffix(" in expanded form"))
        assert sympy.expand(sympy.diff(function, X) - expression(gold)) == 0
        check_bounds(function, task)
        assert given.endswith("expanded form") == bool(function.is_polynomial(X))


@each_bound
def test_antiderivatives_lead_back_to_the_function(arguments: dict[str, Any]) -> None:
    task = Calculus(kind="antiderivative", **arguments)
    for text, gold in questions(task, 120):
        given = text.removeprefix("Find an antiderivative of ").removesuffix(".")
        assert gold.endswith("+C")
        antiderivative = expression(gold.removesuffix("+C"))
        assert sympy.diff(antiderivative, X) == expression(given)
        check_bounds(antiderivative, task)


@each_bound
def test_integrals_are_correct(arguments: dict[str, Any]) -> None:
    task = Calculus(kind="integral", **arguments)
    for text, gold in questions(task, 120):
        match = re.fullmatch(r"Find the integral of (.+) from x=(-?\d+) to x=(-?\d+)\.", text)
        assert match is not None
        lower, upper = int(match[2]), int(match[3])
        antiderivative = sympy.Poly(expression(match[1]), X).integrate()
        assert antiderivative.eval(upper) - antiderivative.eval(lower) == int(gold)
        assert -task.max_bound <= lower < upper <= task.max_bound


def test_functions_come_in_all_their_kinds() -> None:
    text = " ".join(given for given, _ in questions(Calculus(functions=True), 200))
    assert all(part in text for part in ("sin(", "cos(", "e^(", "e^x", "*sin(", "x^2"))
    assert not re.search(r"(?<!\d)1x|\+-|--|\^1(?!\d)", text)


def test_repeating_the_question_is_no_answer() -> None:
    task = Calculus(functions=True)
    verifier = task.make_verifier()
    for index in range(200):
        problem = task.problem(index, "train")
        match = re.match(r"Find .*? of (.+?)(?: in | from |\.)", problem.prompt)
        assert match is not None
        given = match[1]
        answers = [rf"\frac{{d}}{{dx}}({given})", rf"\int ({given}) dx", f"d/dx ({given})"]
        bounds = re.search(r"x=(-?\d+) to x=(-?\d+)", problem.prompt)
        if bounds is not None:
            answers.append(rf"\int_{{{bounds[1]}}}^{{{bounds[2]}}} ({given}) dx")
        for answer in answers:
            verdict = verifier.verify(f"A: {answer}", problem)
            assert not verdict.correct, (answer, problem, verdict)


def test_every_antiderivative_is_accepted_and_nothing_else() -> None:
    problem = Problem("test/0", "Find an antiderivative of 6x^2+cos(x).", "2x^3+sin(x)+C")
    verifier = Calculus().make_verifier()
    for answer in ("2x^3+sin(x)", r"2x^3 + \sin x - 7", "sin(x)+2x^3+K", "F(x) = 2x^3+sin(x)+c"):
        assert verifier.verify(f"A: {answer}", problem).correct, answer
    for answer in ("2x^3-sin(x)+C", "6x^2+cos(x)", "2x^3+sin(x)+Cx", "3x^3+sin(x)", "C"):
        assert not verifier.verify(f"A: {answer}", problem).correct, answer


@pytest.mark.parametrize(
    ("question", "steps"),
    [
        (
            ("derivative", (("x", 3, 2), ("sin", -2, 3)), (0, 0)),
            [
                "The derivative of 3x^2 is 6x.",
                "The derivative of -2sin(3x) is -6cos(3x).",
                "A: 6x-6cos(3x)",
            ],
        ),
        (
            ("product", (("x", 2, 3), ("cos", -1, 2)), (0, 0)),
            [
                "The derivative of -2x^3 is -6x^2.",
                "The derivative of cos(2x) is -2sin(2x).",
                "A: -6x^2*cos(2x)+4x^3*sin(2x)",
            ],
        ),
        (
            ("antiderivative", (("x", 2, 3), ("e", 1, 2)), (0, 0)),
            [
                "An antiderivative of 6x^2 is 2x^3.",
                "An antiderivative of 2e^(2x) is e^(2x).",
                "A: 2x^3+e^(2x)+C",
            ],
        ),
        (
            ("integral", (("x", 2, 3), ("x", -1, 1)), (-1, 2)),
            [
                "An antiderivative of 6x^2-1 is 2x^3-x.",
                "2*2^3-2=16-2",
                "16-2=14",
                "2*(-1)^3-(-1)=-2+1",
                "-2+1=-1",
                "14-(-1)=15",
                "A: 15",
            ],
        ),
    ],
)
def test_a_question_is_worked_out_step_by_step(question: Any, steps: list[str]) -> None:
    solution = Calculus().solve(question)[1]
    assert solution is not None
    assert solution.splitlines() == steps


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "derivate"}, "Did you mean 'derivative'"),
        ({"num_terms": 0}, "num_terms must be"),
        ({"max_exponent": 1}, "max_exponent must be a whole number of at least 2"),
        ({"max_coefficient": 0}, "max_coefficient must be"),
        ({"max_bound": 0}, "max_bound must be"),
        ({"functions": "sin"}, "functions must be True or False, got 'sin'"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Calculus(**arguments)
