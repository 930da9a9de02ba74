"""What every grader does: grade samples, and describe itself as plain JSON data."""

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

__all__ = ["TOOL", "Grader", "Judged", "check_number", "check_text"]

Sample = str | Mapping[str, Any]

TOOL = {"is_tool": True}
"""Metadata of a field that holds a tool, such as a judge: no part of the JSON data."""

_ROUNDING = 1e-9
"""Share of its range by which a value may pass the border without being called clipped."""


@dataclass(frozen=True)
class Judged:
    """What a kind of grader found out.

    Attributes:
        value: The score in the grader's own range; None if it is missing.
        detail: What decided.
        sub_scores: The values of the parts, by name.
        errors: What went wrong with the parts, by kind.
        reason: Why, if a verifier said so.
    """

    value: float | None
    detail: str = ""
    sub_scores: Mapping[str, float | None] = field(default_factory=dict)
    errors: Mapping[ErrorKind, str] = field(default_factory=dict)
    reason: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class Grader(ABC):
    """Scores samples; its fields are those of the known JSON.

    A subclass writes `judge_context`, and `check_ready` if it needs what may be missing.

    Attributes:
        name: Names the grader in grades and errors.
        pass_threshold: Value from which a sample passes; no part of the score.

    Raises:
        ArgumentError: If a field is not what it must be.
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
    def judge_context(self, context: Context) -> Judged:
        """Judge one sample with its item.

        Args:
            context: The two, as templates see them.

        Returns:
            The value in the grader's own range.

        Raises:
            Failure: If there is no value; it becomes a grade without a score.
        """

    @property
    def bounds(self) -> tuple[float, float]:
        """The grader's own range."""
        return (0.0, 1.0)

    def check_ready(self) -> None:  # noqa: B027  # most types need nothing
        """Check that there is all that the grader needs; `grade` does it too.

        Raises:
            MissingExtraError: If a library is not installed.
            ArgumentError: If it needs a judge or an embedding that is not there.
            SandboxError: If it needs a sandbox, and this system has none.
        """

    def grade(self, sample: Sample, item: Mapping[str, Any]) -> Grade:
        """Grade one sample.

        Args:
            sample: What the model said: a text, or the namespace ``sample`` with
                ``output_text`` and whatever else the grader's templates name.
            item: The row of the data that it answers, the namespace ``item``.

        Returns:
            The grade. A failure, such as a value that is not there or a judgement that
            cannot be read, is a grade without a score, and says so.

        Raises:
            MissingExtraError: If a library is not installed.
            ArgumentError: If it needs a judge or an embedding that is not there, or an
                argument is of the wrong type.
            SandboxError: If it needs a sandbox, and this system has none.
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
            judged = self.judge_context(Context(item, sample))
        except Failure as failure:
            judged = Judged(None, failure.detail, errors={failure.kind: failure.detail})
        return self._grade(judged, time.perf_counter() - started)

    def _grade(self, judged: Judged, seconds: float) -> Grade:
        low, high = self.bounds
        value, detail, is_clipped, score = judged.value, judged.detail, False, None
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
            sub_scores=judged.sub_scores,
            errors=judged.errors,
            seconds=seconds,
            detail=detail,
            reason=judged.reason,
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
            data: Its fields by name, plain JSON data.
            **tools: The judge and the embedding, for the types that use them.

        Raises:
            ArgumentError: If a field is unknown, missing or not what it must be.
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
        name: The field.
        value: What the caller gave.
        is_template: Whether it must be a template, too.

    Returns:
        The text.

    Raises:
        ArgumentError: If it is not.
    """
    if not isinstance(value, str):
        raise argument_error(name, "a text", value)
    if is_template:
        parse_template(value)
    return value


def check_number(name: str, value: object) -> float:
    """Check that a field is a finite number; a truth value is none.

    Args:
        name: The field.
        value: What the caller gave.

    Returns:
        The number.

    Raises:
        ArgumentError: If it is not.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and abs(cast("float", value)) <= sys.float_info.max:
        return cast("float", value)
    raise argument_error(name, "a finite number", value)
