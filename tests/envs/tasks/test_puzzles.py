"""The promises that every puzzle keeps: logic, words, graphs, countdown and their kin."""

import re
import string
from itertools import permutations
from typing import Any

import pytest

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.envs.tasks.countdown import Countdown
from rethink_gym.envs.tasks.game24 import Game24
from rethink_gym.envs.tasks.graph.task import Graph
from rethink_gym.envs.tasks.graph.task import Question as GraphQuestion
from rethink_gym.envs.tasks.logic.task import Logic
from rethink_gym.envs.tasks.logic.task import Question as LogicQuestion
from rethink_gym.envs.tasks.sorting import Sorting
from rethink_gym.envs.tasks.tracking import Tracking
from rethink_gym.envs.tasks.word_problem import WordProblem
from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.puzzles.graph import Edge, Network
from rethink_gym.verifiers.puzzles.logic import parse_formula
from rethink_gym.verifiers.steps import StepVerifier

HARD: list[GeneratedTask[Any]] = [
    Countdown(min_numbers=6, max_numbers=6, max_number=99, max_target=999, use_all=True),
    Game24(max_solutions=1),
    Graph(min_nodes=10, max_nodes=12, max_extra_edges=8, max_cost=50),
    Logic(max_variables=5, max_literals=6, num_formulas=4, max_arity=4),
    Sorting(min_items=15, max_items=20, max_number=9_999),
    Tracking(num_people=8, min_moves=10, max_moves=20, ask="all"),
    WordProblem(min_steps=5, max_steps=8, max_number=200, num_distractors=3),
]
DEFAULT: list[GeneratedTask[Any]] = [type(task)() for task in HARD]
each_task = pytest.mark.parametrize(
    "task", [*DEFAULT, *HARD], ids=[f"{t.name}{n // len(HARD)}" for n, t in enumerate(DEFAULT * 2)]
)
each_default = pytest.mark.parametrize("task", DEFAULT, ids=lambda task: task.name)


@each_task
def test_gold_answers_and_worked_solutions_are_correct_and_no_step_is_refuted(
    task: GeneratedTask[Any],
) -> None:
    verifier = task.make_verifier()
    steps = StepVerifier(final=verifier)
    for index in range(120):
        problem = task.problem(index, "test")
        assert problem.prompt.endswith(f"\n{ANSWER_FORMAT}")
        assert problem.solution is not None
        answer = problem.solution.splitlines()[-1]
        assert answer.startswith("A: ")
        assert verifier.verify(f"A: {problem.gold}", problem).score == 1.0
        assert verifier.verify(answer, problem).score == 1.0
        assert verifier.verify(rf"So it is \boxed{{{answer[3:]}}}.", problem).correct
        verdict = steps.verify(problem.solution, problem)
        assert verdict.score == 1.0
        assert all(step.score != 0.0 for step in verdict.steps), (problem, verdict.detail)


@each_task
def test_what_is_no_answer_scores_nothing(task: GeneratedTask[Any]) -> None:
    verifier = task.make_verifier()
    for index in range(40):
        problem = task.problem(index, "validation")
        question = problem.prompt.splitlines()[0]
        answer = (problem.solution or "").splitlines()[-1].removeprefix("A: ")
        other = (task.problem(index + 100, "validation").solution or "").splitlines()[-1][3:]
        words = sorted(set(re.findall(r"\w+", question)))
        hedges = [f"A: {answer} or {other}", f"A: {other} or {answer}", f"A: {answer}; {other}"]
        names_answer_alone = [word for word in words if word.isdigit()] == [answer]
        for bad in (
            "", " \n\t ", "A:", problem.prompt, question, f"A: {question}", f"A: {problem.prompt}",
            "True False", "A: True False", "A: true or false", "A: yes or no", "A: yes, none",
            "A: yes, p=true, q=true, r=true", "A: none, yes", "zzz", "A: zzz", "A: 0 or 1",
            "A: p=true, p=false, q=true, q=false, r=true, r=false", "A: T/F", "A: any",
            f"A: {', '.join(words)}", f"A: {string.ascii_uppercase}",
            *([] if names_answer_alone else [f"A: {' or '.join(words)}"]),
            *(hedges if other != answer else []),
        ):  # fmt: skip
            verdict = verifier.verify(bad, problem)
            assert verdict.score == 0.0, (bad, problem, verdict)


@each_default
def test_no_fixed_answer_is_correct_for_many_problems(task: GeneratedTask[Any]) -> None:
    verifier = task.make_verifier()
    problems = [task.problem(index, "test") for index in range(200)]
    answers = {(problem.solution or "").splitlines()[-1] for problem in problems}
    most = max(
        sum(verifier.verify(answer, problem).score for problem in problems[:60])
        for answer in sorted(answers)[:60]
    )
    assert most <= 0.3 * 60


