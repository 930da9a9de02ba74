"""Curriculum: problems become harder after successes, and easier after failures."""

import inspect
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.utils import RecordConstructorArgs
from gymnasium.vector import VectorEnv, VectorWrapper

from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.envs.vector.info import info_of
from rethink_gym.errors import argument_error, check_count

__all__ = ["Curriculum", "VectorCurriculum"]

_Array = npt.NDArray[Any]

if TYPE_CHECKING:
    _VectorWrapper = VectorWrapper[Any, Any, Any, Any, _Array]
else:
    _VectorWrapper = VectorWrapper  # generic since Gymnasium 1.4


class Curriculum(gym.Wrapper[str, str, str, str], RecordConstructorArgs):
    """Change an argument of the task by the recent success rate.

    The values of the argument are levels. The success rate is the fraction of correct
    final answers in the last ``window`` episodes of the current level. If it is at least
    ``raise_at``, the next episode is played one level higher; if it is at most
    ``lower_at``, one level lower. After a change the count starts again. Nothing is
    random: equal seeds and actions give equal problems. The infos have the value of the
    argument as ``difficulty``.

    For a vector environment there is `VectorCurriculum`.

    Args:
        env: An environment with a task, such as a `TextEnv`, in any wrappers.
        argument: The argument of the task to change, such as ``"level"``.
        values: Its values, from the easiest to the hardest.
        window: Number of most recent episodes that the success rate is computed from.
        raise_at: Success rate, in [0, 1], from which the problems become harder.
        lower_at: Success rate, in [0, 1], up to which they become easier.

    Raises:
        ArgumentError: If the task has no such argument or refuses a value, ``values`` is
            empty or changes the verifier, ``window`` is below 1, or not
            ``0 <= lower_at < raise_at <= 1``.

    Examples:
        >>> import gymnasium as gym
        >>> from rethink_gym.envs.wrappers import Curriculum
        >>> env = Curriculum(gym.make("Math-v0"), "level", [1, 2, 3], window=1)
        >>> prompt, info = env.reset(seed=0)
        >>> info["difficulty"]
        1
        >>> step = env.step(f"A: {env.unwrapped.problem.gold}")
        >>> env.reset()[1]["difficulty"]
        2
    """

    def __init__(
        self,
        env: gym.Env[str, str],
        argument: str,
        values: Sequence[Any],
        *,
        window: int = 20,
        raise_at: float = 0.8,
        lower_at: float = 0.3,
    ) -> None:
        RecordConstructorArgs.__init__(
            self,
            argument=argument,
            values=values,
            window=window,
            raise_at=raise_at,
            lower_at=lower_at,
        )
        gym.Wrapper.__init__(self, env)
        inner: Any = env.unwrapped
        self._levels = _Levels(values, window, raise_at, lower_at)
        self._tasks = _tasks_of(inner.task, argument, self._levels.values)
        self._episode_level = 0
        inner.set_task(self._tasks[0])

    @property
    def difficulty(self) -> Any:
        """The value of the argument in the running episode."""
        return self._levels.values[self._episode_level]

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Start an episode at the current level."""
        if self._episode_level != self._levels.current:
            self._episode_level = self._levels.current
            inner: Any = self.env.unwrapped
            inner.set_task(self._tasks[self._episode_level])
        observation, info = self.env.reset(seed=seed, options=options)
        return observation, {**info, "difficulty": self.difficulty}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Step the environment; at the end of an episode, count its success."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        if terminated or truncated:
            self._levels.count(_is_correct(info))
        info = {**info, "difficulty": self.difficulty}
        return observation, float(reward), terminated, truncated, info

    def get_wrapper_state(self) -> dict[str, Any]:
        """Return the level and the recent successes, as plain JSON data."""
        return {**self._levels.get_state(), "episode_level": self._episode_level}

    def set_wrapper_state(self, state: Mapping[str, Any]) -> None:
        """Restore the state that `get_wrapper_state` returned."""
        self._levels.set_state(state)
        self._episode_level = state["episode_level"]
        inner: Any = self.env.unwrapped
        inner.set_task(self._tasks[self._episode_level])


class VectorCurriculum(_VectorWrapper):
    """A `Curriculum` over all sub-environments of a vector environment together.

    They share one level, and the episodes that end are counted in the order of the
    sub-environments. A change holds for the episodes that start after it. In the autoreset
    mode ``"SameStep"``, episodes that started in the same step still have the old level.

    Args:
        env: A `TextVectorEnv`, or another vector environment whose sub-environments have a
            task.
        argument: The argument of the task to change, such as ``"level"``.
        values: Its values, from the easiest to the hardest.
        window: Number of most recent episodes that the success rate is computed from.
        raise_at: Success rate, in [0, 1], from which the problems become harder.
        lower_at: Success rate, in [0, 1], up to which they become easier.

    Raises:
        ArgumentError: For the same reasons as `Curriculum`.
    """

    def __init__(
        self,
        env: VectorEnv[Any, Any, _Array],
        argument: str,
        values: Sequence[Any],
        *,
        window: int = 20,
        raise_at: float = 0.8,
        lower_at: float = 0.3,
    ) -> None:
        super().__init__(env)
        self._vector = cast("Any", env)  # VectorEnv itself has no get_attr and call
        self._levels = _Levels(values, window, raise_at, lower_at)
        self._tasks = _tasks_of(self._vector.get_attr("task")[0], argument, self._levels.values)
        self._vector.call("set_task", self._tasks[0])

    @property
    def difficulty(self) -> Any:
        """The value of the argument in the episodes that start from now on."""
        return self._levels.values[self._levels.current]

    def step(self, actions: Any) -> tuple[Any, _Array, _Array, _Array, dict[str, Any]]:
        """Step the environments; count the success of the episodes that end."""
        step = self.env.step(actions)
        level = self._levels.current
        for ended in np.flatnonzero(step[2] | step[3]):
            info = info_of(step[4], int(ended))
            self._levels.count(_is_correct(info.get("final_info", info)))
        if self._levels.current != level:
            self._vector.call("set_task", self._tasks[self._levels.current])
        return step

    def get_wrapper_state(self) -> dict[str, Any]:
        """Return the level and the recent successes, as plain JSON data."""
        return self._levels.get_state()

    def set_wrapper_state(self, state: Mapping[str, Any]) -> None:
        """Restore the state that `get_wrapper_state` returned."""
        self._levels.set_state(state)
        self._vector.call("set_task", self._tasks[self._levels.current])


class _Levels:
    """The current level, given how the recent episodes ended."""

    def __init__(
        self, values: Sequence[Any], window: int, raise_at: float, lower_at: float
    ) -> None:
        self.values = tuple(values)
        if not self.values:
            raise argument_error("values", "at least one value of the argument", values)
        if not 0 <= lower_at < raise_at <= 1:
            raise argument_error(
                "lower_at and raise_at",
                "numbers with 0 <= lower_at < raise_at <= 1",
                (lower_at, raise_at),
            )
        self.raise_at, self.lower_at = raise_at, lower_at
        self.current = 0
        self.recent: deque[bool] = deque(maxlen=check_count("window", window))

    def count(self, is_correct: bool) -> None:
        self.recent.append(is_correct)
        if len(self.recent) < (self.recent.maxlen or 0):
            return
        success_rate = sum(self.recent) / len(self.recent)
        level = self.current + (success_rate >= self.raise_at) - (success_rate <= self.lower_at)
        if level != self.current and 0 <= level < len(self.values):
            self.current = level
            self.recent.clear()

    def get_state(self) -> dict[str, Any]:
        return {"level": self.current, "recent": list(self.recent)}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.current = state["level"]
        self.recent.clear()
        self.recent.extend(state["recent"])


def _is_correct(info: Mapping[str, Any]) -> bool:
    """Return whether the last verdict of an episode accepted the answer."""
    return bool(info.get("verdict", {}).get("correct", False))


def _tasks_of(task: Task, argument: str, values: Sequence[Any]) -> list[Task]:
    """Build a copy of the task for each value of the argument."""
    names = inspect.signature(type(task)).parameters
    if argument not in names:
        raise argument_error("argument", f"one of the task's arguments, {list(names)}", argument)
    others = {name: getattr(task, name) for name in names if name != argument}
    tasks = [type(task)(**others, **{argument: value}) for value in values]
    verifiers = [each.make_verifier().to_dict() for each in tasks]
    if any(verifier != verifiers[0] for verifier in verifiers):
        raise argument_error(
            "values",
            "such that all tasks have the same verifier",
            values,
            "This argument also changes how answers are verified.",
        )
    return tasks
