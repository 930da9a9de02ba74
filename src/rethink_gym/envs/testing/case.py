"""One environment under test: make it, play it, compare what happened, report a failure."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.utils.env_checker import data_equivalence

from rethink_gym.errors import RethinkError
from rethink_gym.problem import Problem

__all__ = [
    "MAX_STEPS",
    "AnyTextEnv",
    "Case",
    "ConformanceError",
    "check_equal",
    "play",
    "problem_of",
    "seeded_global_generators",
    "shortened",
]

MAX_STEPS = 64
"""Maximum number of steps that are played of an episode."""

AnyTextEnv = gym.Env[str, str]


class ConformanceError(RethinkError, AssertionError):
    """An environment breaks a promise.

    Attributes:
        promise: Name of the promise, a key of `PROMISES`.
    """

    def __init__(self, message: str, promise: str = "") -> None:
        super().__init__(message)
        self.promise = promise


@dataclass(frozen=True, kw_only=True)
class Case:
    """One environment under test.

    Attributes:
        name: Name of the environment in messages.
        make: Makes a new environment.
        env_id: Id of the environment, if it is registered.
        arguments: Arguments that it is made with, if it is registered.
        correct_answer: Writes a correct answer to a problem.
        max_bad_score: Maximum score of a bad answer.
        num_problems: Number of problems to answer.
        num_samples: Number of problems of each split to compare.
    """

    name: str
    make: Callable[[], AnyTextEnv]
    env_id: str | None
    arguments: Mapping[str, Any]
    correct_answer: Callable[[Problem], str]
    max_bad_score: float
    num_problems: int
    num_samples: int

    @property
    def probes(self) -> tuple[str, ...]:
        """Actions that are not correct answers, so that an episode continues."""
        return ("A: 1", "", "A: -2\nor so?", "Let me see.\n1+1=2\nA: 7", "ünïcödé \u2028 🎲")

    def fail(self, promise: str, what: str) -> ConformanceError:
        """Return the error for a broken promise, for the caller to raise."""
        return ConformanceError(f"{self.name} breaks the promise {promise!r}: {what}", promise)


def problem_of(env: AnyTextEnv) -> Problem | None:
    """Return the problem of the running episode; None if the environment has no such attribute."""
    problem: object = getattr(env.unwrapped, "problem", None)
    return problem if isinstance(problem, Problem) else None


def play(
    env: AnyTextEnv, actions: Sequence[str], *, num_episodes: int = 1, seed: int | None = None
) -> list[Any]:
    """Play episodes with given actions, in turn; return all results of `reset` and `step`."""
    seen: list[Any] = [env.reset(seed=seed)]
    for episode in range(num_episodes):
        if episode:
            seen.append(env.reset())
        for index in range(MAX_STEPS):
            step = env.step(actions[index % len(actions)])
            seen.append(step)
            if step[2] or step[3]:
                break
    return seen


def check_equal(case: Case, promise: str, ours: Any, theirs: Any, where: str) -> None:
    """Check that two results are equal in every field.

    Raises:
        ConformanceError: If they are not.
    """
    if data_equivalence(ours, theirs, exact=True):
        return None
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            if not data_equivalence(one, other, exact=True):
                return check_equal(case, promise, one, other, f"{where}, item {index}")
    raise case.fail(promise, f"{where}, {shortened(ours)} is not {shortened(theirs)}")


def shortened(value: object) -> str:
    """Return the ``repr`` of a value, cut to a line."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:197]}..."


@contextmanager
def seeded_global_generators(seed: int) -> Iterator[Callable[[], bool]]:
    """Seed the global random generators of the process, and restore them afterwards.

    Yields:
        A function that returns whether nothing has been drawn from them since.
    """
    before = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    seeded = random.getstate(), np.random.get_state()

    def is_untouched() -> bool:
        now = random.getstate(), np.random.get_state()
        return data_equivalence(seeded, now, exact=True)

    try:
        yield is_untouched
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
