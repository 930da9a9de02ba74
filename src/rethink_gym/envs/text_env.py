"""The base class of all text environments: a message in, a verdict, a message out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar, NamedTuple, Self

import gymnasium as gym
from gymnasium.error import ResetNeeded

from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.envs.dialogue import render_dialogue
from rethink_gym.envs.reset_options import find_problem_index
from rethink_gym.envs.space import FreeText
from rethink_gym.envs.state import generator_from_dict, generator_to_dict
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.errors import (
    ActionError,
    DataError,
    RethinkError,
    argument_error,
    check_choice,
    check_count,
)
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Question", "ResetNeededError", "TextEnv"]

_SHARED = frozenset(("task", "verifier", "rules", "spec", "_problem", "_verdicts"))
"""Attributes that a copy of an environment shares with it, since playing does not change them."""


class ResetNeededError(RethinkError, ResetNeeded):
    """An environment is stepped before its first reset or after the end of its episode."""


class Question(NamedTuple):
    """What must be verified before an environment can continue.

    Attributes:
        verifier: The verifier to call.
        answer: The text to verify.
        problem: The problem that the text answers.
    """

    verifier: Verifier
    answer: str
    problem: Problem


class TextEnv(gym.Env[str, str], ABC):
    """Base class of environments that play problems of a task, with texts in and texts out.

    A subclass writes `start_episode`, `question` (what must be verified when an action
    comes) and `advance` (what follows from the verdict). `step` calls `check_action`,
    `question`, the verifier and `advance`. A vector environment calls them itself and
    has all questions verified in one batch.

    Args:
        task: The source of the problems.
        verifier: Verifies the answers; the verifier of the task if None.
        split: Which problems of the task to play; `Task.default_split` if None.
        max_chars: Maximum number of characters of an action and of an observation.
        render_mode: ``"ansi"`` makes `render` return the dialogue so far.

    Raises:
        ArgumentError: If an argument has the wrong type, ``split`` or ``render_mode`` is
            unknown, or ``max_chars`` is below 1.

    Examples:
        >>> import gymnasium as gym
        >>> from rethink_gym.envs import TextEnv
        >>> env = gym.make("Math-v0", render_mode="ansi")
        >>> isinstance(env.unwrapped, TextEnv)
        True
        >>> env.reset(seed=0, options={"problem": 3})[1]["problem_id"]
        'math/level1/train/3'
    """

    action_noun: ClassVar[str] = "attempt"
    """What `render` calls an action that was verified."""

    has_attempts: ClassVar[bool] = True
    """Whether an action is a whole attempt at the problem; False if it is one step of it."""

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
        self._num_problems = task.size(self.split)
        self._problem: Problem | None = None
        self._is_over = False
        self._verdicts: tuple[Verdict, ...] = ()
        self._unverified: list[int] = []  # indices of the actions without a verdict
        self._messages: list[str] = []  # of the environment and the agent in turn

    @abstractmethod
    def start_episode(self, problem: Problem) -> dict[str, Any]:
        """Set the counters of a subclass to the start of an episode.

        Returns:
            The info that `reset` returns.
        """

    @abstractmethod
    def question(self, action: str) -> Question | None:
        """Return what must be verified before the environment can continue.

        Args:
            action: An action that `check_action` accepted.

        Returns:
            The question, or None if the action needs no verdict.
        """

    @abstractmethod
    def advance(
        self, action: str, verdict: Verdict | None
    ) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Continue with the verdict that `question` asked for, and call `record_turn`.

        Args:
            action: An action that `check_action` accepted.
            verdict: The verdict on the action; None if there was no question.

        Returns:
            The return value of `step`.
        """

    def first_observation(self, problem: Problem) -> str:
        """Return the first message of an episode: the whole prompt of the problem."""
        return problem.prompt

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Start an episode.

        Args:
            seed: Seed of the generator that draws the problems of this and later episodes.
            options: ``{"problem": index}`` plays that problem of the split.

        Returns:
            The first message, and the info (see the class).

        Raises:
            ArgumentError: If an option is unknown, or the split has no such problem.
            DataError: If the message has more than ``max_chars`` characters.
        """
        if seed is not None:
            super().reset(seed=seed)
        size = self._num_problems
        index = find_problem_index(options, size, self.split) if options else None
        if index is None:
            # A fifth of the time of np_random.integers; out of 2**64 the bias is negligible.
            index = self.np_random.bit_generator.random_raw() % size
        problem = self.task.problem(index, self.split)
        message = self.first_observation(problem)
        if len(message) > self.max_chars:
            raise DataError(
                f"The prompt of problem {problem.id!r} has {len(message)} characters, "
                f"more than max_chars={self.max_chars}. Make the environment with a larger "
                "max_chars."
            )
        self._problem = problem
        self._is_over = False
        self._verdicts = ()
        self._unverified = []
        self._messages = [message]
        return message, self.start_episode(problem)

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Verify an action and answer it.

        Args:
            action: The agent's whole message.

        Returns:
            The next message of the environment, the reward, whether the episode
            terminated, whether it was truncated (never), and the info.

        Raises:
            ActionError: If the action is not a text, or is longer than ``max_chars``.
            ResetNeededError: If there is no running episode.
            ArgumentError: If a custom feedback function does not return a text of at most
                ``max_chars`` characters, or a custom reward is not a finite number.
        """
        self.check_action(action)
        question = self.question(action)
        if question is None:
            return self.advance(action, None)
        verifier, answer, problem = question
        return self.advance(action, verifier.verify(answer, problem))

    def check_action(self, action: str) -> Problem:
        """Check that the environment can be stepped with this action now.

        Args:
            action: The agent's whole message.

        Returns:
            The problem of the running episode.

        Raises:
            ActionError: If the action is not a text, or is longer than ``max_chars``.
            ResetNeededError: If there is no running episode.
        """
        if self._is_over or self._problem is None:
            state = "has not been reset" if self._problem is None else "has ended its episode"
            raise ResetNeededError(f"The environment {state}. Call reset() before step().")
        if not isinstance(action, str):
            raise ActionError(
                f"action must be a text (str), got {type(action).__name__}. "
                "Pass the agent's message as a plain string."
            )
        if len(action) > self.max_chars:
            raise ActionError(
                f"action must have at most {self.max_chars} characters, got {len(action)}. "
                "Shorten it, or make the environment with a larger max_chars."
            )
        return self._problem

    def record_turn(
        self, action: str, observation: str, verdict: Verdict | None, *, is_over: bool
    ) -> None:
        """Add a turn to the episode; `advance` calls it once, as its last change.

        Args:
            action: The agent's message.
            observation: The message that answers it; not recorded at the end of an episode.
            verdict: The verdict on the action, or None if it was not verified.
            is_over: Whether the episode ends with this turn.
        """
        if verdict is None:
            self._unverified.append(len(self._messages) // 2)
        else:
            self._verdicts = (*self._verdicts, verdict)
        self._is_over = is_over
        self._messages += (action,) if is_over else (action, observation)

    def public_verdict(self, verdict: Verdict) -> dict[str, Any]:
        """Return a verdict as plain data, without the texts that may reveal the gold answer."""
        data = verdict.to_dict()
        data["detail"] = data["feedback"] = ""
        return data

    @property
    def num_problems(self) -> int:
        """Number of problems of the split; `reset` accepts the indices below it."""
        return self._num_problems

    @property
    def problem(self) -> Problem:
        """The problem of the newest episode, gold answer included.

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
    def action_verdicts(self) -> tuple[Verdict | None, ...]:
        """The verdict on each action of this episode; None for one that was not verified."""
        verdicts = iter(self._verdicts)
        num_actions = len(self._messages) // 2
        return tuple(
            None if index in self._unverified else next(verdicts) for index in range(num_actions)
        )

    @property
    def conversation(self) -> Conversation:
        """All messages of this episode, the newest last."""
        return tuple(
            Message(Role.ASSISTANT if index % 2 else Role.USER, text)
            for index, text in enumerate(self._messages)
        )

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that two environments must share to exchange their states."""
        return {
            "kind": type(self).__name__,
            "task": self.task.name,
            "split": self.split,
            "max_chars": self.max_chars,
        }

    @property
    def shared_options(self) -> dict[str, Any]:
        """Arguments for further environments whose actions are verified in the same batch."""
        return {"verifier": self.verifier}

    def render(self) -> str | None:
        """Return the dialogue so far with its verdicts, or None without a render mode.

        Raises:
            ResetNeededError: If the environment has not been reset yet.
        """
        if self.render_mode is None:
            return None
        return render_dialogue(
            self.problem.id, self.conversation, self.action_verdicts, self.action_noun
        )

    def set_task(self, task: Task) -> None:
        """Play problems of another task from the next reset on; the verifier stays.

        Args:
            task: The new source of problems, such as the same task with other arguments.

        Raises:
            ArgumentError: If ``task`` is not a Task, or has no split of this name.
        """
        if not isinstance(task, Task):
            raise argument_error("task", "a Task such as MathMix()", task)
        check_choice("split", self.split, task.splits)
        self.task = task
        self._num_problems = task.size(self.split)

    def get_state(self) -> dict[str, Any]:
        """Return everything that decides how this episode and later ones continue.

        Returns:
            Plain JSON data. `rethink_gym.envs.state.get_state` includes wrappers.
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
            "unverified": list(self._unverified),
            "messages": list(self._messages),
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore a state that `get_state` returned, of this or an equal environment.

        Args:
            state: The state; it is not changed, and may be used again.

        Raises:
            ArgumentError: If the state is from an environment with other settings.
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
        self._unverified = list(state["unverified"])
        self._messages = list(state["messages"])

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        copy = type(self).__new__(type(self))
        memo[id(self)] = copy
        for name, value in vars(self).items():
            setattr(copy, name, value if name in _SHARED else deepcopy(value, memo))
        return copy
