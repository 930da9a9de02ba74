"""The promises of the sequences."""

import re
from itertools import pairwise
from typing import Any

import pytest
from tests.envs.tasks.oracle import questions

from rethink_gym.envs.tasks import NumberSequence
from rethink_gym.errors import ArgumentError

ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"max_position": 5, "max_start": 3, "max_step": 2, "max_ratio": 2},
    {"max_start": 99, "max_step": 50, "max_ratio": 6, "max_position": 15},
]
each_bound = pytest.mark.parametrize("arguments", ARGUMENTS)
SHOWN = re.compile(r"The sequence ((?:-?\d+, )+)\.\.\. is (\w+): .*term number (\d+)\.")
RECURSION = re.compile(
    r"A sequence starts with a\(1\)=(-?\d+) and a\(2\)=(-?\d+), and goes on by "
    r"a\(n\)=(-?\d*)a\(n-1\)([+-]\d*)a\(n-2\)\. Find a\((\d+)\)\."
)


def differences(terms: list[int]) -> list[int]:
    return [second - first for first, second in pairwise(terms)]


def continued(terms: list[int], family: str) -> int:
    """Return the next term of a sequence by the stated rule of its family alone."""
    if family == "geometric":
        assert all(first * terms[1] == second * terms[0] for first, second in pairwise(terms))
        return terms[-1] * terms[-1] // terms[-2]
    steps = differences(terms)
    if family == "arithmetic":
        assert len(set(steps)) == 1
        return terms[-1] + steps[-1]
    assert len(set(differences(steps))) == 1
    return terms[-1] + 2 * steps[-1] - steps[-2]


@each_bound
@pytest.mark.parametrize("kind", ["arithmetic", "geometric", "quadratic"])
def test_the_gold_answer_continues_the_sequence_by_the_rule_of_its_family(
    kind: str, arguments: dict[str, Any]
) -> None:
    task = NumberSequence(kind=kind, **arguments)
    for text, gold in questions(task, 600):
        match = SHOWN.fullmatch(text)
        assert match is not None
        terms = [int(term) for term in match[1].split(", ") if term]
        assert match[2] == kind
        assert abs(terms[0]) <= task.max_start
        if kind == "geometric":
            assert 2 <= abs(terms[1] // terms[0]) <= task.max_ratio
        else:
            assert 0 < abs(terms[1] - terms[0]) <= task.max_step
        assert len(terms) < int(match[3]) <= task.max_position
        while len(terms) < int(match[3]):
            terms.append(continued(terms, kind))
        assert int(gold) == terms[-1]


@each_bound
def test_recursions_are_followed(arguments: dict[str, Any]) -> None:
    task = NumberSequence(kind="recursive", **arguments)
    for text, gold in questions(task, 600):
        match = RECURSION.fullmatch(text)
        assert match is not None
        before, last = int(match[1]), int(match[2])
        first, second = [
            int(f"{factor}1") if factor in ("", "+", "-") else int(factor)
            for factor in match.group(3, 4)
        ]
        assert 0 < abs(first) <= task.max_ratio
        assert 0 < abs(second) <= task.max_ratio
        for _ in range(int(match[5]) - 2):
            before, last = last, first * last + second * before
        assert int(gold) == last


@pytest.mark.parametrize(
    ("question", "steps"),
    [
        (("arithmetic", (3, 4), 8), ["7-3=4", "3+7*4=31", "A: 31"]),
        (("geometric", (2, -3), 5), ["-6/2=-3", "2*(-3)^4=162", "A: 162"]),
        (
            ("quadratic", (2, 3, 2), 5),
            ["5-2=3", "10-5=5", "5-3=2", "17-10=7", "7+2=9", "17+9=26", "A: 26"],
        ),
        (("recursive", (1, 2, 3, -1), 4), ["3*2-1*1=5", "3*5-1*2=13", "A: 13"]),
    ],
)
def test_a_question_is_worked_out_step_by_step(question: Any, steps: list[str]) -> None:
    solution = NumberSequence().solve(question)[1]
    assert solution is not None
    assert solution.splitlines() == steps


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "arithmetical"}, "Did you mean 'arithmetic'"),
        ({"max_start": 0}, "max_start must be"),
        ({"max_step": 0}, "max_step must be"),
        ({"max_ratio": 1}, "max_ratio must be a whole number of at least 2"),
        ({"max_position": 4}, "max_position must be a whole number of at least 5"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        NumberSequence(**arguments)
