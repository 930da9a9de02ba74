"""Sequences of numbers that follow a stated rule."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.number_format import bracketed, sum_text
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import check_choice, check_count
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["NumberSequence"]

Question: TypeAlias = tuple[str, tuple[int, ...], int]
"""The family, its numbers, and the position of the term to find, counted from 1.

The numbers are, by family: the first term and the difference (arithmetic); the first term and
the ratio (geometric); the first term, the first difference and the difference of differences
(quadratic); the first two terms and the factors of the two previous terms (recursive).
"""

_KINDS = ("arithmetic", "geometric", "quadratic", "recursive")
_NUM_SHOWN = 4


class NumberSequence(GeneratedTask[Question]):
    """Terms of sequences whose family or rule is stated, so that only one answer is correct.

    **Example.** ``The sequence 3, 7, 11, 15, ... is arithmetic: neighbouring terms have
    the same difference. Find its term number 8.`` Answer: ``31``.

    **Difficulty.** Later terms and larger numbers are harder: from ``max_position=5``, which
    always asks for the next term, to ``max_position=20, max_start=99, max_step=50,
    max_ratio=6``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct integer, fully evaluated, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``NumberSequence-v0``, ``NumberSequenceSelfCorrect-v0``.

    Args:
        kind: ``"arithmetic"``, ``"geometric"``, ``"quadratic"``, ``"recursive"``, or
            ``"mixed"`` for all kinds with equal probability.
        max_start: Largest absolute value of the first term.
        max_step: Largest absolute value of a difference.
        max_ratio: Largest absolute value of a ratio or of a factor of a recursion, at least 2.
        max_position: Largest position of the term to find, counted from 1; at least 5.

    Raises:
        ArgumentError: If ``kind`` is unknown, ``max_start`` or ``max_step`` is less than 1,
            ``max_ratio`` is less than 2, or ``max_position`` is less than 5.
    """

    name: ClassVar = "number_sequence"

    def __init__(
        self,
        *,
        kind: str = "mixed",
        max_start: int = 20,
        max_step: int = 9,
        max_ratio: int = 3,
        max_position: int = 8,
    ) -> None:
        self.kind = check_choice("kind", kind, ("mixed", *_KINDS))
        self.max_start = check_count("max_start", max_start)
        self.max_step = check_count("max_step", max_step)
        self.max_ratio = check_count("max_ratio", max_ratio, 2)
        self.max_position = check_count("max_position", max_position, _NUM_SHOWN + 1)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "kind": self.kind,
            "max_start": self.max_start,
            "max_step": self.max_step,
            "max_ratio": self.max_ratio,
            "max_position": self.max_position,
        }

    def draw(self, rng: TaskRNG) -> Question:
        """Draw the numbers of one sequence."""
        kind = rng.choice(_KINDS) if self.kind == "mixed" else self.kind
        position = rng.randint(_NUM_SHOWN + 1, self.max_position)
        start = rng.randint_nonzero(self.max_start)
        match kind:
            case "arithmetic":
                numbers: tuple[int, ...] = (start, rng.randint_nonzero(self.max_step))
            case "geometric":
                ratio = rng.randint(2, self.max_ratio) * rng.choice((1, -1))
                numbers = (start, ratio)
            case "quadratic":
                first = rng.randint_nonzero(self.max_step)
                numbers = (start, first, rng.randint_nonzero(self.max_step))
            case _:
                other = rng.randint_nonzero(self.max_start)
                factor = rng.randint_nonzero(self.max_ratio)
                numbers = (start, other, factor, rng.randint_nonzero(self.max_ratio))
        return kind, numbers, position

    def render_prompt(self, question: Question) -> str:
        """Return a prompt that asks for a term."""
        kind, numbers, position = question
        if kind == "recursive":
            first, second, factor, other = numbers
            rule = sum_text(((factor, "a(n-1)"), (other, "a(n-2)")))
            text = (
                f"A sequence starts with a(1)={first} and a(2)={second}, and goes on by "
                f"a(n)={rule}. Find a({position})."
            )
        else:
            shown = ", ".join(map(str, _terms(kind, numbers, _NUM_SHOWN)))
            text = f"The sequence {shown}, ... {_FAMILIES[kind]}. Find its term number {position}."
        return f"{text}\n{ANSWER_FORMAT}"

    def solve(self, question: Question) -> tuple[str, str | None]:
        """Return the term, and the steps to it."""
        kind, numbers, position = question
        terms = _terms(kind, numbers, position)
        first, second = terms[:2]
        match kind:
            case "arithmetic":
                step = bracketed(numbers[1])
                steps = [f"{second}-{bracketed(first)}={numbers[1]}"]
                steps += [f"{first}+{position - 1}*{step}={terms[-1]}"]
            case "geometric":
                ratio = bracketed(numbers[1])
                steps = [f"{second}/{bracketed(first)}={numbers[1]}"]
                steps += [f"{first}*{ratio}^{position - 1}={terms[-1]}"]
            case "quadratic":
                steps = _quadratic_steps(terms, numbers[2])
            case _:
                factor, other = numbers[2:]
                sign = "-" if other < 0 else "+"
                steps = [
                    f"{_product_text(factor, one)}{sign}{_product_text(abs(other), before)}={value}"
                    for before, one, value in zip(terms, terms[1:], terms[2:], strict=False)
                ]
        return str(terms[-1]), "\n".join((*steps, f"A: {terms[-1]}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of evaluated numbers."""
        return FormVerifier()


_FAMILIES = {
    "arithmetic": "is arithmetic: neighbouring terms have the same difference",
    "geometric": "is geometric: neighbouring terms have the same ratio",
    "quadratic": "is quadratic: the differences of neighbouring terms grow by the same number",
}


def _terms(kind: str, numbers: Sequence[int], count: int) -> list[int]:
    match kind:
        case "arithmetic":
            return [numbers[0] + index * numbers[1] for index in range(count)]
        case "geometric":
            return [numbers[0] * numbers[1] ** index for index in range(count)]
        case "quadratic":
            first, step, growth = numbers
            indices = range(count)
            return [first + index * step + index * (index - 1) // 2 * growth for index in indices]
        case _:
            terms = list(numbers[:2])
            while len(terms) < count:
                terms.append(numbers[2] * terms[-1] + numbers[3] * terms[-2])
            return terms


def _quadratic_steps(terms: Sequence[int], growth: int) -> list[str]:
    differences = [second - first for first, second in pairwise(terms)]
    steps = [
        f"{terms[index + 1]}-{bracketed(terms[index])}={differences[index]}" for index in range(2)
    ]
    steps.append(f"{differences[1]}-{bracketed(differences[0])}={growth}")
    last = _NUM_SHOWN - 1
    steps.append(f"{terms[last]}-{bracketed(terms[last - 1])}={differences[last - 1]}")
    for index in range(last, len(terms) - 1):
        steps.append(f"{differences[index - 1]}+{bracketed(growth)}={differences[index]}")
        steps.append(f"{terms[index]}+{bracketed(differences[index])}={terms[index + 1]}")
    return steps


def _product_text(factor: int, number: int) -> str:
    return f"{factor}*{bracketed(number)}"
