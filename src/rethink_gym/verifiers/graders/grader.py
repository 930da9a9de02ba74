"""Base class of the graders: grade samples, convert to and from JSON data."""

import dataclasses
import json
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, cast

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.verdict import Reason
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure, Grade
from rethink_gym.verifiers.graders.template import Context, parse_template

__all__ = ["TOOL", "Grader", "RawScore", "check_number", "check_text"]

Sample = str | Mapping[str, Any]

TOOL = {"is_tool": True}
"""Metadata of a field that holds a tool, such as a judge, and is not part of the JSON data."""

_ROUNDING = 1e-9
"""Rounding tolerance, as a fraction of the range, within which a value is not called clipped."""


@dataclass(frozen=True)
class RawScore:
    """Score in the grader's own range, before it is clipped and scaled to [0, 1].

    Attributes:
        value: The score; None if it is missing.
        detail: Explanation of the score.
        sub_scores: Values of the parts by name.
        errors: Descriptions of the parts' failures by kind.
        reason: Reason of the verifier, for graders that call one.
    """

    value: float | None
    detail: str = ""
    sub_scores: Mapping[str, float | None] = field(default_factory=dict)
    errors: Mapping[ErrorKind, str] = field(default_factory=dict)
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class Grader(ABC):
    """Scores samples; its fields are those of its JSON.

    A subclass implements `score_context`, and `check_ready` if it needs tools or libraries.

    Attributes:
        name: Name of the grader in grades and errors.
        pass_threshold: Minimum value, in the grader's own range, at which a sample passes.
            It does not affect the score.

    Raises:
        ArgumentError: If ``name`` is missing for a type that needs one, or
            ``pass_threshold`` is not a finite number.
    """

    type: ClassVar[str]
    is_name_needed: ClassVar[bool] = True

    name: str = ""
    pass_threshold: float | None = None

    def __post_init__(self) -> None:
        check_text("name", self.name)
        if self.is_name_needed and not self.name:
            raise argument_error(f"name of a {self.type} grader", "a text", self.name)
        if self.pass_threshold is not None:
            check_number("pass_threshold", self.pass_threshold)

    @abstractmethod
    def score_context(self, context: Context) -> RawScore:
        """Score one sample.

        Args:
            context: The item and the sample, as the templates see them.

        Returns:
            The score in the grader's own range.

        Raises:
            Failure: If the score cannot be computed; `grade` returns a grade without score.
        """

    @property
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest value of the grader's own range."""
        return (0.0, 1.0)

    def check_ready(self) -> None:  # noqa: B027  # most types need nothing
        """Check that all requirements of the grader are present; `grade` calls it first.

        Raises:
            MissingExtraError: If a required library is not installed.
            ArgumentError: If a required judge or embedding is missing.
            SandboxError: If the grader needs a sandbox and this system has none.
        """

    def grade(self, sample: Sample, item: Mapping[str, Any]) -> Grade:
        """Grade one sample.

        Args:
            sample: Output of the model: a text, or the namespace ``sample`` with
                ``output_text`` and the other fields that the grader's templates use.
            item: Row of the data set that the sample answers: the namespace ``item``.

        Returns:
            The grade. After a failure, such as a missing variable or an unreadable reply
            of the judge, it has no score but an entry in ``errors``.

        Raises:
            MissingExtraError: If a required library is not installed.
            ArgumentError: If a required judge or embedding is missing, ``sample`` is
                neither a text nor a mapping, or ``item`` is not a mapping.
            SandboxError: If the grader needs a sandbox and this system has none.
        """
        if not isinstance(item, Mapping):
            raise argument_error("item", "values by name", item)
        if isinstance(sample, str):
            sample = {"output_text": sample}
        elif not isinstance(sample, Mapping):
            raise argument_error("sample", "a text, or values by name", sample)
        self.check_ready()
        started = time.perf_counter()
        try:
            raw = self.score_context(Context(item, sample))
        except Failure as failure:
            raw = RawScore(None, failure.detail, errors={failure.kind: failure.detail})
        return self._scaled_grade(raw, time.perf_counter() - started)

    def _scaled_grade(self, raw: RawScore, seconds: float) -> Grade:
        """Clip the score to the grader's range and scale it to [0, 1]."""
        low, high = self.bounds
        value, detail = raw.value, raw.detail
        is_clipped, score = False, None
        if value is not None:
            inside = min(max(value, low), high)
            is_clipped = abs(value - inside) > _ROUNDING * (high - low)
            if is_clipped:
                words = f"{value:g} is clipped to {inside:g}"
                detail = f"{detail}; {words}" if detail else words
            value, score = inside, (inside - low) / (high - low)
        passed = None
        if value is not None and self.pass_threshold is not None:
            passed = value >= self.pass_threshold
        return Grade(
            name=self.name,
            type=self.type,
            score=score,
            value=value,
            passed=passed,
            is_clipped=is_clipped,
            sub_scores=raw.sub_scores,
            errors=raw.errors,
            seconds=seconds,
            detail=detail,
            reason=raw.reason,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, as `grader_from_dict` reads it."""
        data: dict[str, Any] = {"type": self.type}
        for each in dataclasses.fields(self):
            value = getattr(self, each.name)
            if not each.metadata.get("is_tool") and value != each.default:
                data[each.name] = value
        plain: dict[str, Any] = json.loads(json.dumps(data))
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], **tools: Any) -> Self:
        """Build a grader of this type.

        Args:
            data: Fields of the grader by name, as JSON data.
            **tools: The judge and the embedding; types that do not use them ignore them.

        Raises:
            ArgumentError: If a field is unknown, missing or has a value that is not allowed.
        """
        fields = {each.name: each for each in dataclasses.fields(cls)}
        known = [name for name, each in fields.items() if not each.metadata.get("is_tool")]
        values = {name: value for name, value in data.items() if name != "type"}
        for name in values:
            check_choice(f"field of a {cls.type} grader", name, known)
        for name in known:
            if fields[name].default is dataclasses.MISSING and name not in values:
                raise argument_error(f"{cls.type} grader", f"given the field {name!r}", dict(data))
        wanted = {name: tool for name, tool in tools.items() if name in fields}
        return cls(**values, **wanted)


def check_text(name: str, value: object, *, is_template: bool = False) -> str:
    """Check that a field is a text.

    Args:
        name: Name of the field.
        value: Value of the field.
        is_template: Whether the text must also be a valid template.

    Returns:
        The text.

    Raises:
        ArgumentError: If ``value`` is not a text, or not a template.
    """
    if not isinstance(value, str):
        raise argument_error(name, "a text", value)
    if is_template:
        parse_template(value)
    return value


def check_number(name: str, value: object) -> float:
    """Check that a field is a finite number; booleans are refused.

    Args:
        name: Name of the field.
        value: Value of the field.

    Returns:
        The number.

    Raises:
        ArgumentError: If ``value`` is not a finite number.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and abs(cast("float", value)) <= sys.float_info.max:
        return cast("float", value)
    raise argument_error(name, "a finite number", value)
