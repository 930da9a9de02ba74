"""Text templates with variables such as ``{{ item.answer }}`` and ``{{sample.output_text}}``.

A variable is a path into one of the namespaces ``item`` and ``sample``, such as
``sample.output_tools[0].function.name`` or ``item['two words']``. Templates are a small
subset of Jinja that is safe for untrusted values. A template is filled in a single pass, so
a value is never parsed as a template. A path follows only entries of objects and lists,
never attributes.
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
"""Maximum length of a filled template, and of a sample that is parsed as JSON."""

_VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
_NAMESPACE = re.compile(r"item|sample")
_STEP = re.compile(
    r"""\.([^\s.\[\]'"]+) | \[\s*([0-9]{1,9})\s*\] | \[\s*'([^']*)'\s*\] | \[\s*"([^"]*)"\s*\]""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Path:
    """Path to a value.

    Attributes:
        text: Text of the path in the template.
        namespace: ``"item"`` or ``"sample"``.
        steps: Names of object entries and indices of list entries, from the outside in.
    """

    text: str
    namespace: str
    steps: tuple[str | int, ...]


@dataclass(frozen=True)
class Context:
    """Values of the template variables.

    Attributes:
        item: Row of the data set.
        sample: Output of the model: ``output_text`` and possibly other fields. If
            ``output_json`` is missing, it is parsed from ``output_text`` when needed.
    """

    item: Mapping[str, Any]
    sample: Mapping[str, Any]

    def value(self, path: Path) -> object:
        """Look up the value at a path.

        Args:
            path: The path.

        Returns:
            The value, plain JSON data.

        Raises:
            Failure: If ``path`` does not exist, or starts with ``sample.output_json`` and
                the sample is not JSON.
        """
        value: Any = self.item if path.namespace == "item" else self.sample
        is_json = path.namespace == "sample" and path.steps[0] == "output_json"
        if is_json and "output_json" not in self.sample:
            value = {"output_json": self._output_json()}
        for step in path.steps:
            if not _has_entry(value, step):
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
                ErrorKind.SAMPLE_PARSE_ERROR, f"the sample is not JSON: {error}"
            ) from error


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template.

    Attributes:
        parts: Literal texts, and the paths of the variables between them.
    """

    parts: tuple[str | Path, ...]

    def fill(self, context: Context) -> str:
        """Replace the variables by their values.

        Args:
            context: Values of the variables.

        Returns:
            The text. Values that are texts are inserted unchanged, all others as JSON.

        Raises:
            Failure: If a variable has no value, or the text exceeds `MAX_CHARS`.
        """
        texts = [
            part if isinstance(part, str) else _to_text(context.value(part)) for part in self.parts
        ]
        if sum(map(len, texts)) > MAX_CHARS:
            raise Failure(
                ErrorKind.TRUNCATED_OBSERVATION_ERROR,
                f"a filled template is longer than {MAX_CHARS:,} characters",
            )
        return "".join(texts)


@lru_cache(maxsize=1024)
def parse_template(text: str) -> Template:
    """Parse a template.

    Args:
        text: The template, with any number of variables.

    Returns:
        The parsed template.

    Raises:
        ArgumentError: If a ``{{`` is not closed, or a variable is not a path into ``item``
            or ``sample``.
    """
    parts: list[str | Path] = []
    start = 0
    for variable in _VARIABLE.finditer(text):
        parts += [
            _checked_literal(text[start : variable.start()], text),
            _parse_path(variable[1].strip()),
        ]
        start = variable.end()
    parts.append(_checked_literal(text[start:], text))
    return Template(tuple(part for part in parts if part != ""))


def read_json(text: str) -> object:
    """Parse untrusted JSON.

    Args:
        text: The JSON text.

    Returns:
        The value.

    Raises:
        ValueError: If ``text`` is not JSON, is longer than `MAX_CHARS` or nested too deeply,
            contains NaN or infinity, or repeats a name in an object.
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


def _checked_literal(text: str, template: str) -> str:
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


def _has_entry(value: object, step: str | int) -> bool:
    if isinstance(step, str):
        return isinstance(value, Mapping) and step in value
    return isinstance(value, list | tuple) and step < len(value)


def _to_text(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, TypeError, ValueError) as error:
        raise Failure(
            ErrorKind.INVALID_VARIABLE_ERROR, f"a value is not plain JSON data: {error}"
        ) from error


def _refuse_constant(name: str) -> object:
    raise ValueError(f"it contains {name}")


def _unique_entries(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError("it repeats a name in an object")
    return entries
