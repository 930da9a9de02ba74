"""Systems of linear equations in two or three unknowns."""

import math
from collections.abc import Sequence
from typing import ClassVar, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.number_format import bracketed, sum_text
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_count
from rethink_gym.problem import Solution
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["LinearSystem"]

NAMES = "xyz"

Row: TypeAlias = list[int]
"""The coefficients of an equation, then its right side."""


class LinearSystem(GeneratedTask[list[Row]]):
    """Systems of two or three linear equations with exactly one solution, in integers.

    **Example.** ``Solve 3x+2y=4 and x-y=3 for x and y.`` Answer: ``x=2, y=-1``.

    **Difficulty.** Easiest: two unknowns, ``max_coefficient=1``; hardest: three unknowns,
    ``num_unknowns=3, max_coefficient=20, max_solution=50``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 if the values of all unknowns are correct, by name or in order, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``LinearSystem-v0``, ``LinearSystemSelfCorrect-v0``.

    Args:
        num_unknowns: Number of unknowns and of equations, 2 or 3.
        max_coefficient: Largest absolute value of a coefficient. A coefficient may be 0, but
            every equation has at least two unknowns.
        max_solution: Largest absolute value of an unknown.

    Raises:
        ArgumentError: If ``num_unknowns`` is not 2 or 3, or ``max_coefficient`` or
            ``max_solution`` is less than 1.
    """

    name: ClassVar = "linear_system"

    def __init__(
        self, *, num_unknowns: int = 2, max_coefficient: int = 5, max_solution: int = 9
    ) -> None:
        if check_count("num_unknowns", num_unknowns, 2) > len(NAMES):
            raise argument_error("num_unknowns", "2 or 3", num_unknowns)
        self.num_unknowns = num_unknowns
        self.max_coefficient = check_count("max_coefficient", max_coefficient)
        self.max_solution = check_count("max_solution", max_solution)

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "num_unknowns": self.num_unknowns,
            "max_coefficient": self.max_coefficient,
            "max_solution": self.max_solution,
        }

    def draw(self, rng: TaskRNG) -> list[Row]:
        """Draw a solution first, then equations that have no other one."""
        count, size = self.num_unknowns, self.max_coefficient
        shifted = rng.integers(2 * self.max_solution + 1, size=count)
        solution = [number - self.max_solution for number in shifted]
        while True:
            numbers = [number - size for number in rng.integers(2 * size + 1, size=count**2)]
            rows = [numbers[start : start + count] for start in range(0, count**2, count)]
            if all(row.count(0) < count - 1 for row in rows) and _determinant(rows):
                return [[*row, sum(map(int.__mul__, row, solution))] for row in rows]

    def identify(self, question: list[Row]) -> str:
        """Return the numbers of the equations, which is faster than writing the equations."""
        return f"linear system {question}"

    def render_prompt(self, question: list[Row]) -> str:
        """Return a prompt that asks for the unknowns."""
        equations = [_equation_text(row) for row in question]
        names = NAMES[: len(question)]
        form = ", ".join(f"{name}=..." for name in names)
        return (
            f"Solve {_listed(equations)} for {_listed(names)}.\n"
            f"Give the answer in the form {form}\n{ANSWER_FORMAT}"
        )

    def solve(self, question: list[Row]) -> tuple[str, Solution]:
        """Return the values of the unknowns, and a function that writes the elimination."""
        values = _solution(question)
        gold = ", ".join(f"{name}={value}" for name, value in zip(NAMES, values, strict=False))
        return gold, lambda: "\n".join((*_elimination(question), f"A: {gold}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of values by name."""
        return FormVerifier()


def _solution(rows: Sequence[Row]) -> list[int]:
    """Return the values of the unknowns, by Cramer's rule."""
    whole = _determinant([row[:-1] for row in rows])
    return [
        _determinant([[*row[:column], row[-1], *row[column + 1 : -1]] for row in rows]) // whole
        for column in range(len(rows))
    ]


def _elimination(question: list[Row]) -> list[str]:
    """Eliminate one unknown after the other, then substitute back from the last one."""
    count = len(question)
    steps = [_equation_text(row) for row in question]
    rows, pivots = question, []
    for column in range(count):
        pivot = next(row for row in rows if row[column])
        rest = [row for row in rows if row is not pivot]
        rows = [_reduced(row, pivot, column) for row in rest]
        steps += [_equation_text(new) for new, old in zip(rows, rest, strict=True) if new != old]
        pivots.append(pivot)
    values = [0] * count
    for column in range(count - 1, -1, -1):
        pivot = pivots[column]
        # Coefficient and index of the unknowns of this equation whose values are known.
        known = [(pivot[other], other) for other in range(column + 1, count) if pivot[other]]
        right = pivot[-1] - sum(factor * values[other] for factor, other in known)
        if known:
            moved = "".join([_moved_term_text(factor, values[other]) for factor, other in known])
            left = sum_text([(pivot[column], NAMES[column])])
            steps += [f"{left}={pivot[-1]}{moved}", f"{left}={right}"]
        values[column] = right // pivot[column]
        if pivot[column] != 1:
            steps.append(f"{NAMES[column]}={values[column]}")
    return steps


def _determinant(rows: Sequence[Row]) -> int:
    if len(rows) == 2:
        (a, b), (c, d) = rows
        return a * d - b * c
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def _reduced(row: Row, pivot: Row, column: int) -> Row:
    """Eliminate an unknown from an equation by means of another equation."""
    if not row[column]:
        return row
    shared = math.gcd(row[column], pivot[column])
    above, below = pivot[column] // shared, row[column] // shared
    return [above * one - below * other for one, other in zip(row, pivot, strict=True)]


def _equation_text(row: Row) -> str:
    return f"{sum_text(zip(row[:-1], NAMES, strict=False))}={row[-1]}"


def _listed(items: Sequence[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _moved_term_text(factor: int, value: int) -> str:
    """Write a term with its value substituted, moved to the other side."""
    sign, size = "+" if factor < 0 else "-", f"{abs(factor)}*" if abs(factor) > 1 else ""
    return f"{sign}{size}{bracketed(value)}"
