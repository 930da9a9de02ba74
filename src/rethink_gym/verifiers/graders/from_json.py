"""Build graders from their JSON."""

import json
from collections.abc import Mapping
from typing import Any

from rethink_gym.errors import argument_error, check_choice
from rethink_gym.verifiers.graders.answer import CodeGrader, MathGrader, StepsGrader
from rethink_gym.verifiers.graders.grader import Grader
from rethink_gym.verifiers.graders.judge import Judge
from rethink_gym.verifiers.graders.model import LabelModel, ScoreModel
from rethink_gym.verifiers.graders.multi import Multi
from rethink_gym.verifiers.graders.python import PythonGrader
from rethink_gym.verifiers.graders.similarity import Embed, TextSimilarity
from rethink_gym.verifiers.graders.string_check import StringCheck

__all__ = ["grader_from_dict"]

_TYPES: dict[str, type[Grader]] = {
    grader.type: grader
    for grader in (
        StringCheck,
        TextSimilarity,
        ScoreModel,
        LabelModel,
        PythonGrader,
        Multi,
        MathGrader,
        StepsGrader,
        CodeGrader,
    )
}


def grader_from_dict(
    data: Mapping[str, Any], *, judge: Judge | None = None, embed: Embed | None = None
) -> Grader:
    """Build a grader from plain data.

    Args:
        data: JSON of the grader: its type under ``"type"``, then its fields. Besides the
            types of the JSON family there are ``math``, ``steps`` and ``code``.
        judge: Language model for ``score_model`` and ``label_model``: a policy, a function
            from the prompt to the reply, a function of ``messages``, or a mapping from
            model names to these.
        embed: Function from texts to embedding vectors, for the metric ``cosine``.

    Returns:
        The grader. Missing requirements, such as a judge or a library, raise only in
        `Grader.check_ready`, so that every configuration can be read and written.

    Raises:
        ArgumentError: If the type or a field is unknown, or a field is missing or has a
            value that is not allowed.

    Examples:
        >>> from rethink_gym.verifiers.graders import grader_from_dict
        >>> grader = grader_from_dict({
        ...     "type": "string_check",
        ...     "name": "exact",
        ...     "input": "{{sample.output_text}}",
        ...     "reference": "{{item.answer}}",
        ...     "operation": "eq",
        ... })
        >>> grader.grade("4", {"answer": "4"}).score
        1.0
    """
    try:
        plain = json.loads(json.dumps(data, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise argument_error("grader", "plain JSON data", data, f"{error}.") from error
    return _build(plain, {"judge": judge, "embed": embed})


def _build(data: object, tools: Mapping[str, Any]) -> Grader:
    if not isinstance(data, dict):
        raise argument_error("grader", "fields by name", data)
    kind = data.get("type")
    grader_class = _TYPES[check_choice("type", kind, _TYPES)]
    if grader_class is Multi and "graders" in data:
        data = {**data, "graders": _build_parts(data["graders"], tools)}
    return grader_class.from_dict(data, **tools)


def _build_parts(
    graders: object, tools: Mapping[str, Any]
) -> Grader | tuple[Grader, ...] | dict[str, Grader]:
    """Build the parts of a multi grader, keeping the layout of ``graders``."""
    if isinstance(graders, dict):
        if isinstance(graders.get("type"), str):  # a single grader, as in the schema
            return _build_part(graders, tools)
        return {name: _build_part(part, tools) for name, part in graders.items()}
    if isinstance(graders, list):
        return tuple(_build_part(part, tools) for part in graders)
    raise argument_error("graders", "graders by name, or a list of graders", graders)


def _build_part(data: object, tools: Mapping[str, Any]) -> Grader:
    if isinstance(data, dict) and data.get("type") == Multi.type:
        raise argument_error("graders", "graders that are not multi graders", data)
    return _build(data, tools)
