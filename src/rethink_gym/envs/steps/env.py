"""Which rules of steps are meant by what the maker of an environment said."""

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

__all__ = ["StepEnv", "make_rules"]


def make_rules(steps: str | StepVerifier | StepScorer | StepRules, verifier: Verifier) -> StepRules:
    """Return the rules that are meant.

    Args:
        steps: ``"claims"``, ``"moves"``, a verifier or a function that judges steps, or
            rules.
        verifier: Judges the final answer.

    Returns:
        The rules.

    Raises:
        ArgumentError: If there are no rules of that name.
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


_ANSWER = re.compile(
    r"^[ \t>*_#]*(?:A|[Aa]nswer|[Ff]inal [Aa]nswer)[ *_]*:|####|\\(?:boxed|fbox)\b", re.MULTILINE
)


class StepEnv(TextEnv):
    r"""One problem, to be worked step by step.

    **Observation.** The newest message of the environment. The first one is the prompt
    of the problem and how steps are written; between two steps a short fixed message
    asks for the next one and says how many are left, with what there is to see of the
    state (the numbers left, where steps are moves); at the end it is the empty text.

    **Action.** One step of the solution, any text of at most ``max_chars``; its lines
    are taken as one. A text that marks an answer (a line that starts with ``A:``, or
    ``####`` or ``\boxed``) is the final answer, and judged alone.

    **Reward.** The rewards of an episode add up to the score of its final answer, in
    [0, 1]; without an answer, to 0. Under ``"dense"`` each step besides earns its score
    divided by ``max_steps`` at once, and the last action takes that back. So steps that
    are right and lead nowhere earn nothing in the end, and neither does being wrong
    first: an episode in which a step is better earns no less, discounted or not.

    **End.** The episode terminates with a final answer, when steps solve the problem or
    none can lead on (where they are moves), with step number ``max_steps``, or with the
    step that makes the solution longer than ``max_solution_chars``. The limits are rules
    of the game, which the agent is told, so reaching one terminates the episode: nothing
    was cut off that could still have earned. It is never truncated by the environment
    itself; Gymnasium's ``TimeLimit`` truncates.

    **Info.** ``problem_id``; ``step``, how many steps have been said; after a step
    ``verdict``, as plain data without ``detail`` and ``feedback``: that on the final
    answer, or one whose ``score`` is that of the step, whose ``steps`` are the scores of
    the steps so far, and whose reason is ``"no_answer"``. Where steps are moves also
    ``numbers``, those left, and ``legal_moves``, as tuples of texts.

    **Reset.** Draws a problem of the split, or takes the one that
    ``options={"problem": index}`` names, which draws nothing.

    Args:
        task: Where the problems come from.
        verifier: Judges the final answer; the task's own one if None.
        split: Which problems of the task to play; its `Task.default_split` if None.
        steps: How steps are judged: ``"claims"`` (by what they claim and whether it is
            a result of the worked solution: `StepVerifier`), ``"moves"`` (as moves of
            countdown), a `StepVerifier`, a function of the problem and the steps so far
            that scores the newest one, or `StepRules`.
        max_steps: How many steps a solution may have, the final answer included.
        max_solution_chars: How many characters all steps together may have.
        feedback: What is said of a step: ``"none"`` (nothing), ``"verdict"`` (right or
            wrong, if it could be checked), or a function of problem, verdict and number
            of steps that returns the whole message.
        reward: ``"dense"``, ``"sparse"`` (the final answer alone), or a function of the
            verdicts so far.
        max_chars: Most characters of an action and of an observation.
        render_mode: ``"ansi"`` makes `render` return the dialogue so far.

    Raises:
        ArgumentError: If an argument is not what it must be.

    References:
        Ng et al., "Policy Invariance under Reward Transformations", 1999, section 3:
        what steps have earned is a potential, which is 0 at the end. Lightman et al.,
        "Let's Verify Step by Step", 2023: rewards for steps (arXiv:2305.20050).
    """

    has_attempts: ClassVar = False
    action_noun: ClassVar = "step"

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
        self.rules = make_rules(steps, self.verifier)
        self.max_steps = check_count("max_steps", max_steps)
        self.max_solution_chars = check_count("max_solution_chars", max_solution_chars)
        self.feedback_scheme = _scheme("feedback", feedback, ("none", "verdict"))
        self.reward_scheme = _scheme("reward", reward, ("dense", "sparse"))
        self._feedback = feedback
        self._reward = reward
        self._steps: tuple[str, ...] = ()
        self._earned = 0.0

    @property
    def settings(self) -> dict[str, Any]:
        """What two environments must have in common to take over each other's state."""
        return super().settings | {
            "steps": type(self.rules).__name__,
            "max_steps": self.max_steps,
            "max_solution_chars": self.max_solution_chars,
            "feedback": self.feedback_scheme,
            "reward": self.reward_scheme,
        }

    @property
    def shared_options(self) -> dict[str, Any]:
        """Arguments for environments that are to be judged together with this one."""
        return super().shared_options | {"steps": self.rules}

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of this episode, one line each, in order."""
        return self._steps

    def opening(self, problem: Problem) -> str:
        """Return the prompt of the problem, and how steps are written."""
        return f"{problem.prompt}\n{self.rules.opening.format(left=self.max_steps)}"

    def begin(self, problem: Problem) -> dict[str, Any]:
        """Begin without a step."""
        self._steps = ()
        self._earned = 0.0
        return {"problem_id": problem.id, "step": 0, **self.rules.view(problem, ()).info}

    def question(self, action: str) -> Question | None:
        """Ask for a verdict on the final answer or on the newest step."""
        if self._num_chars(action) > self.max_solution_chars:
            return None
        if _ANSWER.search(action):
            return Question(self.verifier, action, self.problem)
        return self.rules.question(self.problem, (*self._steps, _line_of(action)))

    def advance(
        self, action: str, verdict: Verdict | None
    ) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Play on with the verdict on a step or on the final answer.

        Args:
            action: An action that `check_action` accepted.
            verdict: The judgement of it; None if the solution has become too long.

        Returns:
            What `step` returns.

        Raises:
            ArgumentError: If a feedback or reward of the caller's own returned
                something impossible.
        """
        problem = self.problem
        is_too_long = verdict is None
        if verdict is None:
            verdict = Verdict(0.0, False, Reason.OVER_LIMIT)
        verdicts = (*self._verdicts, verdict)
        steps = (*self._steps, _line_of(action))
        is_answer = verdict.correct or bool(_ANSWER.search(action))
        view = self.rules.view(problem, steps)
        left = self.max_steps - len(steps)
        terminated = is_answer or is_too_long or left == 0 or view.is_stuck
        reward = self._pay(verdicts, is_answer=is_answer, is_over=terminated)
        observation = ""
        if not terminated:
            observation = self._answer(problem, verdict, len(steps), view.reply)
        self._verdicts = verdicts
        self._steps = steps
        self._earned += reward
        self._is_over = terminated
        self._said += (action,) if terminated else (action, observation)
        info = {
            "problem_id": problem.id,
            "step": len(steps),
            "verdict": self.shown(verdict),
            **view.info,
        }
        return observation, reward, terminated, False, info

    def get_state(self) -> dict[str, Any]:
        """Return all that decides how the episode and those after it go on."""
        return {**super().get_state(), "steps": list(self._steps), "earned": self._earned}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go to a state that `get_state` returned, of this or an equal environment.

        Raises:
            ArgumentError: If it is the state of an environment of another kind.
        """
        super().set_state(state)
        self._steps = tuple(state["steps"])
        self._earned = state["earned"]

    def _num_chars(self, action: str) -> int:
        return sum(map(len, self._steps)) + len(action)

    def _pay(self, verdicts: tuple[Verdict, ...], *, is_answer: bool, is_over: bool) -> float:
        if callable(self._reward):
            reward = float(self._reward(verdicts))
            if not math.isfinite(reward):
                raise argument_error("the value of reward(verdicts)", "a finite number", reward)
            return reward
        if is_over:
            return (verdicts[-1].score if is_answer else 0.0) - self._earned
        return verdicts[-1].score / self.max_steps if self._reward == "dense" else 0.0

    def _answer(self, problem: Problem, verdict: Verdict, num_steps: int, reply: str) -> str:
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
        words = [reply, NEXT_STEP.format(left=self.max_steps - num_steps)]
        is_wrong = is_wrong_step(verdict) if self._feedback == "verdict" else None
        if is_wrong is not None and not reply:
            words.insert(0, STEP_WRONG if is_wrong else STEP_RIGHT)
        return " ".join(filter(None, words))[: self.max_chars]


def _scheme(name: str, value: object, choices: tuple[str, ...]) -> str:
    return "callable" if callable(value) else check_choice(name, value, choices)


def _line_of(action: str) -> str:
    """Return a step as one line, since the judge takes every line for a step."""
    return "; ".join(" ".join(line.split()) for line in action.splitlines() if line.strip())
