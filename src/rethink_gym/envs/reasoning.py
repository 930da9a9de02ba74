"""The environment in which an action is a whole attempt at a problem."""

import math
from collections.abc import Mapping
from typing import Any

from rethink_gym.envs.feedback import Feedback, find_feedback, hint_lines
from rethink_gym.envs.prompt import HINT, HINT_REQUEST, HINTS_OFFER, NO_HINT
from rethink_gym.envs.reward import Reward, is_perfect, make_reward
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.envs.text_env import Question, TextEnv
from rethink_gym.errors import argument_error, check_count
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["ReasoningEnv"]


class ReasoningEnv(TextEnv):
    """Answer one problem in one or several attempts.

    **Observation.** The newest message of the environment. The first one is the whole
    prompt of the problem, the next ones ask for another attempt. After the last attempt
    it is the empty text.

    **Action.** The agent's whole message, any text of at most ``max_chars``.

    **Reward.** Computed by ``reward`` from the verdicts on the attempts so far.

    **Hints.** If ``max_hints`` is above 0, the prompt offers hints. An action that is
    exactly ``Hint, please.`` is then a request, not an attempt, and its reward is 0. The
    environment replies with the next line of the worked solution. The hints end before
    the first line that reveals the gold answer. After ``max_hints`` requests the same
    text is an attempt like any other.

    **End.** The episode terminates after ``max_attempts`` attempts, or with
    ``stop_when_correct`` at the first one that is correct and has the full score. The
    environment itself never truncates it.

    **Info.** ``problem_id``; ``attempt``, the number of attempts so far; after an attempt
    ``verdict``, its verdict as plain data (see `Verdict.to_dict`). The fields ``detail``
    and ``feedback`` of the verdict are empty there, since they may contain the gold
    answer; `verdicts` has them. With ``max_hints`` above 0 also ``hints``, the number of
    requests so far.

    **Reset.** Draws a problem of the split, or plays the one given by
    ``options={"problem": index}``, which draws nothing.

    Args:
        task: The source of the problems.
        verifier: Verifies the attempts. If None, the verifier of the task. If that one
            verifies mathematics, and ``reward="dense"`` or ``feedback="reason"`` needs
            scores of steps, it is wrapped in a `StepVerifier`.
        split: Which problems of the task to play; `Task.default_split` if None.
        max_attempts: Maximum number of attempts of an episode.
        stop_when_correct: Whether a correct attempt with the full score ends the episode.
        max_hints: Maximum number of hints that the agent may ask for.
        feedback: The message between two attempts: ``"none"`` (a fixed instruction that
            reveals nothing), ``"verdict"`` (whether the answer is correct), ``"reason"``
            (what is wrong: see `reason_feedback`), or a function of problem, verdict and
            number of attempts.
        reward: The reward of an attempt: ``"sparse"`` (score of the last attempt, 0 for
            the others), ``"per_attempt"`` (its own score), ``"progress"`` (its score less
            the score of the attempt before), ``"dense"`` (its answer and its steps), or a
            function of the verdicts so far. See `rethink_gym.envs.reward`.
        max_chars: Maximum number of characters of an action and of an observation.
        render_mode: ``"ansi"`` makes `render` return the dialogue so far.

    Raises:
        ArgumentError: If an argument has the wrong type or is out of its range, or a
            name (``split``, ``feedback``, ``reward``, ``render_mode``) is unknown.

    Examples:
        >>> from rethink_gym.envs import ReasoningEnv
        >>> from rethink_gym.envs.tasks import MathMix
        >>> env = ReasoningEnv(MathMix(level=1), max_attempts=2, reward="per_attempt")
        >>> prompt, info = env.reset(seed=0)
        >>> env.step("A: I do not know")[1:4]  # reward, terminated, truncated
        (0.0, False, False)
        >>> env.step(f"A: {env.problem.gold}")[1:4]
        (1.0, True, False)

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 3: the setting with two attempts and no feedback
        (arXiv:2409.12917).
    """

    def __init__(
        self,
        task: Task,
        *,
        verifier: Verifier | None = None,
        split: str | None = None,
        max_attempts: int = 1,
        stop_when_correct: bool = False,
        max_hints: int = 0,
        feedback: str | Feedback = "none",
        reward: str | Reward = "sparse",
        max_chars: int = 20_000,
        render_mode: str | None = None,
    ) -> None:
        super().__init__(
            task, verifier=verifier, split=split, max_chars=max_chars, render_mode=render_mode
        )
        if not isinstance(stop_when_correct, bool):
            raise argument_error("stop_when_correct", "True or False", stop_when_correct)
        if verifier is None and (reward == "dense" or feedback == "reason"):
            self.verifier = _with_step_scores(self.verifier)
        self.max_attempts = check_count("max_attempts", max_attempts)
        self.stop_when_correct = stop_when_correct
        self.max_hints = check_count("max_hints", max_hints, 0)
        self.feedback_scheme = feedback if isinstance(feedback, str) else "callable"
        self.reward_scheme = reward if isinstance(reward, str) else "callable"
        self._feedback = find_feedback(feedback)
        self._reward = make_reward(reward, max_attempts, stop_when_correct=stop_when_correct)
        self._num_hints = 0

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that two environments must share to exchange their states."""
        return super().settings | {
            "max_attempts": self.max_attempts,
            "stop_when_correct": self.stop_when_correct,
            "max_hints": self.max_hints,
            "feedback": self.feedback_scheme,
            "reward": self.reward_scheme,
        }

    def first_observation(self, problem: Problem) -> str:
        """Return the prompt of the problem, with the offer of hints if there are any."""
        if not self.max_hints:
            return problem.prompt
        return f"{problem.prompt}\n{HINTS_OFFER.format(left=self.max_hints)}"

    def start_episode(self, problem: Problem) -> dict[str, Any]:
        """Start without attempts and hints."""
        self._num_hints = 0
        info = {"problem_id": problem.id, "attempt": 0}
        return {**info, "hints": 0} if self.max_hints else info

    def question(self, action: str) -> Question | None:
        """Ask for a verdict on an attempt; a request for a hint needs none."""
        if self._num_hints < self.max_hints and action == HINT_REQUEST:
            return None
        return Question(self.verifier, action, self.problem)

    def advance(
        self, action: str, verdict: Verdict | None
    ) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Reward an attempt and answer it; without a verdict, give a hint.

        Args:
            action: An action that `check_action` accepted.
            verdict: The verdict on it; None for a request for a hint.

        Returns:
            The return value of `step`.

        Raises:
            ArgumentError: If a custom feedback function does not return a text of at most
                ``max_chars`` characters, or a custom reward is not a finite number.
        """
        problem = self.problem
        if verdict is None:
            return self._give_hint(action, problem)
        verdicts = (*self._verdicts, verdict)
        attempt = len(verdicts)
        terminated = attempt == self.max_attempts or (
            self.stop_when_correct and is_perfect(verdict)
        )
        reward = float(self._reward(verdicts))
        if not math.isfinite(reward):
            raise argument_error("the value of reward(verdicts)", "a finite number", reward)
        observation = ""
        if not terminated:
            observation = self._feedback(problem, verdict, attempt)
            if not (isinstance(observation, str) and len(observation) <= self.max_chars):
                raise argument_error(
                    "the value of feedback(problem, verdict, attempt)",
                    f"a text of at most {self.max_chars} characters",
                    observation,
                )
        # Nothing has changed so far, so an error above leaves the episode as it was.
        self.record_turn(action, observation, verdict, is_over=terminated)
        info = {
            "problem_id": problem.id,
            "attempt": attempt,
            "verdict": self.public_verdict(verdict),
        }
        if self.max_hints:
            info["hints"] = self._num_hints
        return observation, reward, terminated, False, info

    def get_state(self) -> dict[str, Any]:
        """Return everything that decides how this episode and later ones continue."""
        return {**super().get_state(), "num_hints": self._num_hints}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore a state that `get_state` returned, of this or an equal environment.

        Raises:
            ArgumentError: If the state is from an environment with other settings.
        """
        super().set_state(state)
        self._num_hints = state["num_hints"]

    def _give_hint(
        self, action: str, problem: Problem
    ) -> tuple[str, float, bool, bool, dict[str, Any]]:
        lines = hint_lines(problem)
        observation = NO_HINT
        if self._num_hints < len(lines):
            observation = HINT.format(line=lines[self._num_hints])[: self.max_chars]
        self._num_hints += 1
        self.record_turn(action, observation, None, is_over=False)
        info = {
            "problem_id": problem.id,
            "attempt": len(self._verdicts),
            "hints": self._num_hints,
        }
        return observation, 0.0, False, False, info


def _with_step_scores(verifier: Verifier) -> Verifier:
    """Wrap a verifier of mathematics so that it scores the steps, too; return others as is."""
    if not isinstance(verifier, MathVerifier):
        return verifier
    from rethink_gym.verifiers.steps import StepVerifier

    return StepVerifier(final=verifier)
