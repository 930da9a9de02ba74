"""The promises that every source of generated mathematics keeps."""

import re
from fractions import Fraction
from typing import Any

import gymnasium as gym
import pytest

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks import (
    Arithmetic,
    Calculus,
    Fractions,
    LinearEquation,
    LinearSystem,
    MathMix,
    ModularArithmetic,
    NumberSequence,
    NumberTheory,
    Polynomial,
    UnitConversion,
)
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.tasks.unit_conversion import Unit
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.steps import StepVerifier

HARD: list[GeneratedTask[Any]] = [
    Arithmetic(min_terms=6, max_terms=12, max_operand=999, operators="+-*"),
    Calculus(num_terms=5, max_exponent=6, max_coefficient=30, functions=True),
    Fractions(num_terms=4, max_numerator=60, max_denominator=60, max_decimals=4, max_whole=5_000),
    LinearEquation(max_coefficient=99, max_constant=999, max_denominator=12, two_sided=True),
    LinearSystem(num_unknowns=3, max_coefficient=12, max_solution=30),
    ModularArithmetic(max_modulus=200, max_operand=5_000, max_exponent=60),
    NumberSequence(max_start=99, max_step=50, max_ratio=5, max_position=12),
    NumberTheory(max_number=5_000),
    Polynomial(max_degree=4, max_leading=4, max_constant=12, max_coefficient=20),
    UnitConversion(max_value=5_000, max_decimals=3),
]
DEFAULT: list[GeneratedTask[Any]] = [type(task)() for task in HARD]
each_task = pytest.mark.parametrize(
    "task", [*DEFAULT, *HARD], ids=[f"{t.name}{n // len(HARD)}" for n, t in enumerate(DEFAULT * 2)]
)
HEADINGS = ["Example", "Difficulty", "Splits", "Reward", "Termination", "Ids"]


@each_task
def test_gold_answers_and_worked_solutions_are_correct_and_no_step_is_refuted(
    task: GeneratedTask[Any],
) -> None:
    verifier = task.make_verifier()
    steps = StepVerifier(final=verifier)
    for index in range(100):
        problem = task.problem(index, "test")
        assert problem.prompt.endswith(f"\n{ANSWER_FORMAT}")
        assert problem.solution is not None
        assert problem.solution.splitlines()[-1] == f"A: {problem.gold}"
        assert verifier.verify(f"A: {problem.gold}", problem).score == 1.0
        assert verifier.verify(rf"So it is \boxed{{{problem.gold}}}.", problem).correct
        verdict = steps.verify(problem.solution, problem)
        assert verdict.score == 1.0
        assert all(step.score != 0.0 for step in verdict.steps), (problem, verdict.detail)


@each_task
def test_what_is_no_answer_scores_nothing(task: GeneratedTask[Any]) -> None:
    verifier = task.make_verifier()
    for index in range(25):
        problem = task.problem(index, "validation")
        question = problem.prompt.splitlines()[0]
        other = task.problem(index + 100, "validation")
        hedges = [f"A: {problem.gold} or {other.gold}"] if other.gold != problem.gold else []
        for answer in (
            "", " \n", "A:", problem.prompt, question, f"A: {question}", f"A: {problem.prompt}",
            "A: True False", "zzz", "A: zzz", "A: 0 or 1", *hedges,
        ):  # fmt: skip
            verdict = verifier.verify(answer, problem)
            assert verdict.score == 0.0, (answer, problem, verdict)


@each_task
def test_a_problem_depends_on_its_index_split_and_arguments_alone(task: GeneratedTask[Any]) -> None:
    again = type(task)(**task.arguments)
    keys = [(index, split) for split in task.splits for index in (7, 3, 7, 0)]
    assert [task.problem(*key) for key in keys] == [again.problem(*key) for key in keys]
    assert again.make_verifier().to_dict() == task.make_verifier().to_dict()
    assert verifier_from_dict(task.make_verifier().to_dict()).to_dict()["type"] == "form"


@pytest.mark.parametrize("task", [*DEFAULT, MathMix()], ids=lambda task: task.name)
def test_the_docstring_has_the_headings_of_the_gallery_and_a_true_example(task: Any) -> None:
    text = re.sub(r"\s+", " ", type(task).__doc__ or "")
    assert re.findall(r"\*\*(\w+)\.\*\*", text) == HEADINGS
    example = re.search(r"\*\*Example\.\*\* ``(.+?)`` Answer: ``(.+?)``\.", text)
    assert example is not None
    assert not example[2].endswith(".")
    [ids] = re.findall(r"\*\*Ids\.\*\* (.*?)\.(?: |$)", text)
    assert set(re.findall(r"``(\S+?)``", ids)) <= set(gym.registry)


@pytest.mark.parametrize(
    ("task", "question"),
    [
        (Arithmetic(), ([5, 5, 8, 7, 3], "+--+")),
        (Calculus(), ("antiderivative", (("x", 2, 3), ("x", -2, 2), ("x", 5, 1)), (0, 0))),
        (Fractions(), ("sum", (Fraction(3, 4), Fraction(1, 6)), "-")),
        (LinearEquation(two_sided=True), (3, 5, 1, 11)),
        (LinearSystem(), [[3, 2, 4], [1, -1, 3]]),
        (ModularArithmetic(), ("congruence", 7, 3, 5, 0)),
        (NumberSequence(), ("arithmetic", (3, 4), 8)),
        (NumberTheory(), ("factorization", 360, 0)),
        (Polynomial(), ("factor", ((2, -1), (1, 3)), (), 0)),
        (
            UnitConversion(),
            (
                3_500_000,
                Unit("kilometre", "kilometres", 1_000_000),
                Unit("metre", "metres", 1_000),
            ),
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_example_of_the_docstring_is_what_the_task_says(task: Any, question: Any) -> None:
    text = re.sub(r"\s+", " ", type(task).__doc__ or "")
    prompt = task.render_prompt(question).splitlines()[0]
    assert f"**Example.** ``{prompt}`` Answer: ``{task.solve(question)[0]}``." in text
