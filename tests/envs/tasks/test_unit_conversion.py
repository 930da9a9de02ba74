"""The promises of the conversions of units."""

import re
from fractions import Fraction
from typing import Any

import pytest
from tests.envs.tasks.oracle import questions

from rethink_gym.envs.tasks import UnitConversion
from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem

# In metres, kilograms, litres, seconds, square metres and metres per second.
SIZES = {
    "length": {
        "millimetre": "0.001", "centimetre": "0.01", "metre": "1", "kilometre": "1000",
    },
    "mass": {"milligram": "0.000001", "gram": "0.001", "kilogram": "1", "tonne": "1000"},
    "volume": {"millilitre": "0.001", "litre": "1"},
    "time": {"second": "1", "minute": "60", "hour": "3600", "day": "86400", "week": "604800"},
    "area": {
        "square millimetre": "0.000001", "square centimetre": "0.0001", "square metre": "1",
        "square kilometre": "1000000",
    },
    "speed": {"kilometre per hour": "5/18", "metre per second": "1"},
    "imperial": {
        "inch": "0.0254", "foot": "0.3048", "yard": "0.9144", "mile": "1609.344",
        "ounce": "0.028349523125", "pound": "0.45359237",
    },
}  # fmt: skip
MANY = {"inch": "inches", "foot": "feet"}


def singular(unit: str) -> str:
    for one in MANY:
        if unit == MANY[one]:
            return one
    return re.sub(r"s(?= per |$)", "", unit)


def read(text: str) -> tuple[Fraction, str]:
    number, _, unit = text.partition(" ")
    is_one = number == "1"
    assert singular(unit) == unit if is_one else singular(unit) != unit, text
    return Fraction(number), singular(unit)


@pytest.mark.parametrize(
    "arguments", [{}, {"max_value": 30, "max_decimals": 0}, {"max_decimals": 3}]
)
@pytest.mark.parametrize("kind", SIZES)
def test_quantities_stay_the_same_within_the_arguments(
    kind: str, arguments: dict[str, Any]
) -> None:
    task = UnitConversion(kind=kind, **arguments)
    for text, gold in questions(task, 400):
        match = re.fullmatch(r"Convert (\d\S* .+) to (.+)\.", text)
        assert match is not None
        (value, given), (result, wanted) = read(match[1]), read(gold)
        sizes = SIZES[kind]
        assert value * Fraction(sizes[given]) == result * Fraction(sizes[wanted])
        assert singular(match[2]) == wanted != given
        assert 0 < value <= task.max_value
        assert len(match[1].partition(" ")[0].partition(".")[2]) <= task.max_decimals
        assert Fraction(1, 1000) <= result < 10**7


def test_all_kinds_are_mixed() -> None:
    texts = [text for text, _ in questions(UnitConversion(), 300)]
    for unit in ("metres", "grams", "litres", "minutes", "square", "per hour", "feet", "pounds"):
        assert any(unit in text for text in texts), unit


@pytest.mark.parametrize(
    ("answer", "correct"),
    [
        ("3500 metres", True),
        ("3500", True),
        ("3,500 m", True),
        ("3500 meters", True),
        ("3.5 km", False),
        ("3500 km", False),
        ("3.5*1000 m", False),
        ("7000/2 m", False),
        ("350 m", False),
    ],
)
def test_the_unit_that_is_asked_for_counts(answer: str, correct: bool) -> None:
    problem = Problem("test/0", "Convert 3.5 kilometres to metres.", "3500 metres")
    assert UnitConversion().make_verifier().verify(f"A: {answer}", problem).correct is correct


def test_a_quantity_is_converted_step_by_step() -> None:
    task = UnitConversion(kind="speed", max_value=100)
    for index in range(100):
        problem = task.problem(index, "train")
        solution = (problem.solution or "").splitlines()
        assert solution[0] == "1 metre per second = 3.6 kilometres per hour"
        assert re.fullmatch(r"[\d.]+[*/]3\.6=[\d.]+", solution[1])
        assert solution[2] == f"A: {problem.gold}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "lenght"}, "Did you mean 'length'"),
        ({"max_value": 1}, "max_value must be a whole number of at least 2"),
        ({"max_decimals": -1}, "max_decimals must be"),
        ({"max_decimals": 7}, "max_decimals must be at most 6, got 7"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        UnitConversion(**arguments)
