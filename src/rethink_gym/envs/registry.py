"""The environments that `gym.make` and `gym.make_vec` know."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym

from rethink_gym.envs import making
from rethink_gym.envs.tasks import TASKS

__all__ = ["register_envs", "register_task"]

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
                entry_point=f"{making.__name__}:make_env",
                vector_entry_point=f"{making.__name__}:make_vector_env",
                kwargs={"task": task, **options},
                # Ours check actions and the order of calls themselves, and tests check them.
                disable_env_checker=True,
                order_enforce=False,
            )
