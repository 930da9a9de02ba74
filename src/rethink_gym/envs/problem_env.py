"""What every environment of texts has: a task, an episode, and a state to come back to."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar, Self

import gymnasium as gym

from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.envs.dialogue import render_dialogue
from rethink_gym.envs.error import ResetNeededError
from rethink_gym.envs.space import FreeText
from rethink_gym.envs.state import generator_from_dict, generator_to_dict
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["ProblemEnv"]

_SHARED = frozenset(("task", "verifier", "rules", "spec", "_problem", "_verdicts"))
"""What a copy of an environment shares with it: nothing of this is changed by playing."""


class ProblemEnv(gym.Env[str, str]):
    """An environment that plays problems of a task, and can be saved and copied.

    How an episode is played is written in `TextEnv`.

    Args:
        task: Where the problems come from.
        verifier: Judges the answers; the task's own one if None.
        split: Which problems of the task to play; its `Task.default_split` if None.
        max_chars: Most characters of an action and of an observation.
        render_mode: ``"ansi"`` makes `render` return the dialogue so far.

    Raises:
        ArgumentError: If an argument is not what it must be.
    """

    action_noun: ClassVar = "attempt"
    """What an action is in this environment, for people."""

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012  # as in gym.Env

    def __init__(
        self,
        task: Task,
        *,
        verifier: Verifier | None = None,
        split: str | None = None,
        max_chars: int = 20_000,
        render_mode: str | None = None,
    ) -> None:
        if render_mode is not None:
            check_choice("render_mode", render_mode, self.metadata["render_modes"])
        if not isinstance(task, Task):
            raise argument_error("task", "a Task such as MathMix()", task)
        if verifier is not None and not isinstance(verifier, Verifier):
            raise argument_error("verifier", "a Verifier or None", verifier)
        self.task = task
        self.split = (
            task.default_split if split is None else check_choice("split", split, task.splits)
        )
        self.verifier = task.make_verifier() if verifier is None else verifier
        self.max_chars = check_count("max_chars", max_chars)
        self.render_mode = render_mode
        self.observation_space = FreeText(max_chars)
        self.action_space = FreeText(max_chars)
        self._size = task.size(self.split)
        self._problem: Problem | None = None
        self._is_over = False
        self._verdicts: tuple[Verdict, ...] = ()
        self._said: list[str] = []

    @property
    def num_problems(self) -> int:
        """How many problems the split holds: the indices that `reset` takes."""
        return self._size

    @property
    def problem(self) -> Problem:
        """The problem that is played, its gold answer included.

        Raises:
            ResetNeededError: If the environment has not been reset yet.
        """
        if self._problem is None:
            raise ResetNeededError("The environment has no problem yet. Call reset() first.")
        return self._problem

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts of this episode, in order."""
        return self._verdicts

    @property
    def judgements(self) -> tuple[Verdict | None, ...]:
        """One entry for each action of this episode: its verdict, if it was judged."""
        return self._verdicts

    @property
    def conversation(self) -> Conversation:
        """What was said in this episode, the newest message last."""
        return tuple(
            Message(Role.ASSISTANT if turn % 2 else Role.USER, text)
            for turn, text in enumerate(self._said)
        )

    @property
    def settings(self) -> dict[str, Any]:
        """What two environments must have in common to take over each other's state."""
        return {
            "kind": type(self).__name__,
            "task": self.task.name,
            "split": self.split,
            "max_chars": self.max_chars,
        }

    @property
    def shared_options(self) -> dict[str, Any]:
        """Arguments for environments that are to be judged together with this one."""
        return {"verifier": self.verifier}

    def render(self) -> str | None:
        """Return the dialogue so far with its verdicts, or None without a render mode.

        Raises:
            ResetNeededError: If the environment has not been reset yet.
        """
        if self.render_mode is None:
            return None
        return render_dialogue(
            self.problem.id, self.conversation, self.judgements, self.action_noun
        )

    def set_task(self, task: Task) -> None:
        """Play problems of another task from the next reset on; the verifier stays.

        Args:
            task: Where they come from, such as the same task with other arguments.

        Raises:
            ArgumentError: If it is no task, or has no split of this name.
        """
        if not isinstance(task, Task):
            raise argument_error("task", "a Task such as MathMix()", task)
        check_choice("split", self.split, task.splits)
        self.task = task
        self._size = task.size(self.split)

    def get_state(self) -> dict[str, Any]:
        """Return all that decides how the episode and those after it go on.

        Returns:
            Plain JSON data. `rethink_gym.envs.state.get_state` does the same with
            wrappers.
        """
        return {
            "settings": self.settings,
            "random": generator_to_dict(self._np_random),
            "seed": self._np_random_seed,
            "problem": None if self._problem is None else self._problem.to_dict(),
            "is_over": self._is_over,
            "verdicts": [
                {**data, "steps": list(data["steps"])}
                for data in (verdict.to_dict() for verdict in self._verdicts)
            ],
            "said": list(self._said),
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go to a state that `get_state` returned, of this or an equal environment.

        Args:
            state: The state; it is not changed, and may be used again.

        Raises:
            ArgumentError: If it is the state of an environment of another kind.
        """
        if state.get("settings") != self.settings:
            raise argument_error(
                "state",
                f"that of an environment with the settings {self.settings}",
                state.get("settings"),
            )
        self._np_random = generator_from_dict(state["random"])
        self._np_random_seed = state["seed"]
        problem = state["problem"]
        self._problem = None if problem is None else Problem.from_dict(problem)
        self._is_over = state["is_over"]
        self._verdicts = tuple(map(Verdict.from_dict, state["verdicts"]))
        self._said = list(state["said"])

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copy = type(self).__new__(type(self))
        memo[id(self)] = copy
        for name, value in vars(self).items():
            setattr(copy, name, value if name in _SHARED else deepcopy(value, memo))
        return copy
