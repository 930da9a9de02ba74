"""The grader that is a program; it is read and kept, and not run while there is no sandbox."""

from dataclasses import dataclass
from typing import ClassVar, NoReturn

from rethink_gym.errors import argument_error
from rethink_gym.verifiers.graders.grader import Grader, check_text
from rethink_gym.verifiers.graders.template import Context

__all__ = ["PythonGrader"]

MAX_BYTES = 256_000
"""Largest program; as large as the known graders'."""


@dataclass(frozen=True, kw_only=True)
class PythonGrader(Grader):
    """Scores by a program that defines ``grade(sample, item)``.

    Attributes:
        source: The program.
        image_tag: What it is meant to run in; kept.

    Raises:
        ArgumentError: If a field is not what it must be.
    """

    type: ClassVar[str] = "python"
    is_name_needed: ClassVar[bool] = False

    source: str
    image_tag: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(check_text("source", self.source).encode(errors="replace")) >= MAX_BYTES:
            raise argument_error("source", f"below {MAX_BYTES:,} bytes", len(self.source))
        if self.image_tag is not None:
            check_text("image_tag", self.image_tag)

    def check_ready(self) -> NoReturn:
        """Refuse: a program runs in a sandbox or not at all.

        Raises:
            ArgumentError: Always, as this version has no sandbox.
        """
        raise argument_error(
            "grader",
            "of a type that runs no program, as this version has no sandbox to run it in",
            self.type,
            "What it computes may be said by string_check, text_similarity, math and multi.",
        )

    def judge_context(self, context: Context) -> NoReturn:
        """Refuse, as `check_ready` does."""
        self.check_ready()
