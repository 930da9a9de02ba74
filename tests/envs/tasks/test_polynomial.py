"""The promises of the polynomials."""

import re
from typing import Any

import pytest
import sympy
from tests.envs.tasks.oracle import X, expression, questions

from rethink_gym.envs.tasks import Polynomial
from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem

ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"max_degree": 4, "max_leading": 4, "max_constant": 12, "max_coefficient": 20, "max_point": 9},
]
each_bound = pytest.mark.parametrize("arguments", ARGUMENTS)


@each_bound
def test_expansions_are_correct_and_within_the_arguments(arguments: dict[str, Any]) -> None:
    task = Polynomial(kind="expand", **arguments)
    for text, gold in questions(task, 120):
        given = text.removeprefix("Expand ").removesuffix(".")
        assert sympy.Poly(expression(given), X) == sympy.Poly(expression(gold), X)
        assert "(" not in gold
        factors = re.findall(r"\((\d*)x([+-]\d+)\)", given)
        assert all(int(leading or 1) <= task.max_leading for leading, _ in factors)
        assert all(abs(int(constant)) <= task.max_constant for _, constant in factors)
        assert 2 <= sympy.degree(expression(gold), X) <= task.max_degree


@each_bound
def test_factors_multiply_to_the_polynomial_and_cannot_be_split(arguments: dict[str, Any]) -> None:
    for text, gold in questions(Polynomial(kind="factor", **arguments), 120):
        given = text.removeprefix("Factor ").removesuffix(" completely over the integers.")
        content, factors = sympy.factor_list(expression(given))
        assert content == 1
        written = re.findall(r"(x|\([^()]*\))(?:\^(\d))?", gold)
        assert "".join(base + (f"^{count}" if count else "") for base, count in written) == gold
        ours = {expression(base): int(count or 1) for base, count in written}
        assert ours == dict(factors)


@each_bound
def test_values_are_correct(arguments: dict[str, Any]) -> None:
    task = Polynomial(kind="evaluate", **arguments)
    for text, gold in questions(task, 300):
        match = re.fullmatch(r"Find the value of (.+) at x=(-?\d+)\.", text)
        assert match is not None
        polynomial = sympy.Poly(expression(match[1]), X)
        assert polynomial.eval(int(match[2])) == int(gold)
        assert all(abs(factor) <= task.max_coefficient for factor in polynomial.all_coeffs())
        assert 0 < abs(int(match[2])) <= task.max_point
        assert 2 <= polynomial.degree() <= task.max_degree


@each_bound
def test_all_roots_are_found(arguments: dict[str, Any]) -> None:
    for text, gold in questions(Polynomial(kind="roots", **arguments), 120):
        match = re.match(r"Find all solutions of (.+)=0\. ", text)
        assert match is not None
        polynomial = sympy.Poly(expression(match[1]), X)
        roots = [sympy.Rational(root) for root in gold.split(", ")]
        assert roots == sorted(set(roots))
        assert len(roots) == polynomial.degree()
        assert all(polynomial.eval(root) == 0 for root in roots)


def test_repeating_the_question_is_no_answer() -> None:
    task = Polynomial(max_degree=3, max_leading=2)
    verifier = task.make_verifier()
    for index in range(150):
        problem = task.problem(index, "train")
        given = re.search(r"(?:Expand|Factor|value of|solutions of) (\S+)", problem.prompt)
        assert given is not None
        answer = f"A: {given[1].removesuffix('.')}"
        assert not verifier.verify(answer, problem).correct, (answer, problem)


@pytest.mark.parametrize(
    ("kind", "question", "steps"),
    [
        ("expand", ((1, 2), (2, -3)), ["(x+2)(2x-3)=2x^2+x-6", "A: 2x^2+x-6"]),
        ("expand", ((1, 0), (1, -3)), ["x(x-3)=x^2-3x", "A: x^2-3x"]),
        (
            "factor",
            ((1, 2), (1, 1), (1, 1)),
            ["x^3+4x^2+5x+2=(x+1)(x^2+3x+2)", "x^2+3x+2=(x+1)(x+2)", "A: (x+1)^2(x+2)"],
        ),
        (
            "roots",
            ((2, -1), (1, 3)),
            ["2x^2+5x-3=0", "(x+3)(2x-1)=0", "x=-3 or x=1/2", "A: -3, 1/2"],
        ),
    ],
)
def test_a_question_is_worked_out_step_by_step(kind: str, question: Any, steps: list[str]) -> None:
    solution = Polynomial().solve((kind, question, (), 0))[1]
    assert solution is not None
    assert solution.splitlines() == steps


def test_roots_are_asked_for_in_lowest_terms_where_they_are_fractions() -> None:
    question = ("roots", ((2, -1), (1, 3)), (), 0)
    task = Polynomial(max_leading=2)
    assert "Write fractions in lowest terms." in task.render_prompt(question)
    problem = Problem("test/0", task.render_prompt(question), task.solve(question)[0])
    verifier = task.make_verifier()
    assert verifier.verify("A: x = 1/2 or x = -3", problem).correct
    assert not verifier.verify("A: 2/4, -3", problem).correct


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "root"}, "Did you mean 'roots'"),
        ({"max_degree": 1}, "max_degree must be a whole number of at least 2"),
        ({"max_degree": 6, "max_constant": 2}, r"at most 2 \* max_constant \+ 1, got 6"),
        ({"max_constant": 1}, "max_constant must be"),
        ({"max_leading": 0}, "max_leading must be"),
        ({"max_coefficient": 0}, "max_coefficient must be"),
        ({"max_point": 0}, "max_point must be"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Polynomial(**arguments)
