"""The promises of the fractions, decimals and percentages."""

import re
from fractions import Fraction
from typing import Any

import pytest
from tests.envs.tasks.oracle import questions

from rethink_gym.envs.tasks import Fractions
from rethink_gym.errors import ArgumentError

HARDER: dict[str, Any] = {
    "num_terms": 4,
    "max_numerator": 60,
    "max_denominator": 40,
    "max_decimals": 4,
    "max_whole": 5_000,
}
TERM = re.compile(r"([+-]?)(\d+)/(\d+)")


def is_lowest(text: str) -> bool:
    return str(Fraction(text)) == text


@pytest.mark.parametrize("arguments", [{}, HARDER])
def test_sums_are_correct_and_within_the_arguments(arguments: dict[str, Any]) -> None:
    task = Fractions(kind="sum", **arguments)
    for text, gold in questions(task, 800):
        chain = text.removeprefix("Compute ").partition(". ")[0]
        terms = TERM.findall(chain)
        assert "".join(map("{0[0]}{0[1]}/{0[2]}".format, terms)) == chain
        total = sum(Fraction(f"{sign}{above}/{below}") for sign, above, below in terms)
        assert Fraction(gold) == total
        assert is_lowest(gold)
        assert len(terms) == task.num_terms
        for _, above, below in terms:
            assert is_lowest(f"{above}/{below}")
            assert 1 <= int(above) <= task.max_numerator
            assert 2 <= int(below) <= task.max_denominator


@pytest.mark.parametrize("arguments", [{}, HARDER])
def test_products_and_quotients_are_correct(arguments: dict[str, Any]) -> None:
    signs = set()
    for text, gold in questions(Fractions(kind="product", **arguments), 800):
        match = re.match(r"Compute \((\d+/\d+)\)([*/])\((\d+/\d+)\)\. ", text)
        assert match is not None
        left, right = Fraction(match[1]), Fraction(match[3])
        assert Fraction(gold) == (left * right if match[2] == "*" else left / right)
        assert is_lowest(gold)
        signs.add(match[2])
    assert signs == {"*", "/"}


@pytest.mark.parametrize("arguments", [{}, HARDER])
def test_what_is_to_be_simplified_is_not_in_lowest_terms_yet(arguments: dict[str, Any]) -> None:
    for text, gold in questions(Fractions(kind="simplify", **arguments), 800):
        given = text.removeprefix("Write ").removesuffix(" in lowest terms.")
        assert Fraction(given) == Fraction(gold)
        assert is_lowest(gold)
        assert given != gold


@pytest.mark.parametrize("arguments", [{}, HARDER])
def test_conversions_change_the_notation_and_keep_the_value(arguments: dict[str, Any]) -> None:
    def value(text: str) -> Fraction:
        return Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)

    task = Fractions(kind="convert", **arguments)
    seen = set()
    for text, gold in questions(task, 800):
        match = re.fullmatch(r"Write (\S+) as a (.+)\.", text)
        assert match is not None
        assert value(match[1]) == value(gold)
        seen.add((match[2], match[1][-1] == "%"))
        if "fraction" in match[2]:
            assert is_lowest(gold)
        else:
            assert re.fullmatch(r"\d+(\.\d+)?%" if "percent" in match[2] else r"\d+\.\d+", gold)
            assert len(gold.rstrip("%").partition(".")[2]) <= task.max_decimals
    assert len(seen) == 4


@pytest.mark.parametrize("arguments", [{}, HARDER])
def test_percentages_are_correct(arguments: dict[str, Any]) -> None:
    task = Fractions(kind="percentage", **arguments)
    kinds = set()
    for text, gold in questions(task, 800):
        numbers = [Fraction(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]
        answer = Fraction(gold.removesuffix("%"))
        kinds.add(text.split()[0] if text[0] == "W" else "part")
        if text.startswith("What is"):
            share, whole, part = numbers[0], numbers[1], answer
        elif text.startswith("What percentage"):
            whole, part, share = numbers[0], numbers[1], answer
            assert gold.endswith("%")
        else:
            part, share, whole = numbers[0], numbers[1], answer
        assert part * 100 == share * whole
        assert 1 <= whole <= task.max_whole


@pytest.mark.parametrize(
    ("question", "steps"),
    [
        (
            ("sum", (Fraction(3, 4), Fraction(1, 12)), "-"),
            ["3/4-1/12=9/12-1/12", "9/12-1/12=8/12", "8/12=2/3", "A: 2/3"],
        ),
        (
            ("product", (Fraction(2, 3), Fraction(4, 5)), "/"),
            ["(2/3)/(4/5)=(2/3)*(5/4)", "(2/3)*(5/4)=10/12", "10/12=5/6", "A: 5/6"],
        ),
        (("convert", (Fraction(7, 20),), "decimal"), ["7/20=35/100", "35/100=0.35", "A: 0.35"]),
        (
            ("percentage", (Fraction(15, 100), Fraction(60)), "part"),
            ["15/100*60=9", "A: 9"],
        ),
    ],
)
def test_a_question_is_worked_out_step_by_step(question: Any, steps: list[str]) -> None:
    solution = Fractions().solve(question)[1]
    assert solution is not None
    assert solution.splitlines() == steps


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "summ"}, "Did you mean 'sum'"),
        ({"num_terms": 1}, "num_terms must be a whole number of at least 2"),
        ({"max_numerator": 1}, "max_numerator must be"),
        ({"max_denominator": 1}, "max_denominator must be"),
        ({"max_decimals": 0}, "max_decimals must be"),
        ({"max_whole": 0}, "max_whole must be"),
    ],
)
def test_bad_arguments_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Fractions(**arguments)
