"""The promises of modular arithmetic."""

import re
from typing import Any

import pytest
from tests.envs.tasks.oracle import questions

from rethink_gym.envs.tasks import ModularArithmetic
from rethink_gym.errors import ArgumentError

ARGUMENTS: list[dict[str, Any]] = [
    {},
    {"max_modulus": 7, "max_operand": 6, "max_exponent": 4},
    {"max_modulus": 200, "max_operand": 5_000, "max_exponent": 60},
]


def solutions(text: str) -> tuple[list[int], int, list[int]]:
    """Try all answers; return those that fit, the modulus, and the other numbers."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if "inverse" in text:
        a, modulus = numbers[2:]
        return [x for x in range(modulus) if a * x % modulus == 1], modulus, [a]
    if "for which" in text:
        _, _, a, right, modulus = numbers
        return [x for x in range(modulus) if a * x % modulus == right], modulus, [a, right]
    modulus = numbers[-1]
    if "^" in text:
        base, exponent = numbers[:2]
        value = 1
        for _ in range(exponent):
            value *= base
        return [value % modulus], modulus, [base, exponent]
    a, b, c = numbers[:3]
    return [(a * b + c) % modulus], modulus, [a, b, c]


@pytest.mark.parametrize("arguments", ARGUMENTS)
@pytest.mark.parametrize("kind", ["remainder", "power", "inverse", "congruence"])
def test_the_gold_answer_and_no_other_fits(kind: str, arguments: dict[str, Any]) -> None:
    task = ModularArithmetic(kind=kind, **arguments)
    for text, gold in questions(task, 800):
        fitting, modulus, numbers = solutions(text)
        assert fitting == [int(gold)]
        assert 3 <= modulus <= task.max_modulus
        if kind == "remainder":
            assert max(numbers) <= task.max_operand
        if kind == "power":
            assert numbers[0] <= task.max_operand
            assert 2 <= numbers[1] <= task.max_exponent


def test_all_kinds_are_mixed() -> None:
    words = {text.split()[2] for text, _ in questions(ModularArithmetic(), 100)}
    assert {"remainder", "whole"} == words


@pytest.mark.parametrize(
    ("question", "steps"),
    [
        (("remainder", 7, 10, 3, 8), ["10=1*7+3", "8=1*7+1", "3*3+1=10", "10=1*7+3", "A: 3"]),
        (("power", 7, 3, 5, 0), ["3*3=9", "9=1*7+2", "2*2=4", "4*3=12", "12=1*7+5", "A: 5"]),
        (("inverse", 7, 5, 1, 0), ["1+2*7=15", "15/5=3", "A: 3"]),
        (("congruence", 7, 3, 5, 0), ["5+1*7=12", "12/3=4", "A: 4"]),
    ],
)
def test_a_question_is_worked_out_step_by_step(question: Any, steps: list[str]) -> None:
    solution = ModularArithmetic().solve(question)[1]
    assert solution is not None
    assert solution.splitlines() == steps


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "mod"}, "kind must be one of"),
        ({"max_modulus": 2}, "max_modulus must be a whole number of at least 3"),
        ({"max_operand": 1}, "max_operand must be"),
        ({"max_exponent": 1}, "max_exponent must be"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        ModularArithmetic(**arguments)
