"""Divisors, multiples, prime factors and number bases."""

import math
from typing import ClassVar, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["NumberTheory"]

Question: TypeAlias = tuple[str, int, int]
"""The kind of question, and up to two numbers; in conversions the second is the base."""

_KINDS = ("gcd", "lcm", "factorization", "divisors", "to_base", "from_base")


class NumberTheory(GeneratedTask[Question]):
    """Common divisors and multiples, prime factors, numbers of divisors, and number bases.

    **Example.** ``Write 360 as a product of powers of primes.`` Answer: ``2^3*3^2*5``.

    **Difficulty.** ``max_number`` bounds all numbers: 30 is easy, 10,000 is hard;
    ``max_base=2`` asks for binary numbers only.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct answer, else 0. In a factorization every factor must be
    prime.

    **Termination.** After the last attempt.

    **Ids.** ``NumberTheory-v0``, ``NumberTheorySelfCorrect-v0``.

    Args:
        kind: ``"gcd"``, ``"lcm"``, ``"factorization"``, ``"divisors"``, ``"to_base"``,
            ``"from_base"``, or ``"mixed"`` for all kinds with equal probability.
        max_number: Largest number in a question, at least 12.
        max_base: Largest base other than ten, from 2 to 9.

    Raises:
        ArgumentError: If ``kind`` is unknown, ``max_number`` is less than 12, or ``max_base``
            is not from 2 to 9.
    """

    name: ClassVar = "number_theory"

    def __init__(self, *, kind: str = "mixed", max_number: int = 200, max_base: int = 9) -> None:
        self.kind = check_choice("kind", kind, ("mixed", *_KINDS))
        self.max_number = check_count("max_number", max_number, 12)
        if check_count("max_base", max_base, 2) > 9:
            raise argument_error("max_base", "from 2 to 9", max_base)
        self.max_base = max_base

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {"kind": self.kind, "max_number": self.max_number, "max_base": self.max_base}

    def draw(self, rng: TaskRNG) -> Question:
        """Draw the numbers of one question."""
        kind = rng.choice(_KINDS) if self.kind == "mixed" else self.kind
        match kind:
            case "gcd" | "lcm":
                return kind, *self._draw_pair(rng)
            case "factorization":
                number = rng.randint(4, self.max_number)
                while len(_prime_factors(number)) == 1:
                    number = rng.randint(4, self.max_number)
                return kind, number, 0
            case "divisors":
                return kind, rng.randint(4, self.max_number), 0
            case _:
                base = rng.randint(2, self.max_base)
                return kind, rng.randint(base, self.max_number), base

    def render_prompt(self, question: Question) -> str:
        """Return a prompt that asks for the number or the factors."""
        kind, number, other = question
        match kind:
            case "gcd":
                text = f"Find the greatest common divisor of {number} and {other}."
            case "lcm":
                text = f"Find the least common multiple of {number} and {other}."
            case "factorization":
                text = f"Write {number} as a product of powers of primes."
            case "divisors":
                text = f"How many positive divisors does {number} have?"
            case "to_base":
                text = f"Write {number} in base {other}. Give the digits alone."
            case _:
                digits = _digits_text(number, other)
                text = f"In base {other} a number is written {digits}. Write it in base 10."
        return f"{text}\n{ANSWER_FORMAT}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return the answer, and the steps to it."""
        kind, number, other = question
        match kind:
            case "gcd":
                gold, steps = str(math.gcd(number, other)), _euclid_steps(number, other)
            case "lcm":
                shared, gold = math.gcd(number, other), str(math.lcm(number, other))
                steps = [f"{each}={shared}*{each // shared}" for each in (number, other)]
                steps += [f"{number}*{other // shared}={gold}"]
            case "factorization":
                primes = _prime_factors(number)
                gold, steps = _powers_text(primes), _division_steps(number, primes)
            case "divisors":
                primes = _prime_factors(number)
                counts = [primes.count(prime) + 1 for prime in dict.fromkeys(primes)]
                gold = str(math.prod(counts))
                steps = [f"{number}={_powers_text(primes)}"] if len(primes) > 1 else []
                steps += [f"{'*'.join(f'({count - 1}+1)' for count in counts)}={gold}"]
            case "to_base":
                gold, steps = _digits_text(number, other), _remainder_steps(number, other)
            case _:
                gold, steps = str(number), _horner_steps(number, other)
        return gold, "\n".join((*steps, f"A: {gold}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of numbers and factorizations."""
        return FormVerifier()

    def _draw_pair(self, rng: TaskRNG) -> tuple[int, int]:
        """Draw two numbers that often have a common divisor."""
        shared = rng.randint(1, self.max_number // 6)
        size = self.max_number // shared
        one = other = 0
        while one == other:
            one, other = rng.randint(2, size), rng.randint(2, size)
        return shared * one, shared * other


def _euclid_steps(number: int, other: int) -> list[str]:
    larger, smaller = max(number, other), min(number, other)
    steps = []
    while smaller:
        rest = larger % smaller
        steps.append(f"{larger}={larger // smaller}*{smaller}{f'+{rest}' if rest else ''}")
        larger, smaller = smaller, rest
    return steps


def _prime_factors(number: int) -> list[int]:
    factors, prime = [], 2
    while prime * prime <= number:
        while number % prime == 0:
            factors.append(prime)
            number //= prime
        prime += 1 if prime == 2 else 2
    return [*factors, number] if number > 1 else factors


def _powers_text(primes: list[int]) -> str:
    counts = {prime: primes.count(prime) for prime in primes}
    return "*".join(
        f"{prime}^{count}" if count > 1 else str(prime) for prime, count in counts.items()
    )


def _division_steps(number: int, primes: list[int]) -> list[str]:
    steps = []
    for prime in primes[:-1]:
        steps.append(f"{number}={prime}*{number // prime}")
        number //= prime
    return steps


def _digits_of(number: int, base: int) -> list[int]:
    digits = []
    while number:
        number, digit = divmod(number, base)
        digits.append(digit)
    return digits[::-1]


def _digits_text(number: int, base: int) -> str:
    return "".join(map(str, _digits_of(number, base)))


def _remainder_steps(number: int, base: int) -> list[str]:
    steps = []
    while number:
        steps.append(f"{number}={number // base}*{base}+{number % base}")
        number //= base
    return steps


def _horner_steps(number: int, base: int) -> list[str]:
    digits = _digits_of(number, base)
    steps, value = [], digits[0]
    for digit in digits[1:]:
        steps.append(f"{value}*{base}+{digit}={value * base + digit}")
        value = value * base + digit
    return steps
