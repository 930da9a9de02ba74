"""The environments that `gym.make` and `gym.make_vec` know."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym

from rethink_gym.envs import making

__all__ = ["register_envs", "register_task"]

_PROTOCOLS: Mapping[str, Mapping[str, Any]] = {
    "": {},
    "SelfCorrect": {"max_attempts": 2, "reward": "per_attempt"},
}
"""The options that a protocol sets; the caller may override each of them."""

_SUBJECTS = {
    "CRUXEval": "cruxeval:CRUXEval",
    "Code": "code:Code",
    "GSM8K": "gsm8k:GSM8K",
    "HumanEval": "humaneval:HumanEval",
    "MBPP": "mbpp:MBPP",
    "Math": "math:MathMix",
}
"""Which class below `rethink_gym.envs.tasks` a subject is."""


def register_envs() -> None:
    """Register every subject with every protocol, such as ``MathSelfCorrect-v0``."""
    for subject, task in _SUBJECTS.items():
        register_task(subject, f"rethink_gym.envs.tasks.{task}")


def register_task(subject: str, task: str) -> None:
    """Register a task with every protocol: ``<subject>-v0``, ``<subject>SelfCorrect-v0``.

    An id that is registered already stays as it is.

    Args:
        subject: What the ids begin with, such as ``"Capitals"``.
        task: Where the class of the task is, such as ``"my_package.capitals:Capitals"``.
            It is imported when the first environment is made, so worker processes find
            it too. Its arguments become arguments of the environment.
    """
    for protocol, options in _PROTOCOLS.items():
        env_id = f"{subject}{protocol}-v0"
        if env_id not in gym.registry:
            gym.register(
                id=env_id,
                entry_point=f"{making.__name__}:make_env",
                vector_entry_point=f"{making.__name__}:make_vector_env",
                kwargs={"task": task, **options},
            )
