"""Texts with places to fill, such as ``{{ item.answer }}`` or ``{{sample.output_text}}``.

A place names a value by its way through the two namespaces ``item`` and ``sample``:
``sample.output_tools[0].function.name``, ``item['two words']``. A template is read once
and filled in one pass: what a value holds is never read as a template, and only entries
of objects and of lists are followed, never attributes.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rethink_gym.errors import argument_error
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure

__all__ = ["MAX_CHARS", "Context", "Path", "Template", "parse_template", "read_json"]

MAX_CHARS = 1_000_000
"""Longest text that filling a template gives, and longest sample that is read as JSON."""

_PLACE = re.compile(r"\{\{([^{}]*)\}\}")
_NAMESPACE = re.compile(r"item|sample")
_STEP = re.compile(
    r"""\.([^\s.\[\]'"]+) | \[\s*([0-9]{1,9})\s*\] | \[\s*'([^']*)'\s*\] | \[\s*"([^"]*)"\s*\]""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Path:
    """The way to a value.

    Attributes:
        text: As the template says it.
        namespace: ``"item"`` or ``"sample"``.
        steps: Names of entries, and indices into lists.
    """

    text: str
    namespace: str
    steps: tuple[str | int, ...]


@dataclass(frozen=True)
class Context:
    """The values that templates are filled with.

    Attributes:
        item: One row of the data.
        sample: What the model said: ``output_text``, and whatever else is known of it.
            If it has no ``output_json``, that is read from ``output_text``.
    """

    item: Mapping[str, Any]
    sample: Mapping[str, Any]

    def value(self, path: Path) -> object:
        """Find a value.

        Args:
            path: The way to it.

        Returns:
            The value, plain JSON data.

        Raises:
            Failure: If there is no such value, or ``output_json`` is asked for and the
                sample is no JSON.
        """
        value: Any = self.item if path.namespace == "item" else self.sample
        is_json = path.namespace == "sample" and path.steps[0] == "output_json"
        if is_json and "output_json" not in self.sample:
            value = {"output_json": self._output_json()}
        for step in path.steps:
            if not _has(value, step):
                raise Failure(
                    ErrorKind.INVALID_VARIABLE_ERROR, f"there is no {path.text} (at {step!r})"
                )
            value = value[step]
        return value

    def _output_json(self) -> object:
        text = self.sample.get("output_text")
        try:
            return read_json(text if isinstance(text, str) else "")
        except ValueError as error:
            raise Failure(
                ErrorKind.SAMPLE_PARSE_ERROR, f"the sample is no JSON: {error}"
            ) from error


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places to fill.

    Attributes:
        parts: Literal texts, and the paths of the values between them.
    """

    parts: tuple[str | Path, ...]

    def fill(self, context: Context) -> str:
        """Put the values in.

        Args:
            context: Where the values are found.

        Returns:
            The text. Texts are put in as they are, all other values as JSON.

        Raises:
            Failure: If a value is missing, or the text grows too long.
        """
        texts = [
            part if isinstance(part, str) else _shown(context.value(part)) for part in self.parts
        ]
        if sum(map(len, texts)) > MAX_CHARS:
            raise Failure(
                ErrorKind.TRUNCATED_OBSERVATION_ERROR,
                f"a filled template is longer than {MAX_CHARS:,} characters",
            )
        return "".join(texts)


@lru_cache(maxsize=1024)
def parse_template(text: str) -> Template:
    """Read a template.

    Args:
        text: The template; it may have no places at all.

    Returns:
        The template, ready to be filled.

    Raises:
        ArgumentError: If a place is not closed, or does not name a value of ``item`` or
            ``sample``.
    """
    parts: list[str | Path] = []
    start = 0
    for place in _PLACE.finditer(text):
        parts += [_literal(text[start : place.start()], text), _parse_path(place[1].strip())]
        start = place.end()
    parts.append(_literal(text[start:], text))
    return Template(tuple(part for part in parts if part != ""))


def read_json(text: str) -> object:
    """Read JSON that somebody else wrote.

    Args:
        text: The whole text.

    Returns:
        The value.

    Raises:
        ValueError: If it is no JSON, is longer than `MAX_CHARS` or nested too deeply,
            holds NaN or an infinity, or names an entry of an object twice.
    """
    if len(text) > MAX_CHARS:
        raise ValueError(f"it is longer than {MAX_CHARS:,} characters")
    try:
        value: object = json.loads(
            text, parse_constant=_refuse_constant, object_pairs_hook=_unique_entries
        )
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return value


def _literal(text: str, template: str) -> str:
    if "{{" in text:
        raise argument_error(
            "template", "a text in which each {{ is closed by }}", template, "Example: {{item.x}}."
        )
    return text


def _parse_path(text: str) -> Path:
    namespace = _NAMESPACE.match(text)
    position = namespace.end() if namespace else 0
    steps: list[str | int] = []
    while namespace and (step := _STEP.match(text, position)):
        name, index, single, double = step.groups()
        steps.append(
            int(index) if index else next(s for s in (name, single, double) if s is not None)
        )
        position = step.end()
    if namespace is None or not steps or position < len(text):
        raise argument_error(
            "template variable",
            "a path into item or sample, such as item.answer or sample.output_tools[0].name",
            text,
        )
    return Path(text, namespace[0], tuple(steps))


def _has(value: object, step: str | int) -> bool:
    if isinstance(step, str):
        return isinstance(value, Mapping) and step in value
    return isinstance(value, list | tuple) and step < len(value)


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, TypeError, ValueError) as error:
        raise Failure(
            ErrorKind.INVALID_VARIABLE_ERROR, f"a value is no plain JSON data: {error}"
        ) from error


def _refuse_constant(name: str) -> object:
    raise ValueError(f"it holds {name}")


def _unique_entries(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError("it names an entry twice")
    return entries
