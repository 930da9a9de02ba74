"""The environment in which an agent answers a problem, once or several times."""

import math
from typing import Any

import gymnasium as gym

from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.envs.dialogue import render_dialogue
from rethink_gym.envs.error import ResetNeededError
from rethink_gym.envs.feedback import Feedback, find_feedback
from rethink_gym.envs.options import find_problem_index
from rethink_gym.envs.reward import Reward, make_reward
from rethink_gym.envs.space import FreeText
from rethink_gym.envs.task import Task
from rethink_gym.errors import (
    ActionError,
    DataError,
    argument_error,
    check_choice,
    check_count,
)
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["ReasoningEnv"]


class ReasoningEnv(gym.Env[str, str]):
    """One problem, to be answered in one or several attempts.

    **Observation.** The newest message of the environment. The first one is the
    whole prompt of the problem, the next ones ask for another attempt; after the
    last attempt it is the empty text.

    **Action.** The agent's whole message, any text of at most ``max_chars``.

    **Reward.** As ``reward`` says, from the verdicts on the attempts so far.

    **End.** The episode terminates with the attempt number ``max_attempts``. It
    is never truncated by the environment itself.

    **Info.** ``problem_id``; ``attempt``, how many attempts have been judged; and
    after a step ``verdict``, the judgement of the newest attempt as plain data
    (see `Verdict.to_dict`), without its ``detail`` and ``feedback``, which may name the
    gold answer; they are in `verdicts`.

    **Reset.** Draws a problem of the split, or takes the one that
    ``options={"problem": index}`` names, which draws nothing.

    Args:
        task: Where the problems come from.
        verifier: Judges the attempts; the task's own one if None.
        split: Which problems of the task to play; its `Task.default_split` if None.
        max_attempts: How many attempts an episode has.
        feedback: What is said between two attempts: ``"none"`` (a fixed
            instruction that reveals nothing), ``"verdict"`` (right or wrong), or
            a function of problem, verdict and the number of attempts made.
        reward: What an attempt earns: ``"sparse"`` (the score of the last
            attempt), ``"per_attempt"`` (each attempt its score), ``"progress"``
            (each attempt what it adds to the score of the one before), or a
            function of the verdicts so far.
        max_chars: Most characters of an action and of an observation.
        render_mode: ``"ansi"`` makes `render` return the dialogue so far.

    Raises:
        ArgumentError: If an argument is not what it must be.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 3: the setting with two attempts and no feedback
        (arXiv:2409.12917).
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012  # as in gym.Env

    def __init__(
        self,
        task: Task,
        *,
        verifier: Verifier | None = None,
        split: str | None = None,
        max_attempts: int = 1,
        feedback: str | Feedback = "none",
        reward: str | Reward = "sparse",
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
        self.split = check_choice(
            "split", task.default_split if split is None else split, task.splits
        )
        self.verifier = task.make_verifier() if verifier is None else verifier
        self.max_attempts = check_count("max_attempts", max_attempts)
        self.max_chars = check_count("max_chars", max_chars)
        self.reward_scheme = reward if isinstance(reward, str) else "callable"
        self.render_mode = render_mode
        self.observation_space = FreeText(max_chars)
        self.action_space = FreeText(max_chars)
        self._feedback = find_feedback(feedback)
        self._reward = make_reward(reward, max_attempts)
        self._size = task.size(self.split)
        self._problem: Problem | None = None
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
        """The verdicts on the attempts of this episode, in order."""
        return self._verdicts

    @property
    def conversation(self) -> Conversation:
        """What was said in this episode, the newest message last."""
        return tuple(
            Message(Role.ASSISTANT if turn % 2 else Role.USER, text)
            for turn, text in enumerate(self._said)
        )

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: Seeds the draws of problems, from this one on.
            options: ``{"problem": index}`` plays that problem of the split.

        Returns:
            The prompt of the problem, and the info (see the class).

        Raises:
            ArgumentError: If there is no such option or problem.
            DataError: If the prompt has more than ``max_chars`` characters.
        """
        super().reset(seed=seed)
        index = find_problem_index(options, self._size, self.split)
        if index is None:
            index = int(self.np_random.integers(self._size))
        problem = self.task.problem(index, self.split)
        if len(problem.prompt) > self.max_chars:
            raise DataError(
                f"The prompt of problem {problem.id!r} has {len(problem.prompt)} characters, "
                f"more than max_chars={self.max_chars}. Make the environment with a larger "
                "max_chars."
            )
        self._problem = problem
        self._verdicts = ()
        self._said = [problem.prompt]
        return problem.prompt, {"problem_id": problem.id, "attempt": 0}

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Judge an attempt and answer it.

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
        problem = self.check_action(action)
        return self.advance(action, self.verifier.verify(action, problem))

    def check_action(self, action: str) -> Problem:
        """Check that the environment can be stepped with this action now.

        Args:
            action: The agent's whole message.

        Returns:
            The problem that the action answers.

        Raises:
            ActionError: If the action is no text or too long.
            ResetNeededError: If no episode runs.
        """
        if self._problem is None or len(self._verdicts) == self.max_attempts:
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

    def advance(
        self, action: str, verdict: Verdict
    ) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Play on with an attempt that was judged already.

        `step` is `check_action`, the verifier and this; who judges the attempts
        of many environments at once calls the three by itself.

        Args:
            action: An action that `check_action` accepted.
            verdict: The judgement of it.

        Returns:
            What `step` returns.

        Raises:
            ArgumentError: If a feedback or reward of the caller's own returned
                something impossible.
        """
        problem = self.problem
        verdicts = (*self._verdicts, verdict)
        attempt = len(verdicts)
        terminated = attempt == self.max_attempts
        reward = float(self._reward(verdicts))
        if not math.isfinite(reward):
            raise argument_error("the value of reward(verdicts)", "a finite number", reward)
        observation = ""
        if not terminated:
            observation = self._feedback(problem, verdict, attempt)
            if not self.observation_space.contains(observation):
                raise argument_error(
                    "the value of feedback(problem, verdict, attempt)",
                    f"a text of at most {self.max_chars} characters",
                    observation,
                )
        self._verdicts = verdicts
        self._said += (action,) if terminated else (action, observation)
        shown = {**verdict.to_dict(), "detail": "", "feedback": ""}
        info = {"problem_id": problem.id, "attempt": attempt, "verdict": shown}
        return observation, reward, terminated, False, info

    def render(self) -> str | None:
        """Return the dialogue so far with its verdicts, or None without a render mode.

        Raises:
            ResetNeededError: If the environment has not been reset yet.
        """
        if self.render_mode is None:
            return None
        return render_dialogue(self.problem.id, self.conversation, self._verdicts)
