"""Chains of whole numbers to add, subtract and multiply."""

from collections.abc import Sequence
from functools import lru_cache
from operator import mul
from typing import ClassVar, NamedTuple, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_count
from rethink_gym.problem import Solution
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Arithmetic", "evaluate_chain"]

Chain: TypeAlias = tuple[list[int], str]
"""The numbers of a chain, and the operators between them, one fewer."""


class Arithmetic(GeneratedTask[Chain]):
    """Chains of whole numbers to add, subtract and multiply.

    The worked solution performs one operation per step, products first: ``5+5=10``,
    ``10-8=2``, ``2-7=-5``, ``-5+3=-2``, ``A: -2``.

    **Example.** ``Compute 5+5-8-7+3.`` Answer: ``-2``.

    **Difficulty.** Longer chains, larger numbers and products are harder: from
    ``min_terms=2, max_terms=2, max_operand=5`` to ``min_terms=10, max_terms=20,
    max_operand=999, operators="+-*"``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct integer, fully evaluated, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``Arithmetic-v0``, ``ArithmeticSelfCorrect-v0``.

    Args:
        min_terms: Minimum number of numbers in a chain, at least 2.
        max_terms: Maximum number of numbers in a chain.
        max_operand: Largest number, at least 1; the smallest is 0.
        operators: The operators to use, out of ``+``, ``-`` and ``*``, such as ``"+-"``.

    Raises:
        ArgumentError: If ``min_terms`` is less than 2, ``max_terms`` is less than
            ``min_terms``, ``max_operand`` is less than 1, or ``operators`` is empty or holds
            another character.
    """

    name: ClassVar = "arithmetic"

    def __init__(
        self,
        *,
        min_terms: int = 5,
        max_terms: int = 9,
        max_operand: int = 9,
        operators: str = "+-",
    ) -> None:
        self.min_terms = check_count("min_terms", min_terms, 2)
        self.max_terms = check_count("max_terms", max_terms, min_terms)
        self.max_operand = check_count("max_operand", max_operand)
        if not operators or set(operators) - set("+-*"):
            raise argument_error("operators", "one or more of '+', '-' and '*'", operators)
        self.operators = operators

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "min_terms": self.min_terms,
            "max_terms": self.max_terms,
            "max_operand": self.max_operand,
            "operators": self.operators,
        }

    def draw(self, rng: TaskRNG) -> Chain:
        """Draw one chain."""
        num_terms = rng.randint(self.min_terms, self.max_terms)
        terms = rng.integers(self.max_operand + 1, size=num_terms)
        return terms, rng.letters(self.operators, size=num_terms - 1)

    def render_prompt(self, question: Chain) -> str:
        """Return a prompt that asks for the value of the chain."""
        terms, operators = question
        return _pattern_of(operators).form % tuple(terms)

    def solve(self, question: Chain) -> tuple[str, Solution]:
        """Return the value of the chain, and a function that writes the steps."""
        terms, operators = question
        return str(_evaluate(terms, operators)), lambda: _explain(terms, operators)

    def make_verifier(self) -> Verifier:
        """Build the verifier of evaluated numbers."""
        return FormVerifier()


def evaluate_chain(terms: Sequence[int], operators: Sequence[str]) -> tuple[list[str], int]:
    """Evaluate a chain operation by operation, products first, from left to right.

    Args:
        terms: The numbers.
        operators: The operators between them, one fewer.

    Returns:
        The steps, each an equation such as ``10-8=2``, and the value.
    """
    steps: list[str] = []
    if "*" in operators:
        terms, operators = _multiply(terms, operators, steps)
    total = terms[0]
    for operator, term in zip(operators, terms[1:], strict=True):
        value = total + term if operator == "+" else total - term
        steps.append(f"{total}{operator}{term}={value}")
        total = value
    return steps, total


class _Pattern(NamedTuple):
    """What all chains with the same operators share.

    Attributes:
        form: The prompt, with ``%d`` for each number.
        signs: 1 for each number that is added, -1 for each that is subtracted; empty if
            the chain has products.
    """

    form: str
    signs: tuple[int, ...]


@lru_cache(maxsize=4096)  # default chains have 496 different sequences of operators
def _pattern_of(operators: str) -> _Pattern:
    form = f"Compute %d{'%d'.join(operators)}%d.\n{ANSWER_FORMAT}"
    if "*" in operators:
        return _Pattern(form, ())
    return _Pattern(form, (1, *(1 if operator == "+" else -1 for operator in operators)))


def _evaluate(terms: Sequence[int], operators: str) -> int:
    """Return the value that `evaluate_chain` returns, without the steps."""
    signs = _pattern_of(operators).signs
    return sum(map(mul, terms, signs)) if signs else evaluate_chain(terms, operators)[1]


def _explain(terms: Sequence[int], operators: Sequence[str]) -> str:
    steps, value = evaluate_chain(terms, operators)
    return "\n".join((*steps, f"A: {value}"))


def _multiply(
    terms: Sequence[int], operators: Sequence[str], steps: list[str]
) -> tuple[list[int], list[str]]:
    """Evaluate the products, append each as a step, and return the sum that is left."""
    values, signs = [terms[0]], []
    for operator, term in zip(operators, terms[1:], strict=True):
        if operator == "*":
            product = values[-1] * term
            steps.append(f"{values[-1]}*{term}={product}")
            values[-1] = product
        else:
            values.append(term)
            signs.append(operator)
    return values, signs
