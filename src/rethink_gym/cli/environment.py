"""Environments on the command line: their ids, and their arguments as text."""

import json
from collections.abc import Sequence
from typing import Annotated

import gymnasium as gym
import typer

from rethink_gym.cli.assignment import split_assignments
from rethink_gym.envs.registry import env_defaults, task_defaults
from rethink_gym.errors import check_choice

__all__ = ["EnvOptions", "env_arguments", "own_env_ids", "read_env_options"]

EnvOptions = Annotated[
    list[str] | None,
    typer.Option(
        "-e",
        "--env-option",
        metavar="NAME=VALUE",
        help="Argument of the environment; may be repeated.",
    ),
]
"""Option of every command that plays episodes; `read_env_options` parses it."""

_NOT_AS_TEXT = ("task", "env_class", "verifier", "render_mode")
"""Arguments of environments that the id fixes or that cannot be written as text."""


def own_env_ids() -> list[str]:
    """Return the ids of the environments of this package, sorted."""
    return sorted(
        env_id
        for env_id, spec in gym.registry.items()
        if isinstance(spec.entry_point, str) and spec.entry_point.startswith("rethink_gym.")
    )


def env_arguments(env_id: str) -> dict[str, object]:
    """Return the arguments of an environment that can be written as text.

    Args:
        env_id: One of `own_env_ids`.

    Returns:
        The default of each argument by name; options of the id replace those of the class.
    """
    spec = gym.spec(env_id)
    defaults = env_defaults(spec.kwargs.get("env_class", "ReasoningEnv"))
    arguments = {**task_defaults(spec.kwargs["task"]), **defaults, **spec.kwargs}
    return {name: value for name, value in arguments.items() if name not in _NOT_AS_TEXT}


def read_env_options(env_id: str, assignments: Sequence[str]) -> dict[str, object]:
    """Parse arguments of an environment, such as ``level=2``.

    Args:
        env_id: Id of the environment.
        assignments: The options as the caller wrote them. Values that are JSON (numbers,
            ``true``, ``null``) are parsed as JSON, all others are texts.

    Returns:
        The arguments by name.

    Raises:
        ArgumentError: If one does not have the form ``name=value``, or an environment of
            this package has no such argument; the message suggests a near miss.
        gymnasium.error.Error: If there is no such environment.
    """
    if ":" not in env_id:  # a module before a colon has to be imported first
        gym.spec(env_id)
    options = split_assignments("-e", assignments)
    if env_id in own_env_ids():
        for name in options:
            check_choice(f"argument of {env_id}", name, env_arguments(env_id))
    return {name: _parse_value(text) for name, text in options.items()}


def _parse_value(text: str) -> object:
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return value
