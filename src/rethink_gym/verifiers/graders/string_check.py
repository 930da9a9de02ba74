"""The grader that compares two texts letter by letter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rethink_gym.errors import check_choice
from rethink_gym.verifiers.graders.grader import Grader, Judged, check_text
from rethink_gym.verifiers.graders.template import Context, parse_template

__all__ = ["StringCheck"]

_OPERATIONS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda text, reference: text == reference,
    "ne": lambda text, reference: text != reference,
    "neq": lambda text, reference: text != reference,
    "like": lambda text, reference: reference in text,
    "ilike": lambda text, reference: reference.casefold() in text.casefold(),
}


@dataclass(frozen=True, kw_only=True)
class StringCheck(Grader):
    """Scores 1 if two texts are as they should be to each other, else 0.

    Attributes:
        input: Template of the text, usually ``{{sample.output_text}}``.
        reference: Template of what it is compared with.
        operation: ``eq`` and ``ne`` (also spelled ``neq``): the same, or not, to the
            letter; ``like``: the text contains the reference; ``ilike``: it does so
            when capitals make no difference.

    Raises:
        ArgumentError: If a field is not what it must be.
    """

    type: ClassVar[str] = "string_check"

    input: str
    reference: str
    operation: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text("input", self.input, is_template=True)
        check_text("reference", self.reference, is_template=True)
        check_choice("operation", self.operation, _OPERATIONS)

    def judge_context(self, context: Context) -> Judged:
        """Compare the two texts."""
        text = parse_template(self.input).fill(context)
        reference = parse_template(self.reference).fill(context)
        is_so = _OPERATIONS[self.operation](text, reference)
        return Judged(float(is_so), f"{self.operation} {'holds' if is_so else 'does not hold'}")
