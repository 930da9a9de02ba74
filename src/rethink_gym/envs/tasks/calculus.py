"""Derivatives and integrals of sums of simple functions."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.number_format import (
    bracketed,
    evaluation_steps,
    polynomial_text,
    power_text,
    sum_text,
)
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Calculus"]

Term: TypeAlias = tuple[str, int, int]
"""``("x", c, n)`` means ``cx^n``, and ``("sin", c, b)`` means ``c*sin(bx)``; ``cos`` and ``e``
likewise."""

Question: TypeAlias = tuple[str, tuple[Term, ...], tuple[int, int]]
"""The kind of question, the terms of the function, and the bounds of a definite integral."""

_KINDS = ("derivative", "antiderivative", "integral")
_FUNCTIONS = ("sin", "cos", "e")


class Calculus(GeneratedTask[Question]):
    """Derivatives, antiderivatives and definite integrals, all with integer coefficients.

    Functions are sums of powers. With ``functions``, derivatives and antiderivatives also
    have terms in sin, cos and exp, and some questions ask for the derivative of a product.

    **Example.** ``Find an antiderivative of 6x^2-4x+5.`` Answer: ``2x^3-2x^2+5x+C``.

    **Difficulty.** Easiest: ``kind="derivative", num_terms=1, max_exponent=2``; harder
    with more terms, larger numbers and other functions: ``num_terms=5, max_exponent=6,
    max_coefficient=30, max_bound=5, functions=True``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct function or number, fully evaluated, else 0. Every
    antiderivative is accepted, with or without a constant.

    **Termination.** After the last attempt.

    **Ids.** ``Calculus-v0``, ``CalculusSelfCorrect-v0``.

    Args:
        kind: ``"derivative"``, ``"antiderivative"``, ``"integral"`` (definite), or
            ``"mixed"`` for all kinds with equal probability.
        num_terms: Maximum number of terms of a function. A linear function whose derivative
            is asked for has a square in addition.
        max_exponent: Largest exponent of ``x``, at least 2. It bounds the antiderivative
            if an integral is asked for, otherwise the function itself.
        max_coefficient: Largest absolute value of a coefficient of the same function.
        max_bound: Largest absolute value of a bound of a definite integral.
        functions: Whether functions have terms in sin, cos and exp.

    Raises:
        ArgumentError: If ``kind`` is unknown, ``max_exponent`` is less than 2, ``functions``
            is not a bool, or another number is less than 1.
    """

    name: ClassVar = "calculus"

    def __init__(
        self,
        *,
        kind: str = "mixed",
        num_terms: int = 3,
        max_exponent: int = 3,
        max_coefficient: int = 9,
        max_bound: int = 3,
        functions: bool = False,
    ) -> None:
        self.kind = check_choice("kind", kind, ("mixed", *_KINDS))
        self.num_terms = check_count("num_terms", num_terms)
        self.max_exponent = check_count("max_exponent", max_exponent, 2)
        self.max_coefficient = check_count("max_coefficient", max_coefficient)
        self.max_bound = check_count("max_bound", max_bound)
        if not isinstance(functions, bool):
            raise argument_error("functions", "True or False", functions)
        self.functions = functions

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "kind": self.kind,
            "num_terms": self.num_terms,
            "max_exponent": self.max_exponent,
            "max_coefficient": self.max_coefficient,
            "max_bound": self.max_bound,
            "functions": self.functions,
        }

    def draw(self, rng: TaskRNG) -> Question:
        """Draw the function to differentiate, or the antiderivative to find."""
        kind = rng.choice(_KINDS) if self.kind == "mixed" else self.kind
        has_functions = self.functions and kind != "integral"
        if has_functions and kind == "derivative" and rng.randint(1, 3) == 1:
            factors = (self._draw_power(rng, 1), self._draw_function(rng, 1))
            return "product", factors, (0, 0)
        low = 0 if kind == "derivative" else 1
        chosen: dict[tuple[str, int], Term] = {}  # one term for each power and function
        for _ in range(rng.randint(1, self.num_terms)):
            if has_functions and rng.randint(0, 1):
                term = self._draw_function(rng, self.max_coefficient)
            else:
                term = self._draw_power(rng, low)
            chosen[term[0], term[2]] = term
        terms = tuple(sorted(chosen.values(), key=_sort_key))
        if kind == "derivative" and all(name == "x" and number < 2 for name, _, number in terms):
            terms = (("x", rng.randint_nonzero(self.max_coefficient), 2), *terms)
        lower = upper = 0
        if kind == "integral":
            while lower >= upper:
                lower = rng.randint(-self.max_bound, self.max_bound)
                upper = rng.randint(-self.max_bound, self.max_bound)
        return kind, terms, (lower, upper)

    def render_prompt(self, question: Question) -> str:
        """Return a prompt that asks for the derivative or the integral."""
        kind, terms, (lower, upper) = question
        match kind:
            case "product":
                text = f"Find the derivative of {_product_text(terms)}."
            case "derivative":
                form = " in expanded form" if all(name == "x" for name, _, _ in terms) else ""
                text = f"Find the derivative of {_function_text(terms)}{form}."
            case "antiderivative":
                text = f"Find an antiderivative of {_function_text(map(_derived, terms))}."
            case _:
                shown = _function_text(map(_derived, terms))
                text = f"Find the integral of {shown} from x={lower} to x={upper}."
        return f"{text}\n{ANSWER_FORMAT}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return the derivative or integral, and the steps to it."""
        kind, terms, bounds = question
        match kind:
            case "product":
                gold, steps = _solved_product(*terms)
            case "derivative":
                derived = [_derived(term) for term in terms]
                gold = _function_text(derived)
                steps = [
                    f"The derivative of {_function_text([term])} is {_function_text([after])}."
                    for term, after in zip(terms, derived, strict=True)
                ]
            case "antiderivative":
                gold = f"{_function_text(terms)}+C"
                steps = [
                    f"An antiderivative of {_function_text([derived])} is {_function_text([term])}."
                    for term, derived in zip(terms, map(_derived, terms), strict=True)
                ]
            case _:
                gold, steps = _solved_integral(terms, *bounds)
        return gold, "\n".join((*steps, f"A: {gold}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of evaluated functions and numbers."""
        return FormVerifier()

    def _draw_power(self, rng: TaskRNG, low: int) -> Term:
        exponent = rng.randint(low, self.max_exponent)
        return "x", rng.randint_nonzero(self.max_coefficient), exponent

    def _draw_function(self, rng: TaskRNG, size: int) -> Term:
        name = rng.choice(_FUNCTIONS)
        return name, rng.randint_nonzero(size), rng.randint(1, self.max_exponent)


def _sort_key(term: Term) -> tuple[int, int]:
    """Return the key that sorts the terms of a sum: powers first, from high to low."""
    name, _, number = term
    return (0, -number) if name == "x" else (1 + _FUNCTIONS.index(name), number)


def _power_or_function(name: str, number: int) -> str:
    """Write ``x^n``, ``sin(bx)``, ``cos(bx)`` or ``e^(bx)``, where ``number`` is n or b."""
    if name == "x":
        return power_text(number)
    inner = sum_text([(number, "x")])
    if name == "e":
        return f"e^{inner}" if number == 1 else f"e^({inner})"
    return f"{name}({inner})"


def _function_text(terms: Iterable[Term]) -> str:
    return sum_text((factor, _power_or_function(name, number)) for name, factor, number in terms)


def _derived(term: Term) -> Term:
    name, factor, number = term
    match name:
        case "x":
            return name, factor * number, max(number - 1, 0)
        case "sin":
            return "cos", factor * number, number
        case "cos":
            return "sin", -factor * number, number
        case _:
            return name, factor * number, number


def _product_text(factors: Sequence[Term]) -> str:
    (_, first, exponent), (name, second, number) = factors
    return sum_text([(first * second, _product_of(exponent, _power_or_function(name, number)))])


def _product_of(exponent: int, function: str) -> str:
    return f"{power_text(exponent)}*{function}" if exponent else function


def _solved_product(power: Term, function: Term) -> tuple[str, list[str]]:
    """Apply the product rule; the sign of the function moves to the power."""
    _, factor, exponent = power
    name, sign, number = function
    power, function = ("x", factor * sign, exponent), (name, 1, number)
    (_, above, lowered), (other, inner, _) = _derived(power), _derived(function)
    gold = sum_text(
        [
            (above, _product_of(lowered, _power_or_function(name, number))),
            (factor * sign * inner, _product_of(exponent, _power_or_function(other, number))),
        ]
    )
    return gold, [
        f"The derivative of {_function_text([term])} is {_function_text([_derived(term)])}."
        for term in (power, function)
    ]


def _solved_integral(terms: Sequence[Term], lower: int, upper: int) -> tuple[str, list[str]]:
    coefficients = [0] * (1 + max(number for _, _, number in terms))
    for _, factor, number in terms:
        coefficients[number] = factor
    high, low = [
        sum(factor * point**power for power, factor in enumerate(coefficients))
        for point in (upper, lower)
    ]
    shown = _function_text(map(_derived, terms))
    steps = [f"An antiderivative of {shown} is {polynomial_text(coefficients)}."]
    steps += evaluation_steps(coefficients, upper)
    steps += evaluation_steps(coefficients, lower)
    return str(high - low), [*steps, f"{high}-{bracketed(low)}={high - low}"]
