"""What the command line knows about environments: which there are, and their arguments."""

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
"""The option of every command that plays; `read_env_options` reads it."""

_NOT_FOR_TEXT = ("task", "protocol", "verifier", "render_mode")


def own_env_ids() -> list[str]:
    """Return the ids of our own environments, sorted."""
    return sorted(
        env_id
        for env_id, spec in gym.registry.items()
        if isinstance(spec.entry_point, str) and spec.entry_point.startswith("rethink_gym.")
    )


def env_arguments(env_id: str) -> dict[str, object]:
    """Return the arguments of one of our environments that can be written as text.

    Args:
        env_id: One of `own_env_ids`.

    Returns:
        The default of each, by name; what the id fixes counts as its default.
    """
    spec = gym.spec(env_id)
    defaults = env_defaults(spec.kwargs.get("protocol", "attempts"))
    return {
        name: value
        for name, value in {**task_defaults(spec.kwargs["task"]), **defaults, **spec.kwargs}.items()
        if name not in _NOT_FOR_TEXT
    }


def read_env_options(env_id: str, assignments: Sequence[str]) -> dict[str, object]:
    """Read arguments of an environment, such as ``level=2``.

    Args:
        env_id: Which environment.
        assignments: What the caller wrote. Values that are JSON are read as such
            (numbers, ``true``, ``null``), all others as texts.

    Returns:
        The arguments by name.

    Raises:
        ArgumentError: If one is not of the form ``name=value``, or our environment
            has no such argument; a near miss is suggested.
        gymnasium.error.Error: If there is no such environment.
    """
    if ":" not in env_id:  # what stands before a colon has to be imported first
        gym.spec(env_id)
    options = split_assignments("-e", assignments)
    if env_id in own_env_ids():
        for name in options:
            check_choice(f"argument of {env_id}", name, env_arguments(env_id))
    return {name: _value(text) for name, text in options.items()}


def _value(text: str) -> object:
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return value
