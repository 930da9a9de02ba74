"""What the registered ids call: makes an environment out of a task's name and options."""

import inspect
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

import gymnasium as gym
from gymnasium.vector import AutoresetMode

from rethink_gym.envs.reasoning import ReasoningEnv
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


def make_env(*, task: str, protocol: str = "attempts", **options: Any) -> TextEnv:
    """Make an environment of a task.

    Args:
        task: The class of the task, such as ``"rethink_gym.envs.tasks.math:MathMix"``.
        protocol: ``"attempts"`` for a `ReasoningEnv`, ``"steps"`` for a `StepEnv`.
        **options: Arguments of the task, and those of the environment.

    Returns:
        The environment. Environments of equal arguments share one task, unless it reads
        files.

    Raises:
        ArgumentError: If an option is not known or not what it must be.
    """
    own, shared = _split_options(task, protocol, options)
    return _env_class(protocol)(_build_task(task, own), **shared)


def make_vector_env(
    num_envs: int = 1,
    *,
    task: str,
    protocol: str = "attempts",
    autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    **options: Any,
) -> TextVectorEnv:
    """Make several environments of a task as one; they share the task and the verifier.

    Args:
        num_envs: How many sub-environments to make.
        task: The class of the task, such as ``"rethink_gym.envs.tasks.math:MathMix"``.
        protocol: ``"attempts"`` for a `ReasoningEnv`, ``"steps"`` for a `StepEnv`.
        autoreset_mode: See `TextVectorEnv`.
        **options: Arguments of the task, and those of the environment.

    Returns:
        The vector environment.

    Raises:
        ArgumentError: If an option is not known or not what it must be.
    """
    check_count("num_envs", num_envs)
    own, shared = _split_options(task, protocol, options)
    env_class = _env_class(protocol)
    first = env_class(_build_task(task, own), **shared)
    shared |= first.shared_options
    others = [lambda: env_class(first.task, **shared)] * (num_envs - 1)
    return TextVectorEnv([lambda: first, *others], autoreset_mode=autoreset_mode)


@cache
def env_defaults(protocol: str) -> Mapping[str, object]:
    """Return the arguments of an environment besides its task, with their defaults.

    Args:
        protocol: ``"attempts"`` or ``"steps"``.

    Returns:
        The default of each argument by name.

    Raises:
        ArgumentError: If there is no such protocol.
    """
    parameters = inspect.signature(_env_class(protocol)).parameters.values()
    return {each.name: each.default for each in parameters if each.name != "task"}


@cache
def find_task_class(task: str) -> type[Task]:
    """Return the class of a task by its place.

    Args:
        task: Such as ``"rethink_gym.envs.tasks.math:MathMix"``.

    Returns:
        The class.

    Raises:
        ArgumentError: If there is no such task.
    """
    module, _, name = task.partition(":")
    try:
        found: object = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise argument_error("task", "of the form 'module:Class'", task, f"{error}.") from error
    if not (isinstance(found, type) and issubclass(found, Task)):
        raise argument_error("task", "the place of a class that inherits from Task", task)
    return found


@cache
def task_defaults(task: str) -> Mapping[str, object]:
    """Return the arguments of a task with their defaults.

    Args:
        task: Such as ``"rethink_gym.envs.tasks.math:MathMix"``.

    Returns:
        The default of each argument by name; `inspect.Parameter.empty` if it has none.
    """
    parameters = inspect.signature(find_task_class(task)).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters}


@cache
def _env_class(protocol: str) -> Callable[..., TextEnv]:
    if check_choice("protocol", protocol, ("attempts", "steps")) == "attempts":
        return ReasoningEnv
    # Loaded when first needed: most environments take whole attempts.
    from rethink_gym.envs.steps.env import StepEnv

    return StepEnv


def _split_options(
    task: str, protocol: str, options: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split options into the arguments of the task and those of the environment."""
    own: dict[str, Any] = {}
    shared: dict[str, Any] = {}
    defaults = task_defaults(task)
    others = env_defaults(protocol)
    for name, value in options.items():
        if name in defaults:
            own[name] = value
        else:
            if name not in others:
                check_choice("option", name, (*defaults, *others))
            shared[name] = value
    return own, shared


def _build_task(task: str, arguments: Mapping[str, Any]) -> Task:
    for name, default in task_defaults(task).items():
        if default is inspect.Parameter.empty and name not in arguments:
            raise argument_error(name, "given, as it has no default", None, f"Pass {name}=... .")
    task_class = find_task_class(task)
    if task_class.reads_files:  # what the files hold may have changed
        return task_class(**arguments)
    try:
        # The types are part of the key: level=True must not be taken for level=1.
        return _build_once(task, tuple((name, type(v), v) for name, v in arguments.items()))
    except TypeError:  # an argument cannot be hashed
        return task_class(**arguments)


@lru_cache(maxsize=1024)
def _build_once(task: str, arguments: tuple[tuple[str, type, Any], ...]) -> Task:
    return find_task_class(task)(**{name: value for name, _, value in arguments})


_PROTOCOLS: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "SelfCorrect": {"max_attempts": 2, "reward": "per_attempt"},
}
"""The options that a protocol sets; the caller may override each of them."""

_STEPS: Mapping[str, Mapping[str, Any]] = {
    "Countdown": {"steps": "moves"},
    "GSM8K": {},
    "Math": {},
}
"""The subjects that are also played step by step, and the options that this sets."""

_SUBJECTS = {"MathMix": "Math"}
"""The subjects that are not called as their task is."""


def register_envs() -> None:
    """Register every task with every protocol, such as ``MathSelfCorrect-v0``."""
    for name, home in TASKS.items():
        subject = _SUBJECTS.get(name, name)
        place = f"rethink_gym.envs.tasks.{home}:{name}"
        register_task(subject, place, steps=_STEPS.get(subject))


def register_task(subject: str, task: str, *, steps: Mapping[str, Any] | None = None) -> None:
    """Register a task with every protocol: ``<subject>-v0``, ``<subject>SelfCorrect-v0``.

    An id that is registered already stays as it is.

    Args:
        subject: What the ids begin with, such as ``"Capitals"``.
        task: Where the class of the task is, such as ``"my_package.capitals:Capitals"``.
            It is imported when the first environment is made, so worker processes find
            it too. Its arguments become arguments of the environment.
        steps: Options of `StepEnv`, such as ``{}``, to register ``<subject>Steps-v0``, too.
    """
    protocols = dict(_PROTOCOLS)
    if steps is not None:
        protocols["Steps"] = {"protocol": "steps", **steps}
    for protocol, options in protocols.items():
        env_id = f"{subject}{protocol}-v0"
        if env_id not in gym.registry:
            gym.register(
                id=env_id,
                entry_point=f"{__name__}:make_env",
                vector_entry_point=f"{__name__}:make_vector_env",
                kwargs={"task": task, **options},
                # Ours check actions and the order of calls themselves, and tests check them.
                disable_env_checker=True,
                order_enforce=False,
            )
