"""Modular arithmetic."""

import math
from typing import ClassVar, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import check_choice, check_count
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["ModularArithmetic"]

Question: TypeAlias = tuple[str, int, int, int, int]
"""The kind of question, the modulus, and up to three numbers."""

_KINDS = ("remainder", "power", "inverse", "congruence")


class ModularArithmetic(GeneratedTask[Question]):
    """Remainders of sums, products and powers, inverses, and linear congruences.

    **Example.** ``Find the whole number x from 0 to 6 for which 3x leaves the remainder 5
    when divided by 7.`` Answer: ``4``.

    **Difficulty.** Easiest: ``kind="remainder", max_modulus=5, max_operand=20``; harder
    with larger numbers, such as ``max_modulus=997, max_operand=9999, max_exponent=60``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct integer, fully evaluated, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``ModularArithmetic-v0``, ``ModularArithmeticSelfCorrect-v0``.

    Args:
        kind: ``"remainder"`` (of ``a*b+c``), ``"power"``, ``"inverse"``,
            ``"congruence"``, or ``"mixed"`` for all kinds with equal probability.
        max_modulus: Largest modulus, at least 3; the smallest is 3.
        max_operand: Largest operand of a remainder and largest base of a power, at least 2.
        max_exponent: Largest exponent, at least 2.

    Raises:
        ArgumentError: If ``kind`` is unknown, ``max_modulus`` is less than 3, or
            ``max_operand`` or ``max_exponent`` is less than 2.
    """

    name: ClassVar = "modular_arithmetic"

    def __init__(
        self,
        *,
        kind: str = "mixed",
        max_modulus: int = 20,
        max_operand: int = 99,
        max_exponent: int = 9,
    ) -> None:
        self.kind = check_choice("kind", kind, ("mixed", *_KINDS))
        self.max_modulus = check_count("max_modulus", max_modulus, 3)
        self.max_operand = check_count("max_operand", max_operand, 2)
        self.max_exponent = check_count("max_exponent", max_exponent, 2)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "kind": self.kind,
            "max_modulus": self.max_modulus,
            "max_operand": self.max_operand,
            "max_exponent": self.max_exponent,
        }

    def draw(self, rng: TaskRNG) -> Question:
        """Draw the numbers of one question."""
        kind = rng.choice(_KINDS) if self.kind == "mixed" else self.kind
        modulus = rng.randint(3, self.max_modulus)
        match kind:
            case "remainder":
                a, b, c = [rng.randint(2, self.max_operand) for _ in range(3)]
                return kind, modulus, a, b, c
            case "power":
                base = rng.randint(2, self.max_operand)
                return kind, modulus, base, rng.randint(2, self.max_exponent), 0
            case _:
                factor = rng.randint(2, modulus - 1)
                while math.gcd(factor, modulus) > 1:
                    factor = rng.randint(2, modulus - 1)
                right = 1 if kind == "inverse" else rng.randint(2, modulus - 1)
                return kind, modulus, factor, right, 0

    def render_prompt(self, question: Question) -> str:
        """Return a prompt that asks for the number."""
        kind, modulus, a, b, c = question
        match kind:
            case "remainder":
                text = f"Find the remainder when {a}*{b}+{c} is divided by {modulus}."
            case "power":
                text = f"Find the remainder when {a}^{b} is divided by {modulus}."
            case "inverse":
                text = (
                    f"Find the whole number from 1 to {modulus - 1} that is the inverse of {a} "
                    f"modulo {modulus}."
                )
            case _:
                text = (
                    f"Find the whole number x from 0 to {modulus - 1} for which {a}x leaves "
                    f"the remainder {b} when divided by {modulus}."
                )
        return f"{text}\n{ANSWER_FORMAT}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return the number, and the steps to it."""
        kind, modulus, a, b, c = question
        match kind:
            case "remainder":
                gold = (a * b + c) % modulus
                steps = [step for number in (a, b, c) for step in _divided(number, modulus)]
                a, b, c = a % modulus, b % modulus, c % modulus
                steps += [f"{a}*{b}+{c}={a * b + c}", *_divided(a * b + c, modulus)]
            case "power":
                gold, steps = _power_steps(a, b, modulus)
            case _:
                gold = pow(a, -1, modulus) * b % modulus
                times = (a * gold - b) // modulus
                steps = [f"{b}+{times}*{modulus}={a * gold}", f"{a * gold}/{a}={gold}"]
        return str(gold), "\n".join((*steps, f"A: {gold}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of evaluated numbers."""
        return FormVerifier()


def _divided(number: int, modulus: int) -> list[str]:
    """Write a number as a multiple of the modulus plus the remainder."""
    if number < modulus:
        return []
    return [f"{number}={number // modulus}*{modulus}+{number % modulus}"]


def _power_steps(base: int, exponent: int, modulus: int) -> tuple[int, list[str]]:
    """Square and multiply, from the most significant bit of the exponent."""
    steps = _divided(base, modulus)
    start = value = base % modulus
    for digit in bin(exponent)[3:]:
        for is_square in (True, False) if digit == "1" else (True,):
            factor = value if is_square else start
            steps += [f"{value}*{factor}={value * factor}", *_divided(value * factor, modulus)]
            value = value * factor % modulus
    return value, steps
