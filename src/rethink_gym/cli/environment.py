"""Environments on the command line: their ids, and their arguments as text."""

import difflib
import importlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated

import gymnasium as gym
import typer
from gymnasium.envs.registration import EnvSpec

from rethink_gym._lazy import EXTRAS
from rethink_gym.cli.assignment import split_assignments
from rethink_gym.envs.registry import env_defaults, task_defaults
from rethink_gym.errors import argument_error, check_choice

__all__ = ["EnvOptions", "env_arguments", "near_env_ids", "own_env_ids", "read_env_options"]

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


def near_env_ids(text: str) -> list[str]:
    """Return up to three ids that are similar to a text, the most similar first.

    Args:
        text: An id with a typing error, or a part of one.

    Returns:
        Ids of this package. Case and versions are not compared.
    """
    by_name = {env_id.lower().rpartition("-v")[0]: env_id for env_id in own_env_ids()}
    name = re.sub(r"-v\d*$", "", text.lower())
    return [by_name[each] for each in difflib.get_close_matches(name, by_name)]


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


def read_env_options(
    env_id: str, assignments: Sequence[str], *, option: str = "--env"
) -> dict[str, object]:
    """Parse arguments of an environment, such as ``level=2``, and check the environment.

    Args:
        env_id: Id of the environment; ``module:id`` imports the module that registers it.
        assignments: The options as the caller wrote them. Values that are JSON (numbers,
            ``true``, ``null``) are parsed as JSON, all others are texts.
        option: Command-line option of the id, for the error message.

    Returns:
        The arguments by name.

    Raises:
        ArgumentError: If there is no such environment or it is not one of texts, an argument
            does not have the form ``name=value``, or the environment has no such argument; the
            message suggests a near miss.
    """
    spec = _find_spec(option, env_id)
    options = split_assignments("-e", assignments)
    if spec.id in own_env_ids():
        for name in options:
            check_choice(f"argument of {env_id}", name, env_arguments(spec.id))
    arguments = {name: _parse_value(text) for name, text in options.items()}
    if spec.id not in own_env_ids():
        _check_foreign_env(option, env_id, arguments)
    return arguments


def _find_spec(option: str, env_id: str) -> EnvSpec:
    """Look up an environment; a module before a colon is imported first."""
    module, _, name = env_id.rpartition(":")
    must_be = "the id of an environment"
    remedy = "`rethink envs` lists the ids."
    if not all(part.isidentifier() for part in module.split(".")):
        name = env_id
    else:
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] in EXTRAS:
                raise
            raise argument_error(option, must_be, env_id, f"{error}. {remedy}") from error
    try:
        return gym.spec(name)
    except gym.error.Error as error:
        near = near_env_ids(name)[:1]
        remedy = f"Did you mean {near[0]!r}? {remedy}" if near else remedy
        raise argument_error(option, must_be, env_id, remedy) from error


def _check_foreign_env(option: str, env_id: str, arguments: Mapping[str, object]) -> None:
    """Check arguments and spaces of an environment of another package, by making it once."""
    try:
        env = gym.make_vec(env_id, num_envs=1, **dict(arguments))  # type: ignore[arg-type]  # any
    except TypeError as error:
        remedy = f"{error}."
        raise argument_error("-e", f"arguments of {env_id}", dict(arguments), remedy) from error
    try:
        spaces = (env.single_observation_space, env.single_action_space)
    finally:
        env.close()
    if any(space.dtype is None or space.dtype.kind != "U" for space in spaces):
        must_be = "a text environment, whose observations and actions are texts"
        raise argument_error(option, must_be, env_id, "`rethink envs` lists some.")


def _parse_value(text: str) -> object:
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return value
