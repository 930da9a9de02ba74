"""Fractions, decimals and percentages."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.number_format import decimal_text, equation_steps
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import check_choice, check_count
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Fractions"]

Question: TypeAlias = tuple[str, tuple[Fraction, ...], str]
"""The kind of question, its numbers, and the signs between them or the target form."""

_KINDS = ("sum", "product", "simplify", "convert", "percentage")
_TARGETS = ("decimal", "percentage", "fraction", "fraction of a percentage")
_LOWEST_TERMS = "Write a whole number or a fraction in lowest terms."


class Fractions(GeneratedTask[Question]):
    """Fractions, decimals and percentages to compute with and to convert.

    Questions ask to add, subtract, multiply or divide fractions, to reduce them to lowest
    terms, to convert between fractions, decimals and percentages, and to find percentages
    of numbers.

    **Example.** ``Compute 3/4-1/6. Write a whole number or a fraction in lowest
    terms.`` Answer: ``7/12``.

    **Difficulty.** Easiest: ``kind="simplify"`` with ``max_denominator=4``; harder with
    larger numbers and, in sums, more terms: ``num_terms=4, max_numerator=99,
    max_denominator=60, max_decimals=4, max_whole=5000``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct number in the required form (lowest terms, a decimal or a
    percentage), else 0.

    **Termination.** After the last attempt.

    **Ids.** ``Fractions-v0``, ``FractionsSelfCorrect-v0``.

    Args:
        kind: ``"sum"``, ``"product"`` (and quotient), ``"simplify"``, ``"convert"``,
            ``"percentage"``, or ``"mixed"`` for all kinds with equal probability.
        num_terms: Number of fractions in a sum, at least 2.
        max_numerator: Largest numerator, and largest factor to cancel; at least 2.
        max_denominator: Largest denominator, at least 2.
        max_decimals: Maximum number of decimal places of a decimal to convert.
        max_whole: Largest number of which a percentage is taken.

    Raises:
        ArgumentError: If ``kind`` is unknown, ``num_terms``, ``max_numerator`` or
            ``max_denominator`` is less than 2, or another number is less than 1.
    """

    name: ClassVar = "fractions"

    def __init__(
        self,
        *,
        kind: str = "mixed",
        num_terms: int = 2,
        max_numerator: int = 9,
        max_denominator: int = 9,
        max_decimals: int = 2,
        max_whole: int = 200,
    ) -> None:
        self.kind = check_choice("kind", kind, ("mixed", *_KINDS))
        self.num_terms = check_count("num_terms", num_terms, 2)
        self.max_numerator = check_count("max_numerator", max_numerator, 2)
        self.max_denominator = check_count("max_denominator", max_denominator, 2)
        self.max_decimals = check_count("max_decimals", max_decimals)
        self.max_whole = check_count("max_whole", max_whole)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "kind": self.kind,
            "num_terms": self.num_terms,
            "max_numerator": self.max_numerator,
            "max_denominator": self.max_denominator,
            "max_decimals": self.max_decimals,
            "max_whole": self.max_whole,
        }

    def draw(self, rng: TaskRNG) -> Question:
        """Draw the numbers of one question."""
        kind = rng.choice(_KINDS) if self.kind == "mixed" else self.kind
        match kind:
            case "sum":
                terms = tuple([self._draw_fraction(rng) for _ in range(self.num_terms)])
                signs = [rng.choice("+-") for _ in terms[1:]]
                return kind, terms, "".join(signs)
            case "product":
                sign = rng.choice("*/")
                return kind, (self._draw_fraction(rng), self._draw_fraction(rng)), sign
            case "simplify":
                factor = rng.randint(2, self.max_numerator)
                return kind, (self._draw_fraction(rng), Fraction(factor)), ""
            case "convert":
                return kind, (self._draw_decimal(rng),), rng.choice(_TARGETS)
            case _:
                rate = Fraction(rng.randint(1, 99), 100)
                whole = Fraction(rng.randint(1, self.max_whole))
                return kind, (rate, whole), rng.choice(("part", "rate", "whole"))

    def render_prompt(self, question: Question) -> str:
        """Return a prompt that asks for the number."""
        kind, numbers, what = question
        match kind:
            case "sum":
                text = f"Compute {_sum_text(numbers, what)}. {_LOWEST_TERMS}"
            case "product":
                text = f"Compute ({numbers[0]}){what}({numbers[1]}). {_LOWEST_TERMS}"
            case "simplify":
                fraction, factor = numbers
                above, below = fraction.numerator * factor, fraction.denominator * factor
                text = f"Write {above}/{below} in lowest terms."
            case "convert":
                given = _given_text(numbers[0], what)
                target = "fraction in lowest terms" if "fraction" in what else what
                text = f"Write {given} as a {target}."
            case _:
                rate, whole = numbers
                percent, part = f"{rate * 100}%", decimal_text(rate * whole)
                text = (
                    f"What is {percent} of {whole}?"
                    if what == "part"
                    else f"What percentage of {whole} is {part}?"
                    if what == "rate"
                    else f"{part} is {percent} of a number. What is the number?"
                )
        return f"{text}\n{ANSWER_FORMAT}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return the number, and the steps to it."""
        kind, numbers, what = question
        match kind:
            case "sum":
                gold, steps = _solved_sum(numbers, what)
            case "product":
                gold, steps = _solved_product(numbers[0], numbers[1], what)
            case "simplify":
                fraction, factor = numbers
                above, below = fraction.numerator, fraction.denominator
                gold = str(fraction)
                steps = [
                    f"{above * factor}={factor}*{above}",
                    f"{below * factor}={factor}*{below}",
                    f"{above * factor}/{below * factor}={gold}",
                ]
            case "convert":
                gold, steps = _solved_conversion(numbers[0], what)
            case _:
                gold, steps = _solved_percentage(numbers[0], numbers[1], what)
        return gold, "\n".join((*steps, f"A: {gold}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of numbers in a required form."""
        return FormVerifier()

    def _draw_fraction(self, rng: TaskRNG) -> Fraction:
        """Draw a fraction that is not an integer."""
        while True:
            above = rng.randint(1, self.max_numerator)
            below = rng.randint(2, self.max_denominator)
            if math.gcd(above, below) == 1:
                return Fraction(above, below)

    def _draw_decimal(self, rng: TaskRNG) -> Fraction:
        """Draw a decimal below 2 that is not an integer."""
        size: int = 10**self.max_decimals
        while True:
            digits = rng.randint(1, 2 * size - 1)
            if digits != size:
                return Fraction(digits, size)


def _sum_text(terms: Sequence[Fraction], signs: str, below: int = 0) -> str:
    """Write a sum; if ``below`` is not 0, with all terms over this denominator."""
    texts = [f"{term * below}/{below}" if below else str(term) for term in terms]
    links = [sign + text for sign, text in zip(signs, texts[1:], strict=True)]
    return texts[0] + "".join(links)


def _solved_sum(terms: Sequence[Fraction], signs: str) -> tuple[str, list[str]]:
    total = terms[0]
    for sign, term in zip(signs, terms[1:], strict=True):
        total = total + term if sign == "+" else total - term
    below = math.lcm(*[term.denominator for term in terms])
    common = _sum_text(terms, signs, below)
    steps = equation_steps(_sum_text(terms, signs), common, f"{total * below}/{below}", total)
    return str(total), steps


def _solved_product(left: Fraction, right: Fraction, sign: str) -> tuple[str, list[str]]:
    question = f"({left}){sign}({right})"
    if sign == "/":
        right = 1 / right
    above, below = left.numerator * right.numerator, left.denominator * right.denominator
    product = f"({left})*({right.numerator}/{right.denominator})"
    value = Fraction(above, below)
    return str(value), equation_steps(question, product, f"{above}/{below}", value)


def _given_text(value: Fraction, target: str) -> str:
    """Write the number to convert in its given form."""
    if target == "decimal":
        return str(value)
    return f"{decimal_text(value * 100)}%" if "of a" in target else decimal_text(value)


def _solved_conversion(value: Fraction, target: str) -> tuple[str, list[str]]:
    decimal = decimal_text(value)
    size = 10 ** (len(decimal) - decimal.index(".") - 1)
    over_power = f"{value * size}/{size}"
    if target == "decimal":
        return decimal, equation_steps(value, over_power, decimal)
    if target == "percentage":
        percent = decimal_text(value * 100)
        return f"{percent}%", [f"{decimal}*100={percent}"]
    given = [] if target == "fraction" else [f"{decimal_text(value * 100)}/100"]
    return str(value), equation_steps(*given, decimal, over_power, value)


def _solved_percentage(rate: Fraction, whole: Fraction, what: str) -> tuple[str, list[str]]:
    percent, part = str(rate * 100), decimal_text(rate * whole)
    if what == "part":
        return part, [f"{percent}/100*{whole}={part}"]
    hundredfold = decimal_text(rate * whole * 100)
    steps = [f"{part}*100={hundredfold}"]
    if what == "rate":
        return f"{percent}%", [*steps, f"{hundredfold}/{whole}={percent}"]
    return str(whole), [*steps, f"{hundredfold}/{percent}={whole}"]
