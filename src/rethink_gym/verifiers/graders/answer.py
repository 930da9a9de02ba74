"""Graders that call a verifier, an extension of the JSON family: math, steps, code."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from rethink_gym.errors import DataError, argument_error
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure
from rethink_gym.verifiers.graders.grader import Grader, RawScore, check_text
from rethink_gym.verifiers.graders.template import Context, parse_template
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["CodeGrader", "MathGrader", "StepsGrader", "VerifierGrader"]


@dataclass(frozen=True, kw_only=True)
class VerifierGrader(Grader):
    """Scores an answer with the verifier of the same type.

    Attributes:
        input: Template of the answer; ``{{sample.output_text}}`` by default.
        reference: Template of the gold answer.
        solution: Template of a worked reference solution, for verifiers that use one.
        options: Options of the verifier by name.

    Raises:
        ArgumentError: If ``input``, ``reference`` or ``solution`` is not a template, or
            the verifier refuses ``options``.
    """

    is_name_needed: ClassVar[bool] = False

    reference: str
    input: str = "{{sample.output_text}}"
    solution: str | None = None
    options: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        check_text("input", self.input, is_template=True)
        check_text("reference", self.reference, is_template=True)
        if self.solution is not None:
            check_text("solution", self.solution, is_template=True)
        if not isinstance(self.options, Mapping | None):
            raise argument_error("options", "values by name", self.options)
        if "type" in (self.options or {}):
            raise argument_error("options", "the options of the verifier alone", self.options)
        self.verifier  # noqa: B018  # built now, so that a wrong option raises now

    @abstractmethod
    def make_verifier(self) -> Verifier:
        """Build the verifier from ``options``."""

    @cached_property
    def verifier(self) -> Verifier:
        """The verifier."""
        return self.make_verifier()

    def score_context(self, context: Context) -> RawScore:
        """Verify the answer."""
        problem = Problem(
            id="",
            prompt="",
            gold=parse_template(self.reference).fill(context),
            solution=parse_template(self.solution).fill(context) if self.solution else None,
        )
        verdict = self.verifier.verify(parse_template(self.input).fill(context), problem)
        if verdict.reason is Reason.ERROR:
            raise Failure(ErrorKind.OTHER_ERROR, verdict.detail or "the verifier failed")
        words = [verdict.reason.value, verdict.detail] if verdict.detail else [verdict.reason.value]
        return RawScore(verdict.score, "; ".join(words), reason=verdict.reason)


@dataclass(frozen=True, kw_only=True)
class MathGrader(VerifierGrader):
    """Scores the value of a mathematical answer with `MathVerifier`."""

    type: ClassVar[str] = "math"

    def make_verifier(self) -> Verifier:
        """Build the `MathVerifier`."""
        return MathVerifier.from_dict(self.options or {})


@dataclass(frozen=True, kw_only=True)
class StepsGrader(VerifierGrader):
    """Scores a worked solution with `StepVerifier`."""

    type: ClassVar[str] = "steps"

    def make_verifier(self) -> Verifier:
        """Build the `StepVerifier`; its module is imported on first use."""
        from rethink_gym.verifiers.steps import StepVerifier

        return StepVerifier.from_dict(self.options or {})


@dataclass(frozen=True, kw_only=True)
class CodeGrader(VerifierGrader):
    """Scores a program by its tests with `CodeVerifier`.

    The filled ``reference`` is the JSON object that `CodeTests.to_gold` writes. The field of
    the item may be that text or the object itself.
    """

    type: ClassVar[str] = "code"

    def make_verifier(self) -> Verifier:
        """Build the `CodeVerifier`; its module is imported on first use."""
        from rethink_gym.verifiers.code import CodeVerifier

        return CodeVerifier.from_dict(self.options or {})

    def score_context(self, context: Context) -> RawScore:
        """Run the tests."""
        try:
            return super().score_context(context)
        except DataError as error:
            raise Failure(ErrorKind.OTHER_ERROR, str(error)) from error
