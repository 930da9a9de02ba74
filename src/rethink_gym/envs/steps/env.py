"""The environment in which an action is one step of a solution."""

import math
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from rethink_gym.envs.feedback import Feedback
from rethink_gym.envs.prompt import NEXT_STEP, STEP_RIGHT, STEP_WRONG
from rethink_gym.envs.reward import Reward
from rethink_gym.envs.steps.moves import MoveRules
from rethink_gym.envs.steps.rules import (
    ClaimRules,
    ScoreRules,
    StepRules,
    StepScorer,
    is_wrong_step,
)
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.envs.text_env import Question, TextEnv
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.steps import StepVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["StepEnv"]


_ANSWER = re.compile(
    r"^[ \t>*_#]*(?:A|[Aa]nswer|[Ff]inal [Aa]nswer)[ *_]*:|####|\\(?:boxed|fbox)\b", re.MULTILINE
)
"""What marks a step as the final answer."""


class StepEnv(TextEnv):
    r"""Solve one problem step by step.

    **Observation.** The newest message of the environment. The first one is the prompt
    of the problem and the format of steps. Between two steps a short fixed message asks
    for the next one and gives the number of steps left. Where steps are moves, it also
    lists the numbers left. At the end it is the empty text.

    **Action.** One step of the solution, any text of at most ``max_chars``. Its lines
    are joined to one. A text that marks an answer (a line that starts with ``A:``, or
    ``####`` or ``\boxed``) is the final answer, and is verified alone.

    **Reward.** The rewards of an episode add up to the score of its final answer, in
    [0, 1]; without an answer, to 0. Under ``"dense"`` each step also gets its score
    divided by ``max_steps`` at once, and the reward of the last action is reduced by the
    sum of these. So correct steps that lead nowhere gain nothing in the end, and neither
    does being wrong first: an episode with a better step never has a lower return,
    discounted or not.

    **End.** The episode terminates with a final answer, after ``max_steps`` steps, or with
    the step that makes the solution longer than ``max_solution_chars``. Where steps are
    moves, it also terminates when they solve the problem or no move is left. The limits
    are rules of the game that the agent knows, and nothing could be gained after them;
    so they terminate the episode. The environment itself never truncates it; Gymnasium's
    ``TimeLimit`` does.

    **Info.** ``problem_id``; ``step``, the number of steps so far; after a step
    ``verdict``, as plain data without ``detail`` and ``feedback``. After a final answer
    it is the verdict on that. After any other step its ``score`` is that of the step,
    its ``steps`` are the scores of the steps so far, and its reason is ``"no_answer"``.
    Where steps are moves also ``numbers``, the numbers left, and ``legal_moves``, as
    tuples of texts.

    **Reset.** Draws a problem of the split, or plays the one given by
    ``options={"problem": index}``, which draws nothing.

    Args:
        task: The source of the problems.
        verifier: Verifies the final answer; the verifier of the task if None.
        split: Which problems of the task to play; `Task.default_split` if None.
        steps: How steps are scored: ``"claims"`` (by what they claim, and whether that is
            a result of the worked solution: `StepVerifier`), ``"moves"`` (as moves of
            Countdown), a `StepVerifier`, a function of the problem and the steps so far
            that scores the newest one, or `StepRules`.
        max_steps: Maximum number of steps of a solution, final answer included.
        max_solution_chars: Maximum number of characters of all steps together.
        feedback: The message after a step: ``"none"`` (reveals nothing), ``"verdict"``
            (whether the step is correct, if it could be checked), or a function of problem,
            verdict and number of steps that returns the whole message.
        reward: ``"dense"``, ``"sparse"`` (the score of the final answer alone), or a
            function of the verdicts so far.
        max_chars: Maximum number of characters of an action and of an observation.
        render_mode: ``"ansi"`` makes `render` return the dialogue so far.

    Raises:
        ArgumentError: If an argument has the wrong type or is out of its range, or a
            name (``split``, ``steps``, ``feedback``, ``reward``, ``render_mode``) is
            unknown.

    Examples:
        >>> from rethink_gym.envs import StepEnv
        >>> from rethink_gym.envs.tasks import Countdown
        >>> env = StepEnv(Countdown(), steps="moves")
        >>> prompt, info = env.reset(seed=0)
        >>> total = 0.0
        >>> *moves, answer = env.problem.solution.splitlines()
        >>> for move in moves:
        ...     message, reward, terminated, truncated, info = env.step(move)
        ...     total += reward
        >>> terminated, total
        (True, 1.0)

    References:
        Ng et al., "Policy Invariance under Reward Transformations", 1999, section 3: the
        potential is the sum of the rewards of the steps, and 0 at the end. Lightman et
        al., "Let's Verify Step by Step", 2023: rewards for steps (arXiv:2305.20050).
    """

    has_attempts: ClassVar = False
    action_noun: ClassVar = "step"

    max_attempts: ClassVar[int] = 1
    """An episode is one attempt at the problem, made of steps."""

    def __init__(
        self,
        task: Task,
        *,
        verifier: Verifier | None = None,
        split: str | None = None,
        steps: str | StepVerifier | StepScorer | StepRules = "claims",
        max_steps: int = 16,
        max_solution_chars: int = 20_000,
        feedback: str | Feedback = "none",
        reward: str | Reward = "dense",
        max_chars: int = 20_000,
        render_mode: str | None = None,
    ) -> None:
        super().__init__(
            task, verifier=verifier, split=split, max_chars=max_chars, render_mode=render_mode
        )
        self.rules = _make_rules(steps, self.verifier)
        self.max_steps = check_count("max_steps", max_steps)
        self.max_solution_chars = check_count("max_solution_chars", max_solution_chars)
        self.feedback_scheme = _scheme_name("feedback", feedback, ("none", "verdict"))
        self.reward_scheme = _scheme_name("reward", reward, ("dense", "sparse"))
        self._feedback = feedback
        self._reward = reward
        self._steps: tuple[str, ...] = ()
        self._return = 0.0

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that two environments must share to exchange their states."""
        return super().settings | {
            "steps": type(self.rules).__name__,
            "max_steps": self.max_steps,
            "max_solution_chars": self.max_solution_chars,
            "feedback": self.feedback_scheme,
            "reward": self.reward_scheme,
        }

    @property
    def shared_options(self) -> dict[str, Any]:
        """Arguments for further environments whose actions are verified in the same batch."""
        return super().shared_options | {"steps": self.rules}

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of this episode, one line each, in order."""
        return self._steps

    def first_observation(self, problem: Problem) -> str:
        """Return the prompt of the problem, followed by the format of steps."""
        return f"{problem.prompt}\n{self.rules.instructions.format(left=self.max_steps)}"

    def start_episode(self, problem: Problem) -> dict[str, Any]:
        """Start without a step."""
        self._steps = ()
        self._return = 0.0
        return {"problem_id": problem.id, "step": 0, **self.rules.view(problem, ()).info}

    def question(self, action: str) -> Question | None:
        """Ask for a verdict on the final answer or on the newest step."""
        if self._solution_chars(action) > self.max_solution_chars:
            return None
        if _ANSWER.search(action):
            return Question(self.verifier, action, self.problem)
        return self.rules.question(self.problem, (*self._steps, _one_line(action)))

    def advance(
        self, action: str, verdict: Verdict | None
    ) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Reward a step or the final answer, and answer it.

        Args:
            action: An action that `check_action` accepted.
            verdict: The verdict on it; None if the solution has become too long.

        Returns:
            The return value of `step`.

        Raises:
            ArgumentError: If a custom feedback function does not return a text of at most
                ``max_chars`` characters, or a custom reward is not a finite number.
        """
        problem = self.problem
        is_too_long = verdict is None
        if verdict is None:
            verdict = Verdict(0.0, False, Reason.OVER_LIMIT)
        steps = (*self._steps, _one_line(action))
        is_answer = verdict.correct or bool(_ANSWER.search(action))
        view = self.rules.view(problem, steps)
        num_left = self.max_steps - len(steps)
        terminated = is_answer or is_too_long or num_left == 0 or view.is_dead_end
        reward = self._reward_of(
            (*self._verdicts, verdict), is_answer=is_answer, is_over=terminated
        )
        observation = ""
        if not terminated:
            observation = self._next_message(problem, verdict, len(steps), view.reply)
        # Nothing has changed so far, so an error above leaves the episode as it was.
        self.record_turn(action, observation, verdict, is_over=terminated)
        self._steps = steps
        self._return += reward
        info = {
            "problem_id": problem.id,
            "step": len(steps),
            "verdict": self.public_verdict(verdict),
            **view.info,
        }
        return observation, reward, terminated, False, info

    def get_state(self) -> dict[str, Any]:
        """Return everything that decides how this episode and later ones continue."""
        return {**super().get_state(), "steps": list(self._steps), "return": self._return}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Restore a state that `get_state` returned, of this or an equal environment.

        Raises:
            ArgumentError: If the state is from an environment with other settings.
        """
        super().set_state(state)
        self._steps = tuple(state["steps"])
        self._return = state["return"]

    def _solution_chars(self, action: str) -> int:
        return sum(map(len, self._steps)) + len(action)

    def _reward_of(self, verdicts: tuple[Verdict, ...], *, is_answer: bool, is_over: bool) -> float:
        """Return the reward of the action with the last of these verdicts."""
        if callable(self._reward):
            reward = float(self._reward(verdicts))
            if not math.isfinite(reward):
                raise argument_error("the value of reward(verdicts)", "a finite number", reward)
            return reward
        if is_over:
            return (verdicts[-1].score if is_answer else 0.0) - self._return
        return verdicts[-1].score / self.max_steps if self._reward == "dense" else 0.0

    def _next_message(self, problem: Problem, verdict: Verdict, num_steps: int, reply: str) -> str:
        """Return the message that asks for the next step."""
        if callable(self._feedback):
            message = self._feedback(problem, verdict, num_steps)
            if not (isinstance(message, str) and len(message) <= self.max_chars):
                raise argument_error(
                    "the value of feedback(problem, verdict, step)",
                    f"a text of at most {self.max_chars} characters",
                    message,
                )
            return message
        sentences = [reply, NEXT_STEP.format(left=self.max_steps - num_steps)]
        is_wrong = is_wrong_step(verdict) if self._feedback == "verdict" else None
        if is_wrong is not None and not reply:
            sentences.insert(0, STEP_WRONG if is_wrong else STEP_RIGHT)
        return " ".join(filter(None, sentences))[: self.max_chars]


def _make_rules(
    steps: str | StepVerifier | StepScorer | StepRules, verifier: Verifier
) -> StepRules:
    """Return the rules for the argument ``steps`` of `StepEnv`.

    Raises:
        ArgumentError: If the name is unknown.
    """
    if isinstance(steps, StepRules):
        return steps
    if isinstance(steps, StepVerifier):
        return ClaimRules(steps)
    if callable(steps):
        return ScoreRules(steps)
    if check_choice("steps", steps, ("claims", "moves")) == "claims":
        return ClaimRules(StepVerifier(use_reference=True))
    return MoveRules(verifier)


def _scheme_name(name: str, value: object, choices: tuple[str, ...]) -> str:
    return "callable" if callable(value) else check_choice(name, value, choices)


def _one_line(action: str) -> str:
    """Return a step as one line, since the verifiers take every line for a step."""
    return "; ".join(" ".join(line.split()) for line in action.splitlines() if line.strip())
