"""The environment in which an agent answers a problem, once or several times."""

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
    """One problem, to be answered in one or several attempts.

    **Observation.** The newest message of the environment. The first one is the
    whole prompt of the problem, the next ones ask for another attempt; after the
    last attempt it is the empty text.

    **Action.** The agent's whole message, any text of at most ``max_chars``.

    **Reward.** As ``reward`` says, from the verdicts on the attempts so far.

    **Hints.** With ``max_hints`` above 0 the prompt offers hints. The action
    ``Hint, please.`` and nothing else then is no attempt and earns 0; it is answered
    by the next line of the worked solution, of which the answer and what leads
    straight to it are never told. When all hints are used up, it is an attempt like
    any other text.

    **End.** The episode terminates with the attempt number ``max_attempts``, or with
    ``stop_when_correct`` at the first one that is right and has the full score. It is
    never truncated by the environment itself.

    **Info.** ``problem_id``; ``attempt``, how many attempts have been judged; after an
    attempt ``verdict``, the judgement of it as plain data (see `Verdict.to_dict`),
    without its ``detail`` and ``feedback``, which may name the gold answer; they are
    in `verdicts`. With ``max_hints`` above 0 also ``hints``, how many were asked for.

    **Reset.** Draws a problem of the split, or takes the one that
    ``options={"problem": index}`` names, which draws nothing.

    Args:
        task: Where the problems come from.
        verifier: Judges the attempts. If None, the task's own one; where that judges
            mathematics and steps are asked for, by ``reward="dense"`` or
            ``feedback="reason"``, a `StepVerifier` with it.
        split: Which problems of the task to play; its `Task.default_split` if None.
        max_attempts: How many attempts an episode has.
        stop_when_correct: Whether the episode ends with a perfect attempt.
        max_hints: How many hints the agent may ask for.
        feedback: What is said between two attempts: ``"none"`` (a fixed
            instruction that reveals nothing), ``"verdict"`` (right or wrong),
            ``"reason"`` (what is wrong: see `reason_feedback`), or a function of
            problem, verdict and the number of attempts made.
        reward: What an attempt earns: ``"sparse"`` (the score of the last
            attempt), ``"per_attempt"`` (each attempt its score), ``"progress"``
            (each attempt what it adds to the score of the one before), ``"dense"``
            (each attempt by its answer and its steps), or a function of the
            verdicts so far. See `rethink_gym.envs.reward`.
        max_chars: Most characters of an action and of an observation.
        render_mode: ``"ansi"`` makes `render` return the dialogue so far.

    Raises:
        ArgumentError: If an argument is not what it must be.

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
            self.verifier = _with_steps(self.verifier)
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
        """What two environments must have in common to take over each other's state."""
        return super().settings | {
            "max_attempts": self.max_attempts,
            "stop_when_correct": self.stop_when_correct,
            "max_hints": self.max_hints,
            "feedback": self.feedback_scheme,
            "reward": self.reward_scheme,
        }

    @property
    def judgements(self) -> tuple[Verdict | None, ...]:
        """One entry for each action of this episode: its verdict; None for a hint."""
        verdicts = iter(self._verdicts)
        num_hints = 0
        found: list[Verdict | None] = []
        for action in self._said[1::2]:
            is_request = num_hints < self._num_hints and action == HINT_REQUEST
            num_hints += is_request
            found.append(None if is_request else next(verdicts))
        return tuple(found)

    def opening(self, problem: Problem) -> str:
        """Return the prompt of the problem, with the offer of hints if there are any."""
        if not self.max_hints:
            return problem.prompt
        return f"{problem.prompt}\n{HINTS_OFFER.format(left=self.max_hints)}"

    def begin(self, problem: Problem) -> dict[str, Any]:
        """Begin with no attempt and no hint."""
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
        """Play on with the verdict on an attempt, or give a hint if there is none.

        Args:
            action: An action that `check_action` accepted.
            verdict: The judgement of it; None for a request for a hint.

        Returns:
            What `step` returns.

        Raises:
            ArgumentError: If a feedback or reward of the caller's own returned
                something impossible.
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
        self._verdicts = verdicts
        self._is_over = terminated
        self._said += (action,) if terminated else (action, observation)
        info = {
            "problem_id": problem.id,
            "attempt": attempt,
            "verdict": self.shown(verdict),
        }
        if self.max_hints:
            info["hints"] = self._num_hints
        return observation, reward, terminated, False, info

    def get_state(self) -> dict[str, Any]:
        """Return all that decides how the episode and those after it go on."""
        return {**super().get_state(), "num_hints": self._num_hints}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go to a state that `get_state` returned, of this or an equal environment.

        Raises:
            ArgumentError: If it is the state of an environment of another kind.
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
        self._said += (action, observation)
        info = {
            "problem_id": problem.id,
            "attempt": len(self._verdicts),
            "hints": self._num_hints,
        }
        return observation, 0.0, False, False, info


def _with_steps(verifier: Verifier) -> Verifier:
    """Have the steps judged too, where steps of mathematics are to be expected."""
    if not isinstance(verifier, MathVerifier):
        return verifier
    from rethink_gym.verifiers.steps import StepVerifier

    return StepVerifier(final=verifier)