@each_default
def test_huge_answers_are_judged_at_once(task: GeneratedTask[Any]) -> None:
    verifier = task.make_verifier()
    problem = task.problem(0, "test")
    for sign in ("1+", "((", "p=true, ", "K-", "a,", " and ", "\\text{", "9", "not ", "given ["):
        assert verifier.verify(f"A: {sign * (90_000 // len(sign))}", problem).score == 0.0


@each_task
def test_a_problem_depends_on_its_index_split_and_arguments_alone(task: GeneratedTask[Any]) -> None:
    again = type(task)(**task.arguments)
    keys = [(index, split) for split in task.splits for index in (7, 3, 7, 0)]
    assert [task.problem(*key) for key in keys] == [again.problem(*key) for key in keys]
    data = task.make_verifier().to_dict()
    assert verifier_from_dict(data).to_dict() == again.make_verifier().to_dict() == data


@pytest.mark.parametrize(
    ("task", "question"),
    [
        (Countdown(), ([6, 9, 13], 24, ("*", 6, ("-", 13, 9)))),
        (Game24(), [3, 3, 8, 8]),
        (
            Graph(),
            GraphQuestion(
                "path",
                ("K", "N"),
                Network("KLMN", (Edge("K", "L"), Edge("M", "N"), Edge("L", "M"))),
            ),
        ),
        (
            Logic(),
            LogicQuestion("satisfy", ("p", "q"), (parse_formula("p | q"), parse_formula("~p")), 0),
        ),
        (Sorting(), ("length", ["lemon", "cat", "bird", "ant"])),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_example_of_the_docstring_is_what_the_task_says(task: Any, question: Any) -> None:
    text = re.sub(r"\s+", " ", type(task).__doc__ or "")
    prompt = task.render_prompt(question).splitlines()[0]
    solution = Problem("example", prompt, *task.solve(question)).solution
    assert solution is not None
    answer = solution.splitlines()[-1].removeprefix("A: ")
    assert f"**Example.** ``{prompt}`` Answer: ``{answer}``." in text


@pytest.mark.parametrize(
    ("task", "arguments", "message"),
    [
        (Countdown, {"min_numbers": 1}, "min_numbers must be a whole number of at least 2"),
        (Countdown, {"min_numbers": 5}, "max_numbers must be a whole number of at least 5"),
        (Countdown, {"max_numbers": 7}, "max_numbers must be at most 6"),
        (Countdown, {"max_number": 1}, "max_number must be"),
        (Countdown, {"max_target": 1}, "max_target must be"),
        (Countdown, {"use_all": 1}, "use_all must be True or False"),
        (Game24, {"max_number": 8}, "max_number must be"),
        (Game24, {"min_solutions": 0}, "min_solutions must be"),
        (Game24, {"min_solutions": 3, "max_solutions": 2}, "max_solutions must be"),
        (Graph, {"kind": "paths"}, "kind must be one of .* Did you mean 'path'"),
        (Graph, {"min_nodes": 3}, "min_nodes must be"),
        (Graph, {"max_nodes": 13}, "max_nodes must be at most 12"),
        (Graph, {"max_extra_edges": 0}, "max_extra_edges must be"),
        (Graph, {"max_cost": 1}, "max_cost must be"),
        (Logic, {"kind": "sat"}, "kind must be one of"),
        (Logic, {"max_variables": 7}, "max_variables must be at most 6"),
        (Logic, {"max_literals": 1}, "max_literals must be"),
        (Logic, {"num_formulas": 1}, "num_formulas must be"),
        (Logic, {"max_arity": 5}, "max_arity must be at most 4"),
        (Sorting, {"kind": "size!"}, "kind must be one of"),
        (Sorting, {"min_items": 1}, "min_items must be"),
        (Sorting, {"max_items": 21}, "max_items must be at most 20"),
        (Sorting, {"max_number": 19}, "max_number must be"),
        (Tracking, {"kind": "cups"}, "kind must be one of"),
        (Tracking, {"num_people": 2}, "num_people must be"),
        (Tracking, {"num_people": 9}, "num_people must be at most 8"),
        (Tracking, {"min_moves": 5}, "max_moves must be a whole number of at least 5"),
        (Tracking, {"ask": "two"}, "ask must be one of"),
        (WordProblem, {"min_steps": 1}, "min_steps must be"),
        (WordProblem, {"max_steps": 9}, "max_steps must be at most 8"),
        (WordProblem, {"max_number": 4}, "max_number must be"),
        (WordProblem, {"num_distractors": 4}, "num_distractors must be at most 3"),
    ],
)
def test_arguments_out_of_their_range_are_refused(
    task: Any, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        task(**arguments)


def test_a_question_in_another_order_belongs_to_the_same_split() -> None:
    items = ["lemon", "cat", "bird", "ant"]
    assert len({Sorting().identify(("length", list(order))) for order in permutations(items)}) == 1
    edges = (Edge("K", "L"), Edge("M", "N"), Edge("L", "M"))
    questions = [
        GraphQuestion("path", ("K", "N"), Network("KLMN", order)) for order in permutations(edges)
    ]
    assert len(set(map(Graph().identify, questions))) == 1
