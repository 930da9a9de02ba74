"""Polynomials in one variable to expand, factor, evaluate and solve."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import ClassVar, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.number_format import (
    equation_steps,
    evaluation_steps,
    polynomial_text,
    product_text,
)
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Polynomial"]

Linear: TypeAlias = tuple[int, int]
"""``(a, b)`` means ``ax+b``."""

Question: TypeAlias = tuple[str, tuple[Linear, ...], tuple[int, ...], int]
"""The kind of question, the linear factors, the coefficients of a polynomial to evaluate (from
the constant term to the highest power), and the point."""

_KINDS = ("expand", "factor", "evaluate", "roots")


class Polynomial(GeneratedTask[Question]):
    """Polynomials to expand, to factor, to evaluate at a point, and to solve.

    **Example.** ``Factor 2x^2+5x-3 completely over the integers.`` Answer:
    ``(x+3)(2x-1)``.

    **Difficulty.** Easiest: ``kind="evaluate", max_coefficient=3, max_point=2``, or
    products of ``(x+a)(x+b)`` with small ``max_constant``. Hardest: ``max_degree=5,
    max_leading=6, max_constant=20``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct answer in the required form, else 0. An expansion must be
    multiplied out, a factorization must be complete, and all roots are required.

    **Termination.** After the last attempt.

    **Ids.** ``Polynomial-v0``, ``PolynomialSelfCorrect-v0``.

    Args:
        kind: ``"expand"``, ``"factor"``, ``"evaluate"``, ``"roots"``, or ``"mixed"`` for
            all kinds with equal probability.
        max_degree: Largest degree, from 2 to ``2 * max_constant + 1``.
        max_constant: Largest absolute value of the constant in a linear factor, at least 2.
        max_leading: Largest coefficient of ``x`` in a linear factor. With 1, all roots are
            integers.
        max_coefficient: Largest absolute value of a coefficient of a polynomial to evaluate.
        max_point: Largest absolute value of the point at which it is evaluated.

    Raises:
        ArgumentError: If ``kind`` is unknown, ``max_degree`` is less than 2 or more than
            ``2 * max_constant + 1``, ``max_constant`` is less than 2, or another number is
            less than 1.
    """

    name: ClassVar = "polynomial"

    def __init__(
        self,
        *,
        kind: str = "mixed",
        max_degree: int = 2,
        max_constant: int = 9,
        max_leading: int = 1,
        max_coefficient: int = 9,
        max_point: int = 5,
    ) -> None:
        self.kind = check_choice("kind", kind, ("mixed", *_KINDS))
        self.max_degree = check_count("max_degree", max_degree, 2)
        self.max_constant = check_count("max_constant", max_constant, 2)
        if max_degree > 2 * max_constant + 1:
            raise argument_error("max_degree", "at most 2 * max_constant + 1", max_degree)
        self.max_leading = check_count("max_leading", max_leading)
        self.max_coefficient = check_count("max_coefficient", max_coefficient)
        self.max_point = check_count("max_point", max_point)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "kind": self.kind,
            "max_degree": self.max_degree,
            "max_constant": self.max_constant,
            "max_leading": self.max_leading,
            "max_coefficient": self.max_coefficient,
            "max_point": self.max_point,
        }

    def draw(self, rng: TaskRNG) -> Question:
        """Draw the factors or the coefficients of one polynomial."""
        kind = rng.choice(_KINDS) if self.kind == "mixed" else self.kind
        degree = rng.randint(2, self.max_degree)
        if kind == "evaluate":
            size = self.max_coefficient
            coefficients = [rng.randint(-size, size) for _ in range(degree)]
            coefficients.append(rng.randint_nonzero(size))
            return kind, (), tuple(coefficients), rng.randint_nonzero(self.max_point)
        factors = [self._draw_factor(rng) for _ in range(degree)]
        if kind == "roots":
            while len(set(factors)) < degree:
                factors = [self._draw_factor(rng) for _ in range(degree)]
        return kind, tuple(factors), (), 0

    def render_prompt(self, question: Question) -> str:
        """Return a prompt that asks for the polynomial in another form, its value or its roots."""
        kind, factors, coefficients, point = question
        match kind:
            case "expand":
                text = f"Expand {_factored(factors)}."
            case "factor":
                expanded = polynomial_text(_product(factors))
                text = f"Factor {expanded} completely over the integers."
            case "evaluate":
                text = f"Find the value of {polynomial_text(coefficients)} at x={point}."
            case _:
                terms = " Write fractions in lowest terms." if self.max_leading > 1 else ""
                text = (
                    f"Find all solutions of {polynomial_text(_product(factors))}=0. "
                    f"Write them with commas between.{terms}"
                )
        return f"{text}\n{ANSWER_FORMAT}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return the answer, and the steps to it."""
        kind, factors, coefficients, point = question
        match kind:
            case "expand":
                gold = polynomial_text(_product(factors))
                steps = _expansion(factors)
            case "factor":
                gold = _factored(sorted(factors))
                steps = _splitting(sorted(factors))
            case "evaluate":
                value = sum(factor * point**power for power, factor in enumerate(coefficients))
                gold, steps = str(value), evaluation_steps(coefficients, point)
            case _:
                ordered = sorted(factors, key=lambda factor: Fraction(-factor[1], factor[0]))
                roots = [Fraction(-constant, leading) for leading, constant in ordered]
                gold = ", ".join(map(str, roots))
                solved = " or ".join(f"x={root}" for root in roots)
                whole = polynomial_text(_product(factors))
                steps = [f"{whole}=0", f"{_factored(ordered)}=0", solved]
        return gold, "\n".join((*steps, f"A: {gold}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of polynomials in a required form."""
        return FormVerifier()

    def _draw_factor(self, rng: TaskRNG) -> Linear:
        """Draw a linear factor whose coefficients are coprime."""
        while True:
            leading = rng.randint(1, self.max_leading)
            constant = rng.randint(-self.max_constant, self.max_constant)
            if math.gcd(leading, constant) == 1:
                return leading, constant


def _product(factors: Sequence[Linear]) -> list[int]:
    """Return the coefficients of a product, the constant term first."""
    product = [1]
    for leading, constant in factors:
        raised = [0, *[leading * factor for factor in product]]
        for power, factor in enumerate(product):
            raised[power] += constant * factor
        product = raised
    return product


def _factored(factors: Sequence[Linear]) -> str:
    return product_text([polynomial_text((constant, leading)) for leading, constant in factors])


def _expansion(factors: Sequence[Linear]) -> list[str]:
    """Write the steps that multiply one factor after the other."""
    whole = [polynomial_text(_product(factors[:count])) for count in range(len(factors) + 1)]
    return [
        f"{product_text([whole[count], polynomial_text(_product([factor]))])}={whole[count + 1]}"
        for count, factor in enumerate(factors)
        if count
    ]


def _splitting(factors: Sequence[Linear]) -> list[str]:
    """Write the steps that split off one factor after the other."""
    rest = [polynomial_text(_product(factors[count:])) for count in range(len(factors))]
    steps = []
    for count, factor in enumerate(factors[:-1]):
        split = product_text([polynomial_text(_product([factor])), rest[count + 1]])
        steps += equation_steps(rest[count], split)
    return steps
