"""The environments that `gym.make` and `gym.make_vec` know."""

from typing import Unpack

import gymnasium as gym
from gymnasium.vector import AutoresetMode

from rethink_gym.envs.options import ReasoningOptions, check_option_names
from rethink_gym.envs.reasoning import ReasoningEnv
from rethink_gym.envs.task import Task
from rethink_gym.envs.tasks.gsm8k import GSM8K
from rethink_gym.envs.tasks.math import MathMix
from rethink_gym.envs.vector import TextVectorEnv
from rethink_gym.errors import check_count

__all__ = ["make_gsm8k", "make_gsm8k_vector", "make_math", "make_math_vector", "register_envs"]

_PROTOCOLS: dict[str, ReasoningOptions] = {
    "": {},
    "SelfCorrect": {"max_attempts": 2, "reward": "per_attempt"},
}
"""The options that a protocol sets; the caller may override each of them."""

_SUBJECTS = {"GSM8K": "make_gsm8k", "Math": "make_math"}
"""The function of this file that makes the environment of a subject; the one with
``_vector`` behind it makes the vector environment."""


def register_envs() -> None:
    """Register every subject with every protocol, such as ``MathSelfCorrect-v0``.

    An id that is registered already stays as it is.
    """
    for subject, maker in _SUBJECTS.items():
        for protocol, options in _PROTOCOLS.items():
            name = f"{subject}{protocol}-v0"
            if name not in gym.registry:
                gym.register(
                    id=name,
                    entry_point=f"{__name__}:{maker}",
                    vector_entry_point=f"{__name__}:{maker}_vector",
                    kwargs=dict(options),
                )


def make_math(*, level: int = 1, **options: Unpack[ReasoningOptions]) -> ReasoningEnv:
    """Make ``Math-v0`` or ``MathSelfCorrect-v0``.

    Args:
        level: Which level of `MathMix` to play, from 1 to 5.
        **options: Passed on to `ReasoningEnv`.

    Returns:
        The environment.

    Raises:
        ArgumentError: If an argument is not what it must be.
    """
    check_option_names(options, "level")
    return ReasoningEnv(MathMix(level), **options)


def make_math_vector(
    num_envs: int = 1,
    *,
    autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    level: int = 1,
    **options: Unpack[ReasoningOptions],
) -> TextVectorEnv:
    """Make several of ``Math-v0`` or ``MathSelfCorrect-v0`` as one.

    Args:
        num_envs: How many sub-environments to make.
        autoreset_mode: See `TextVectorEnv`.
        level: Which level of `MathMix` to play, from 1 to 5.
        **options: Passed on to `ReasoningEnv`.

    Returns:
        The vector environment.

    Raises:
        ArgumentError: If an argument is not what it must be.
    """
    check_option_names(options, "level")
    return _make_vector(MathMix(level), num_envs, autoreset_mode, options)


def make_gsm8k(*, data: str = GSM8K.HUB_NAME, **options: Unpack[ReasoningOptions]) -> ReasoningEnv:
    """Make ``GSM8K-v0`` or ``GSM8KSelfCorrect-v0``.

    Args:
        data: Where the problems lie: a local folder, or a name on the hub; see `GSM8K`.
        **options: Passed on to `ReasoningEnv`.

    Returns:
        The environment.

    Raises:
        ArgumentError: If an argument is not what it must be.
        DataNotFoundError: If there is no such folder or data set.
        HubUnavailableError: If the hub is needed and does not answer.
    """
    check_option_names(options, "data")
    return ReasoningEnv(GSM8K(data), **options)


def make_gsm8k_vector(
    num_envs: int = 1,
    *,
    autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    data: str = GSM8K.HUB_NAME,
    **options: Unpack[ReasoningOptions],
) -> TextVectorEnv:
    """Make several of ``GSM8K-v0`` or ``GSM8KSelfCorrect-v0`` as one.

    Args:
        num_envs: How many sub-environments to make.
        autoreset_mode: See `TextVectorEnv`.
        data: Where the problems lie: a local folder, or a name on the hub; see `GSM8K`.
        **options: Passed on to `ReasoningEnv`.

    Returns:
        The vector environment.

    Raises:
        ArgumentError: If an argument is not what it must be.
        DataNotFoundError: If there is no such folder or data set.
        HubUnavailableError: If the hub is needed and does not answer.
    """
    check_option_names(options, "data")
    return _make_vector(GSM8K(data), num_envs, autoreset_mode, options)


def _make_vector(
    task: Task,
    num_envs: int,
    autoreset_mode: str | AutoresetMode,
    options: ReasoningOptions,
) -> TextVectorEnv:
    """Make a vector environment whose parts share the task and the verifier."""
    check_count("num_envs", num_envs)
    if options.get("verifier") is None:
        options = {**options, "verifier": task.make_verifier()}
    env_fns = [lambda: ReasoningEnv(task, **options)] * num_envs
    return TextVectorEnv(env_fns, autoreset_mode=autoreset_mode)
