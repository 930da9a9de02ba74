"""Environment ids, and the factories that Gymnasium calls for them.

An id is a subject and a protocol: ``CountdownSelfCorrect-v0`` plays the task `Countdown`
with the options of the protocol ``SelfCorrect``. All ids share the two factories
`make_env` and `make_vector_env`.
"""

import inspect
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

import gymnasium as gym
from gymnasium.vector import AutoresetMode

from rethink_gym.envs.reasoning import ReasoningEnv
from rethink_gym.envs.steps.env import StepEnv
from rethink_gym.envs.tasks import TASKS
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.envs.text_env import TextEnv
from rethink_gym.envs.vector.env import TextVectorEnv
from rethink_gym.errors import argument_error, check_choice, check_count

__all__ = [
    "env_defaults",
    "find_task_class",
    "make_env",
    "make_vector_env",
    "register_envs",
    "register_task",
    "task_defaults",
]

_ENV_CLASSES: Mapping[str, type[ReasoningEnv | StepEnv]] = {
    "ReasoningEnv": ReasoningEnv,
    "StepEnv": StepEnv,
}

_PROTOCOLS: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "SelfCorrect": {"max_attempts": 2, "reward": "per_attempt"},
}
"""Default options of each protocol that every subject has; the caller may override them."""

_STEPS_PROTOCOL = "Steps"

_STEP_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "Countdown": {"steps": "moves"},
    "GSM8K": {},
    "Math": {},
}
"""Subjects that also have the protocol ``Steps``, and their options of `StepEnv`."""

_SUBJECTS = {"MathMix": "Math"}
"""Subjects whose name differs from the class of their task."""


def register_envs() -> None:
    """Register every task with every protocol, such as ``MathSelfCorrect-v0``."""
    for name, home in TASKS.items():
        subject = _SUBJECTS.get(name, name)
        task = f"rethink_gym.envs.tasks.{home}:{name}"
        register_task(subject, task, steps=_STEP_OPTIONS.get(subject))


def register_task(subject: str, task: str, *, steps: Mapping[str, Any] | None = None) -> None:
    """Register a task with every protocol: ``<subject>-v0``, ``<subject>SelfCorrect-v0``.

    An id that is registered already is not changed.

    Args:
        subject: First part of the ids, such as ``"Capitals"``.
        task: Import path of the class, such as ``"my_package.capitals:Capitals"``. It is
            imported when the first environment is made, so worker processes find it,
            too. Its arguments become arguments of the environment.
        steps: Options of `StepEnv`, such as ``{}``, to register ``<subject>Steps-v0``, too.
    """
    protocols = dict(_PROTOCOLS)
    if steps is not None:
        protocols[_STEPS_PROTOCOL] = {"env_class": "StepEnv", **steps}
    for protocol, options in protocols.items():
        env_id = f"{subject}{protocol}-v0"
        if env_id not in gym.registry:
            gym.register(
                id=env_id,
                entry_point=f"{__name__}:make_env",
                vector_entry_point=f"{__name__}:make_vector_env",
                kwargs={"task": task, **options},
                # TextEnv checks actions and the order of calls itself; check_text_env
                # checks everything else.
                disable_env_checker=True,
                order_enforce=False,
            )


def make_env(*, task: str, env_class: str = "ReasoningEnv", **options: Any) -> TextEnv:
    """Make an environment of a task.

    Args:
        task: Import path of the task, such as ``"rethink_gym.envs.tasks.math:MathMix"``.
        env_class: ``"ReasoningEnv"`` (an action is an attempt) or ``"StepEnv"`` (an action
            is a step).
        **options: Arguments of the task and of the environment.

    Returns:
        The environment. Environments with equal arguments share one task, unless the task
        reads files.

    Raises:
        ArgumentError: If an option is unknown, or its value is not allowed.
    """
    task_options, env_options = _split_options(task, env_class, options)
    return _find_env_class(env_class)(_build_task(task, task_options), **env_options)


