"""Linear equations in one unknown."""

from fractions import Fraction
from typing import ClassVar, TypeAlias

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.number_format import signed_term, sum_text
from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.base.task import GeneratedTask
from rethink_gym.errors import argument_error, check_count
from rethink_gym.verifiers.math.form import FormVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["LinearEquation"]

Equation: TypeAlias = tuple[int, int, int, int]
"""``(a, b, c, d)`` means ``ax+b=cx+d``."""


class LinearEquation(GeneratedTask[Equation]):
    """Linear equations in one unknown, which is on one side or on both.

    The worked solution moves the unknown to the left: ``3x-x=11-5``, ``2x=6``,
    ``x=6/2``, ``x=3``, ``A: 3``.

    **Example.** ``Solve 3x+5=x+11 for x.`` Answer: ``3``.

    **Difficulty.** Larger numbers, solutions that are fractions and equations with the
    unknown on both sides are harder: from ``max_coefficient=2, max_constant=5,
    max_solution=5`` to ``max_coefficient=99, max_constant=999, max_solution=99,
    max_denominator=12, two_sided=True``.

    **Splits.** train, validation, test: 1,000,000 / 10,000 / 10,000 problems.
    The splits are disjoint: the hash of a question's text decides its split.

    **Reward.** 1 for the correct number, fractions in lowest terms, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``LinearEquation-v0``, ``LinearEquationSelfCorrect-v0``.

    Args:
        max_coefficient: Largest absolute value of a coefficient of ``x``, at least 2.
        max_constant: Largest absolute value of the constant on the left side.
        max_solution: Largest absolute value of the solution, at least 1.
        max_denominator: Largest denominator of a solution, at most ``max_coefficient``; 1
            for integers only.
        two_sided: Whether ``x`` is on both sides.

    Raises:
        ArgumentError: If ``max_coefficient`` is less than 2, ``max_constant`` is less than 0,
            ``max_solution`` is less than 1, or ``max_denominator`` is less than 1 or larger
            than ``max_coefficient``.
    """

    name: ClassVar = "linear_equation"

    def __init__(
        self,
        *,
        max_coefficient: int = 9,
        max_constant: int = 20,
        max_solution: int = 10,
        max_denominator: int = 1,
        two_sided: bool = False,
    ) -> None:
        self.max_coefficient = check_count("max_coefficient", max_coefficient, 2)
        self.max_constant = check_count("max_constant", max_constant, 0)
        self.max_solution = check_count("max_solution", max_solution)
        self.max_denominator = check_count("max_denominator", max_denominator)
        self.two_sided = two_sided
        if max_denominator > max_coefficient:
            raise argument_error(
                "max_denominator", f"at most max_coefficient ({max_coefficient})", max_denominator
            )

    @property
    def arguments(self) -> dict[str, object]:
        """The difficulty arguments by name."""
        return {
            "max_coefficient": self.max_coefficient,
            "max_constant": self.max_constant,
            "max_solution": self.max_solution,
            "max_denominator": self.max_denominator,
            "two_sided": self.two_sided,
        }

    def draw(self, rng: TaskRNG) -> Equation:
        """Draw a solution first, then an equation that has it."""
        denominator = rng.randint(1, self.max_denominator)
        size = self.max_solution * denominator
        solution = Fraction(rng.randint(-size, size), denominator)
        multiple = rng.randint(1, self.max_coefficient // solution.denominator)
        slope = solution.denominator * multiple * rng.choice((1, -1))
        b = rng.randint(-self.max_constant, self.max_constant)
        c = self._draw_right_coefficient(rng, slope) if self.two_sided else 0
        return slope + c, b, c, b + int(slope * solution)

    def render_prompt(self, question: Equation) -> str:
        """Return a prompt that asks for the unknown."""
        a, b, c, d = question
        terms = " Write a fraction in lowest terms." if self.max_denominator > 1 else ""
        return f"Solve {_side_text(a, b)}={_side_text(c, d)} for x.{terms}\n{ANSWER_FORMAT}"

    def solve(self, question: Equation) -> tuple[str, str | None]:
        """Return the solution, and the steps to it."""
        a, b, c, d = question
        slope, constant = a - c, d - b
        solution = Fraction(constant, slope)
        steps = [f"{_side_text(a, 0)}{signed_term(-c, 'x')}={d}{signed_term(-b)}"] if b or c else []
        steps += [f"{_side_text(slope, 0)}={constant}"]
        if slope != 1:
            steps += [f"x={constant}/{f'({slope})' if slope < 0 else slope}"]
            if steps[-1] != f"x={solution}":
                steps += [f"x={solution}"]
        return str(solution), "\n".join((*steps, f"A: {solution}"))

    def make_verifier(self) -> Verifier:
        """Build the verifier of numbers."""
        return FormVerifier()

    def _draw_right_coefficient(self, rng: TaskRNG, slope: int) -> int:
        """Draw the coefficient on the right, so that both are in range and neither is 0."""
        lowest = -self.max_coefficient - min(slope, 0)
        highest = self.max_coefficient - max(slope, 0)
        excluded = [c for c in sorted((0, -slope)) if lowest <= c <= highest]
        coefficient = rng.randint(lowest, highest - len(excluded))
        for c in excluded:
            coefficient += coefficient >= c
        return coefficient


def _side_text(coefficient: int, constant: int) -> str:
    """Write one side of an equation, such as ``-2x+7``, ``x`` or ``0``."""
    return sum_text([(coefficient, "x"), (constant, "")])
