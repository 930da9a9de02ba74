"""How every environment of texts is played: a message in, a verdict, a message out."""

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from rethink_gym.envs.error import ResetNeededError
from rethink_gym.envs.problem_env import ProblemEnv
from rethink_gym.envs.reset_options import find_problem_index
from rethink_gym.errors import ActionError, DataError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["Question", "TextEnv"]


class Question(NamedTuple):
    """What must be judged before an environment can play on.

    Attributes:
        verifier: Who is asked.
        answer: The text to judge.
        problem: The problem it answers.
    """

    verifier: Verifier
    answer: str
    problem: Problem


class TextEnv(ProblemEnv, ABC):
    """An environment that plays problems of a task: texts in, texts out.

    A subclass writes `question` (what has to be judged
    when an action comes) and `advance` (what follows from the verdict). `step` is
    `check_action`, `question`, the verifier and `advance`; who steps many
    environments at once calls them by itself and has all questions judged together.

    Args:
        task: Where the problems come from.
        verifier: Judges the answers; the task's own one if None.
        split: Which problems of the task to play; its `Task.default_split` if None.
        max_chars: Most characters of an action and of an observation.
        render_mode: ``"ansi"`` makes `render` return the dialogue so far.

    Raises:
        ArgumentError: If an argument is not what it must be.
    """

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: Seeds the draws of problems, from this one on.
            options: ``{"problem": index}`` plays that problem of the split.

        Returns:
            The first message, and the info (see the class).

        Raises:
            ArgumentError: If there is no such option or problem.
            DataError: If the message has more than ``max_chars`` characters.
        """
        if seed is not None:
            super().reset(seed=seed)
        index = find_problem_index(options, self._size, self.split) if options else None
        if index is None:
            # In a fifth of the time of np_random.integers; 2**64 numbers make it as fair.
            index = self.np_random.bit_generator.random_raw() % self._size
        problem = self.task.problem(index, self.split)
        message = self.opening(problem)
        if len(message) > self.max_chars:
            raise DataError(
                f"The prompt of problem {problem.id!r} has {len(message)} characters, "
                f"more than max_chars={self.max_chars}. Make the environment with a larger "
                "max_chars."
            )
        self._problem = problem
        self._is_over = False
        self._verdicts = ()
        self._said = [message]
        return message, self.begin(problem)

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Judge an action and answer it.

        Args:
            action: The agent's whole message.

        Returns:
            The next message of the environment, the reward, whether the episode
            terminated, whether it was truncated (never), and the info.

        Raises:
            ActionError: If the action is no text or too long.
            ResetNeededError: If no episode runs.
            ArgumentError: If a feedback or reward of the caller's own returned
                something impossible.
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
            The problem that is played.

        Raises:
            ActionError: If the action is no text or too long.
            ResetNeededError: If no episode runs.
        """
        if self._is_over or self._problem is None:
            state = "has not been reset" if self._problem is None else "has ended its episode"
            raise ResetNeededError(f"The environment {state}. Call reset() before step().")
        if not isinstance(action, str):
            raise ActionError(
                f"action must be a text (str), got {type(action).__name__}. "
                "Pass what the agent says as it says it."
            )
        if len(action) > self.max_chars:
            raise ActionError(
                f"action must have at most {self.max_chars} characters, got {len(action)}. "
                "Shorten it, or make the environment with a larger max_chars."
            )
        return self._problem

    def shown(self, verdict: Verdict) -> dict[str, Any]:
        """Return a verdict as the info shows it: without what may name the gold answer."""
        data = verdict.to_dict()
        data["detail"] = data["feedback"] = ""
        return data

    @abstractmethod
    def question(self, action: str) -> Question | None:
        """Return what must be judged before the environment can play on.

        Args:
            action: An action that `check_action` accepted.

        Returns:
            The question, or None if the action needs no verdict.
        """

    @abstractmethod
    def advance(
        self, action: str, verdict: Verdict | None
    ) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Play on with the verdict that `question` asked for.

        Args:
            action: An action that `check_action` accepted.
            verdict: The verdict; None if there was no question.

        Returns:
            What `step` returns.

        Raises:
            ArgumentError: If a feedback or reward of the caller's own returned
                something impossible.
        """

    def opening(self, problem: Problem) -> str:
        """Return the first message of an episode: the whole prompt of the problem."""
        return problem.prompt

    @abstractmethod
    def begin(self, problem: Problem) -> dict[str, Any]:
        """Set what a subclass counts back to the start of an episode; return the info."""
