"""The promises of the feedback schemes."""

import pytest

from rethink_gym.envs.feedback import find_feedback
from rethink_gym.envs.prompt import CORRECTION, RIGHT, WRONG
from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict

PROBLEM = Problem("test/0", "Compute 2+2.", "4")
GOOD = Verdict(1.0, True, Reason.EQUAL, "4")
BAD = Verdict(0.0, False, Reason.DIFFERENT, "5", "5 is not 4")


@pytest.mark.parametrize(
    ("feedback", "verdict", "message"),
    [
        ("none", GOOD, CORRECTION),
        ("none", BAD, CORRECTION),
        ("verdict", GOOD, RIGHT),
        ("verdict", BAD, WRONG),
        (lambda problem, verdict, attempt: f"{problem.id} {verdict.answer} {attempt}", BAD,
         "test/0 5 1"),
    ],
)  # fmt: skip
def test_each_scheme_says_what_it_promises(feedback: str, verdict: Verdict, message: str) -> None:
    assert find_feedback(feedback)(PROBLEM, verdict, 1) == message


@pytest.mark.parametrize("message", [CORRECTION, RIGHT, WRONG])
def test_no_instruction_gives_the_answer_away(message: str) -> None:
    assert not any(character.isdigit() for character in message)


def test_an_unknown_scheme_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'verdict'"):
        find_feedback("verdicts")
