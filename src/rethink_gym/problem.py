"""One question with its gold answer."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One question with its gold answer.

    Attributes:
        id: Names the problem among all problems, such as ``"gsm8k/test/17"``.
        prompt: The whole question as the agent reads it, instructions included.
        gold: The right answer, in the notation that the verifier reads.
        solution: A worked reference solution, if there is one.
        item: The row of the data set that the problem was made from, for graders; None
            if there is none.
    """

    id: str
    prompt: str
    gold: str
    solution: str | None = None
    item: Mapping[str, Any] | None = field(default=None, hash=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a problem from what `to_dict` returned."""
        return cls(**data)

    def to_dict(self) -> dict[str, Any]:
        """Return the problem as plain JSON data."""
        return asdict(self)
