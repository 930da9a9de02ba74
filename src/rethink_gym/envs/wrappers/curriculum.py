"""Problems that become harder as they are solved, and easier as they are not."""

import inspect
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, cast

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


class Curriculum(gym.Wrapper[str, str, str, str], RecordConstructorArgs):
    """Moves an argument of the task by recent success.

    The values of the argument are a ladder. When of the last ``window`` episodes at a
    rung at least the share ``raise_at`` ended with a right answer, the next episode is
    played one rung higher; when at most the share ``lower_at`` did, one lower. After a
    move the count begins anew. Nothing is left to chance: equal seeds and actions give
    equal problems. What the argument is in an episode stands in the infos as
    ``difficulty``.

    For a vector environment there is `VectorCurriculum`.

    Args:
        env: One of our environments, in any wrappers.
        argument: Which argument of the task to move, such as ``"level"``.
        values: Its values, from the easiest to the hardest.
        window: How many episodes count.
        raise_at: The share of right episodes from which it becomes harder.
        lower_at: The share up to which it becomes easier.

    Raises:
        ArgumentError: If the task has no such argument or value, or an argument is not
            what it must be.
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
        self._ladder = _Ladder(values, window, raise_at, lower_at)
        self._tasks = _tasks_of(inner.task, argument, self._ladder.values)
        self._place = 0
        inner.set_task(self._tasks[0])

    @property
    def difficulty(self) -> Any:
        """The value of the argument in the episode that runs."""
        return self._ladder.values[self._place]

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Begin an episode, as hard as the ones before suggest."""
        if self._place != self._ladder.place:
            self._place = self._ladder.place
            inner: Any = self.env.unwrapped
            inner.set_task(self._tasks[self._place])
        observation, info = self.env.reset(seed=seed, options=options)
        return observation, {**info, "difficulty": self.difficulty}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Play on; at the end of an episode its success counts."""
        observation, reward, terminated, truncated, info = self.env.step(action)
        if terminated or truncated:
            self._ladder.count(_is_right(info))
        info = {**info, "difficulty": self.difficulty}
        return observation, float(reward), terminated, truncated, info

    def get_wrapper_state(self) -> dict[str, Any]:
        """Return the rung and the recent successes, as plain JSON data."""
        return {**self._ladder.get_state(), "playing": self._place}

    def set_wrapper_state(self, state: Mapping[str, Any]) -> None:
        """Go back to what `get_wrapper_state` returned."""
        self._ladder.set_state(state)
        self._place = state["playing"]
        inner: Any = self.env.unwrapped
        inner.set_task(self._tasks[self._place])


class VectorCurriculum(VectorWrapper[Any, Any, Any, Any, _Array]):
    """A `Curriculum` over all sub-environments of a vector environment together.

    They stand on one rung, and the episodes that end count in the order of the
    sub-environments. A move holds for the episodes that begin after it; in the autoreset
    mode ``"SameStep"`` those that began in the very same step are still of the rung
    before.

    Args:
        env: A `TextVectorEnv`, or another vector environment of our environments.
        argument: Which argument of the task to move, such as ``"level"``.
        values: Its values, from the easiest to the hardest.
        window: How many episodes count.
        raise_at: The share of right episodes from which it becomes harder.
        lower_at: The share up to which it becomes easier.

    Raises:
        ArgumentError: As of `Curriculum`.
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
        self._vector = cast("Any", env)  # VectorEnv lacks what all of its kinds have
        self._ladder = _Ladder(values, window, raise_at, lower_at)
        self._tasks = _tasks_of(self._vector.get_attr("task")[0], argument, self._ladder.values)
        self._vector.call("set_task", self._tasks[0])

    @property
    def difficulty(self) -> Any:
        """The value of the argument in the episodes that begin from now on."""
        return self._ladder.values[self._ladder.place]

    def step(self, actions: Any) -> tuple[Any, _Array, _Array, _Array, dict[str, Any]]:
        """Play on; the episodes that end count."""
        step = self.env.step(actions)
        place = self._ladder.place
        for ended in np.flatnonzero(step[2] | step[3]):
            info = info_of(step[4], int(ended))
            self._ladder.count(_is_right(info.get("final_info", info)))
        if self._ladder.place != place:
            self._vector.call("set_task", self._tasks[self._ladder.place])
        return step

    def get_wrapper_state(self) -> dict[str, Any]:
        """Return the rung and the recent successes, as plain JSON data."""
        return self._ladder.get_state()

    def set_wrapper_state(self, state: Mapping[str, Any]) -> None:
        """Go back to what `get_wrapper_state` returned."""
        self._ladder.set_state(state)
        self._vector.call("set_task", self._tasks[self._ladder.place])


class _Ladder:
    """Which rung to stand on, given how the episodes ended."""

    def __init__(
        self, values: Sequence[Any], window: int, raise_at: float, lower_at: float
    ) -> None:
        self.values = tuple(values)
        if not self.values:
            raise argument_error("values", "at least one value of the argument", values)
        if not 0 <= lower_at < raise_at <= 1:
            raise argument_error(
                "lower_at and raise_at",
                "shares with 0 <= lower_at < raise_at <= 1",
                (lower_at, raise_at),
            )
        self.raise_at, self.lower_at = raise_at, lower_at
        self.place = 0
        self.recent: deque[bool] = deque(maxlen=check_count("window", window))

    def count(self, is_correct: bool) -> None:
        self.recent.append(is_correct)
        if len(self.recent) < (self.recent.maxlen or 0):
            return
        share = sum(self.recent) / len(self.recent)
        place = self.place + (share >= self.raise_at) - (share <= self.lower_at)
        if place != self.place and 0 <= place < len(self.values):
            self.place = place
            self.recent.clear()

    def get_state(self) -> dict[str, Any]:
        return {"place": self.place, "recent": list(self.recent)}

    def set_state(self, state: Mapping[str, Any]) -> None:
        self.place = state["place"]
        self.recent.clear()
        self.recent.extend(state["recent"])


def _is_right(info: Mapping[str, Any]) -> bool:
    """Return whether the last verdict of an episode was that the answer is right."""
    return bool(info.get("verdict", {}).get("correct", False))


def _tasks_of(task: Task, argument: str, values: Sequence[Any]) -> list[Task]:
    """Build a task like this one for every value of the argument."""
    names = inspect.signature(type(task)).parameters
    if argument not in names:
        raise argument_error("argument", f"one of the task's, {list(names)}", argument)
    same = {name: getattr(task, name) for name in names if name != argument}
    tasks = [type(task)(**same, **{argument: value}) for value in values]
    verifiers = [each.make_verifier().to_dict() for each in tasks]
    if any(verifier != verifiers[0] for verifier in verifiers):
        raise argument_error(
            "values",
            "such that one verifier judges the problems of all",
            values,
            "This argument also decides how answers are judged.",
        )
    return tasks
