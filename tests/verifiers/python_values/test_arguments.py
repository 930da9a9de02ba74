"""The verifier of arguments: they are checked by calling the function."""

import pytest

from rethink_gym.errors import ArgumentError, DataError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.python_values.arguments import ArgumentsVerifier, arguments_gold

SQUARE = "def f(x, y=1):\n    while x == 'stop':\n        pass\n    return x * x + y"
GOLD = arguments_gold(SQUARE, "f", "10")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("A: 3", Reason.EQUAL),
        ("A: -3", Reason.EQUAL),
        ("A: f(3)", Reason.EQUAL),
        ("A: f(1, 9)", Reason.EQUAL),
        ("A: 2, 6", Reason.EQUAL),
        ("A: 4", Reason.DIFFERENT),
        ("A: 'a'", Reason.DIFFERENT),  # the call raises
        ("A: 'stop'", Reason.TIMED_OUT),
        ("A: 1 + 2", Reason.UNREADABLE),
        ("A: g(3)", Reason.UNREADABLE),
        ("A: f(3) or f(-3)", Reason.UNREADABLE),
        ("A: __import__('os').getpid()", Reason.UNREADABLE),
        ("No idea.\nNone.", Reason.NO_ANSWER),
        ("", Reason.NO_ANSWER),
    ],
)
def test_arguments_are_correct_if_the_value_is(answer: str, reason: Reason) -> None:
    verdict = ArgumentsVerifier(time_s=0.5).verify(answer, Problem("p", "?", GOLD))
    assert verdict.reason is reason
    assert verdict.score == (reason is Reason.EQUAL)


def test_a_batch_gets_the_verdicts_of_its_answers() -> None:
    answers = ["A: 3", "?", "A: 4", "A: f(-3)"]
    problems = [Problem("p", "?", GOLD)] * 4
    verifier = ArgumentsVerifier()
    verdicts = verifier.verify_batch(answers, problems)
    assert verdicts == list(map(verifier.verify, answers, problems))
    assert [verdict.answer for verdict in verdicts] == ["3", "?", "4", "-3"]
    with pytest.raises(ArgumentError, match=r"problems must be as many as answers \(1\)"):
        verifier.verify_batch(["A: 3"], [])


@pytest.mark.parametrize("gold", ["", "[]", '{"source": "def f(): pass"}', "def f(): pass"])
def test_a_gold_without_a_function_is_the_fault_of_the_data(gold: str) -> None:
    with pytest.raises(DataError, match="gold must be a text of arguments_gold"):
        ArgumentsVerifier().verify("A: 1", Problem("p", "?", gold))


def test_it_is_built_from_plain_data() -> None:
    data = ArgumentsVerifier(time_s=1.5).to_dict()
    assert data["type"] == "arguments"
    assert verifier_from_dict(data).to_dict() == data
