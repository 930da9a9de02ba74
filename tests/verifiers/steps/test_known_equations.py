"""The equations of earlier steps decide about later ones."""

import pytest

from rethink_gym.problem import Problem
from rethink_gym.verifiers.steps import StepVerifier

SOLUTIONS = [
    # linear equations
    (["2x+3=7", "2x=4", "x=2"], [None, 1, 1]),
    (["2x+3=7", "2x=5", "x=2.5"], [None, 0, 1]),  # one mistake, counted once
    (["2x+3=7", "x=3"], [None, 0]),
    (["$2x+3=7$, so $2x=4$", "and $x=3$"], [1, 0]),
    (["3(x-1) = x + 5", "3x - 3 = x + 5", "2x = 8", "x = 4"], [None, 1, 1, 1]),
    (["12/x = 3", "x = 4"], [None, 1]),
    (["x + y = 10", "x - y = 2", "2x = 12", "x = 6", "y = 4"], [None, None, 1, 1, 1]),
    (["x + y = 10", "x - y = 2", "x = 6", "y = 5"], [None, None, 1, 0]),
    (["x + y = 10", "y = 2x", "x + 2x = 10", "3x = 10", "x = 10/3"], [None, None, 1, 1, 1]),
    # higher degrees
    (["x^2 = 4", "x = 2 or x = -2"], [None, 1]),
    (["x^2 = 4", "x = 2 or x = 3"], [None, 0]),
    (["x^2 - 4 = 0", "(x-2)(x+2) = 0", "x = 2"], [None, 1, 1]),
    (["x^2 = 4", "x = 3"], [None, 0]),
    # definitions
    (["A = 3 + 4 and B = 2", "A = 7", "A * B = 7 * 2 = 14"], [None, 1, 1]),
    (["A = 3 + 4", "A = 3 + 4 = 8", "A + 1 = 8 + 1 = 9"], [None, 0, 1]),
    (["A = 3 + 4", "A = 3 + 5"], [None, 0]),
    (["x = 10/3 = 3.33", "3x = 10"], [1, 1]),
    (["D1 = 3", "D2 = 4", "D1 + D2 = 7"], [None, None, 1]),
    # new meanings of old names
    (["x = 5", "Let x = 7", "x + 1 = 8"], [None, None, 1]),
    (["for n = 1: n + 1 = 2", "for n = 2: n + 1 = 3"], [1, 1]),
    (["if 10x = 20 then x = 2", "if 10x = 30 then x = 3"], [1, 1]),
    # what is not meant for an equation
    (["x = 3 apples", "x + 1 = 4"], [None, 1]),
    (["x = 1 hour", "x = 60 minutes"], [None, None]),
]


@pytest.mark.parametrize(("steps", "scores"), SOLUTIONS)
def test_the_equations_of_earlier_steps_bind_later_ones(
    steps: list[str], scores: list[int | None]
) -> None:
    verdict = StepVerifier().verify_steps(steps, Problem("test/0", "", "1"))
    assert [step.score for step in verdict.steps] == scores


@pytest.mark.parametrize(
    ("step", "score"),
    [
        ('This can be written as "A - B", where A = (5 + 4) and B = (2 * 3).', 1.0),
        ('This can be written as "A + B", where A = (5 + 4) and B = (2 * 3).', 0.0),
        ('This can be written as "A - B", where A = (5 + 4).', None),
    ],
)
def test_how_the_question_is_rewritten_is_checked(step: str, score: float | None) -> None:
    problem = Problem("test/0", "((5 + 4) - (2 * 3)) =", "3")
    assert StepVerifier().verify_steps([step], problem).steps[0].score == score
