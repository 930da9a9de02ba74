"""One question with its gold answer."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import FrozenInstanceError
from typing import Any, NoReturn, Self, TypeAlias

__all__ = ["Problem", "Solution"]

Solution: TypeAlias = str | Callable[[], str] | None
"""A worked solution, a function that writes one, or None without a solution."""


class Problem:
    r"""One question with its gold answer.

    It is immutable, and equal to a problem with equal attributes.

    Attributes:
        id: Unique id of the problem, such as ``"gsm8k/test/17"``.
        prompt: The whole question as the agent reads it, instructions included.
        gold: Reference answer, ground truth, in the notation that the verifier reads.
        item: The row of the data set that the problem was made from, for graders; None
            without one.

    Args:
        id: See the attributes.
        prompt: See the attributes.
        gold: See the attributes.
        solution: A worked reference solution, or a function that writes one. The function
            is called when `solution` is first read: few episodes need the solution, and
            writing it takes longer than everything else.
        item: See the attributes.

    Examples:
        >>> from rethink_gym.problem import Problem
        >>> problem = Problem("sums/0", "Compute 2+2.", gold="4", solution="2+2=4\nA: 4")
        >>> problem.gold
        '4'
        >>> problem == Problem.from_dict(problem.to_dict())
        True
    """

    __slots__ = ("_solution", "gold", "id", "item", "prompt")

    id: str
    prompt: str
    gold: str
    item: Mapping[str, Any] | None
    _solution: Solution

    def __init__(
        self,
        id: str,  # noqa: A002  # the name of the attribute
        prompt: str,
        gold: str,
        solution: Solution = None,
        item: Mapping[str, Any] | None = None,
    ) -> None:
        _set_id(self, id)
        _set_prompt(self, prompt)
        _set_gold(self, gold)
        _set_solution(self, solution)
        _set_item(self, item)

    @property
    def solution(self) -> str | None:
        """The worked reference solution; None without one."""
        solution = self._solution
        if callable(solution):
            solution = solution()
            _set_solution(self, solution)
        return solution

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a problem from the data that `to_dict` returned."""
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        """Return the problem as plain JSON data."""
        return {
            "id": self.id,
            "prompt": self.prompt,
            "gold": self.gold,
            "solution": self.solution,
            "item": deepcopy(self.item),
        }

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Problem):
            return NotImplemented
        return (self.id, self.prompt, self.gold, self.solution, self.item) == (
            *(other.id, other.prompt, other.gold, other.solution, other.item),
        )

    def __hash__(self) -> int:
        return hash((self.id, self.prompt, self.gold))

    def __repr__(self) -> str:
        listed = ", ".join(f"{name}={value!r}" for name, value in self.to_dict().items())
        return f"Problem({listed})"

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), (self.id, self.prompt, self.gold, self.solution, self.item)


# The functions that write the slots. A frozen dataclass would use object.__setattr__, which
# takes twice as long; see `_slot_setters` in verdict.py.
_set_id, _set_prompt, _set_gold, _set_solution, _set_item = (
    vars(Problem)[name].__set__ for name in ("id", "prompt", "gold", "_solution", "item")
)
