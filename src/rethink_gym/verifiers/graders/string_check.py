"""Grader that compares two texts character by character."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rethink_gym.errors import check_choice
from rethink_gym.verifiers.graders.grader import Grader, RawScore, check_text
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
    """Scores 1 if a comparison of two texts holds, else 0.

    Attributes:
        input: Template of the text, usually ``{{sample.output_text}}``.
        reference: Template of the reference text.
        operation: ``eq``: the texts are equal; ``ne`` or ``neq``: they differ; ``like``:
            the text contains the reference; ``ilike``: the same, ignoring case.

    Raises:
        ArgumentError: If ``input`` or ``reference`` is not a template, or ``operation`` is
            unknown.
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

    def score_context(self, context: Context) -> RawScore:
        """Compare the two texts."""
        text = parse_template(self.input).fill(context)
        reference = parse_template(self.reference).fill(context)
        holds = _OPERATIONS[self.operation](text, reference)
        return RawScore(float(holds), f"{self.operation} {'holds' if holds else 'does not hold'}")
