"""The promises of the divisors, multiples, prime factors and bases."""

import math
import re
from typing import Any

import pytest
import sympy
from tests.envs.tasks.oracle import questions

from rethink_gym.envs.tasks import NumberTheory
from rethink_gym.errors import ArgumentError

ARGUMENTS: list[dict[str, Any]] = [{}, {"max_number": 12, "max_base": 2}, {"max_number": 5_000}]
each_bound = pytest.mark.parametrize("arguments", ARGUMENTS)


def numbers_of(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", text)]


@each_bound
def test_common_divisors_and_multiples_are_correct(arguments: dict[str, Any]) -> None:
    for kind, oracle in (("gcd", math.gcd), ("lcm", math.lcm)):
        task = NumberTheory(kind=kind, **arguments)
        for text, gold in questions(task, 600):
            one, other = numbers_of(text)
            assert int(gold) == oracle(one, other)
            assert one != other
            assert max(one, other) <= task.max_number


@each_bound
def test_prime_factors_are_those_of_the_number(arguments: dict[str, Any]) -> None:
    task = NumberTheory(kind="factorization", **arguments)
    for text, gold in questions(task, 600):
        [number] = numbers_of(text)
        factors = {
            int(prime): int(count or 1)
            for prime, _, count in (part.partition("^") for part in gold.split("*"))
        }
        assert factors == sympy.factorint(number)
        assert 4 <= number <= task.max_number
        assert gold != str(number)


@each_bound
def test_divisors_are_counted_correctly(arguments: dict[str, Any]) -> None:
    for text, gold in questions(NumberTheory(kind="divisors", **arguments), 600):
        [number] = numbers_of(text)
        assert int(gold) == sympy.divisor_count(number)


@each_bound
def test_bases_are_changed_both_ways(arguments: dict[str, Any]) -> None:
    for text, gold in questions(NumberTheory(kind="to_base", **arguments), 600):
        number, base = numbers_of(text)
        assert int(gold, base) == number
        assert 2 <= base <= arguments.get("max_base", 9)
    for text, gold in questions(NumberTheory(kind="from_base", **arguments), 600):
        match = re.match(r"In base (\d) a number is written (\d+)\.", text)
        assert match is not None
        assert int(match[2], int(match[1])) == int(gold) <= arguments.get("max_number", 200)


@pytest.mark.parametrize(
    ("question", "steps"),
    [
        (("gcd", 70, 180), ["180=2*70+40", "70=1*40+30", "40=1*30+10", "30=3*10", "A: 10"]),
        (("lcm", 12, 18), ["12=6*2", "18=6*3", "12*3=36", "A: 36"]),
        (("factorization", 60, 0), ["60=2*30", "30=2*15", "15=3*5", "A: 2^2*3*5"]),
        (("divisors", 12, 0), ["12=2^2*3", "(2+1)*(1+1)=6", "A: 6"]),
        (("to_base", 11, 2), ["11=5*2+1", "5=2*2+1", "2=1*2+0", "1=0*2+1", "A: 1011"]),
        (("from_base", 11, 2), ["1*2+0=2", "2*2+1=5", "5*2+1=11", "A: 11"]),
    ],
)
def test_a_question_is_worked_out_step_by_step(question: Any, steps: list[str]) -> None:
    solution = NumberTheory().solve(question)[1]
    assert solution is not None
    assert solution.splitlines() == steps


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "gdc"}, "Did you mean 'gcd'"),
        ({"max_number": 11}, "max_number must be a whole number of at least 12"),
        ({"max_base": 1}, "max_base must be"),
        ({"max_base": 10}, "max_base must be from 2 to 9, got 10"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        NumberTheory(**arguments)