def make_vector_env(
    num_envs: int = 1,
    *,
    task: str,
    env_class: str = "ReasoningEnv",
    autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    **options: Any,
) -> TextVectorEnv:
    """Make a vector environment whose sub-environments share the task and the verifier.

    Args:
        num_envs: Number of sub-environments.
        task: Import path of the task, such as ``"rethink_gym.envs.tasks.math:MathMix"``.
        env_class: ``"ReasoningEnv"`` (an action is an attempt) or ``"StepEnv"`` (an action
            is a step).
        autoreset_mode: See `TextVectorEnv`.
        **options: Arguments of the task and of the environment.

    Returns:
        The vector environment.

    Raises:
        ArgumentError: If an option is unknown, or its value is not allowed.
    """
    check_count("num_envs", num_envs)
    task_options, env_options = _split_options(task, env_class, options)
    make = _find_env_class(env_class)
    first = make(_build_task(task, task_options), **env_options)
    env_options |= first.shared_options
    others = [lambda: make(first.task, **env_options)] * (num_envs - 1)
    return TextVectorEnv([lambda: first, *others], autoreset_mode=autoreset_mode)


@cache
def env_defaults(env_class: str) -> Mapping[str, object]:
    """Return the arguments of an environment class besides its task, with their defaults.

    Args:
        env_class: ``"ReasoningEnv"`` or ``"StepEnv"``.

    Returns:
        The default of each argument by name.

    Raises:
        ArgumentError: If ``env_class`` is unknown.
    """
    parameters = inspect.signature(_find_env_class(env_class)).parameters.values()
    return {each.name: each.default for each in parameters if each.name != "task"}


@cache
def task_defaults(task: str) -> Mapping[str, object]:
    """Return the arguments of a task with their defaults.

    Args:
        task: Import path of the task, such as ``"rethink_gym.envs.tasks.math:MathMix"``.

    Returns:
        The default of each argument by name; `inspect.Parameter.empty` without a default.
    """
    parameters = inspect.signature(find_task_class(task)).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters}


@cache
def find_task_class(task: str) -> type[Task]:
    """Import the class of a task.

    Args:
        task: Import path of the task, such as ``"rethink_gym.envs.tasks.math:MathMix"``.

    Returns:
        The class.

    Raises:
        ArgumentError: If the import fails, or the object is not a subclass of `Task`.
    """
    module, _, name = task.partition(":")
    try:
        task_class: object = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise argument_error("task", "of the form 'module:Class'", task, f"{error}.") from error
    if not (isinstance(task_class, type) and issubclass(task_class, Task)):
        raise argument_error("task", "the import path of a class that inherits from Task", task)
    return task_class


def _find_env_class(env_class: str) -> type[ReasoningEnv | StepEnv]:
    return _ENV_CLASSES[check_choice("env_class", env_class, _ENV_CLASSES)]


def _split_options(
    task: str, env_class: str, options: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split options into the arguments of the task and those of the environment."""
    task_options: dict[str, Any] = {}
    env_options: dict[str, Any] = {}
    of_task = task_defaults(task)
    of_env = env_defaults(env_class)
    for name, value in options.items():
        if name in of_task:
            task_options[name] = value
        else:
            if name not in of_env:
                check_choice("option", name, (*of_task, *of_env))  # raises, with a near miss
            env_options[name] = value
    return task_options, env_options


def _build_task(task: str, arguments: Mapping[str, Any]) -> Task:
    for name, default in task_defaults(task).items():
        if default is inspect.Parameter.empty and name not in arguments:
            raise argument_error(name, "given, as it has no default", None, f"Pass {name}=... .")
    task_class = find_task_class(task)
    if task_class.reads_files:  # the files may have changed
        return task_class(**arguments)
    try:
        # The key includes the types, so that level=True is not taken for level=1.
        key = tuple((name, type(value), value) for name, value in arguments.items())
        return _build_shared_task(task, key)
    except TypeError:  # an argument cannot be hashed
        return task_class(**arguments)


@lru_cache(maxsize=1024)
def _build_shared_task(task: str, arguments: tuple[tuple[str, type, Any], ...]) -> Task:
    return find_task_class(task)(**{name: value for name, _, value in arguments})
