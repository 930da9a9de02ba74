"""Verifiers: decide whether an answer is correct, and score it."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from rethink_gym.errors import check_choice
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["MathVerifier", "Verifier", "verifier_from_dict"]

# Imported on first use: an environment of numbers needs only one of them.
_KINDS = {
    "arguments": ("rethink_gym.verifiers.python_values.arguments", "ArgumentsVerifier"),
    "code": ("rethink_gym.verifiers.code", "CodeVerifier"),
    "countdown": ("rethink_gym.verifiers.puzzles.countdown", "CountdownVerifier"),
    "form": ("rethink_gym.verifiers.math.form", "FormVerifier"),
    "grader": ("rethink_gym.verifiers.graders.verifier", "GraderVerifier"),
    "graph": ("rethink_gym.verifiers.puzzles.graph", "GraphVerifier"),
    "list": ("rethink_gym.verifiers.puzzles.list_verifier", "ListVerifier"),
    "literal": ("rethink_gym.verifiers.python_values.literal", "LiteralVerifier"),
    "logic": ("rethink_gym.verifiers.puzzles.logic", "LogicVerifier"),
    "math": ("rethink_gym.verifiers.math.verifier", "MathVerifier"),
    "similarity": ("rethink_gym.verifiers.similarity", "SimilarityVerifier"),
    "steps": ("rethink_gym.verifiers.steps", "StepVerifier"),
}


def verifier_from_dict(data: Mapping[str, Any]) -> Verifier:
    """Build a verifier of any kind from plain data.

    Args:
        data: The dictionary returned by `Verifier.to_dict`: the kind under ``"type"``, and
            the options of that kind.

    Returns:
        The verifier.

    Raises:
        ArgumentError: If the kind or an option is unknown, or an option has a wrong value.
    """
    module, name = _KINDS[check_choice("type", data.get("type"), _KINDS)]
    verifier: Verifier = getattr(import_module(module), name).from_dict(data)
    return verifier
