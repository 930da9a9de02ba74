"""One environment under test: how to make it, how to play it, how to tell of a broken promise."""

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
    "global_chance",
    "play",
    "problem_of",
    "shortened",
]

MAX_STEPS = 64
"""An episode that is not over by then is left."""

AnyTextEnv = gym.Env[str, str]


class ConformanceError(RethinkError, AssertionError):
    """An environment breaks a promise.

    Attributes:
        promise: Which one; a key of `PROMISES`.
    """

    def __init__(self, message: str, promise: str = "") -> None:
        super().__init__(message)
        self.promise = promise


@dataclass(frozen=True, kw_only=True)
class Case:
    """One environment under test.

    Attributes:
        name: For the messages.
        make: Makes the environment anew.
        env_id: Its id, if it is registered.
        arguments: What it is made with, if it is registered.
        right: Writes a right answer to a problem.
        max_bad_score: Most that a bad answer may score.
        num_problems: How many problems are answered.
        num_samples: How many problems of each split are compared.
    """

    name: str
    make: Callable[[], AnyTextEnv]
    env_id: str | None
    arguments: Mapping[str, Any]
    right: Callable[[Problem], str]
    max_bad_score: float
    num_problems: int
    num_samples: int

    @property
    def probes(self) -> tuple[str, ...]:
        """Actions that are neither right nor meant to be: they make an episode go on."""
        return ("A: 1", "", "A: -2\nor so?", "Let me see.\n1+1=2\nA: 7", "ünïcödé \u2028 🎲")

    def fail(self, promise: str, what: str) -> ConformanceError:
        """Word the error of a broken promise, for the caller to raise."""
        return ConformanceError(f"{self.name} breaks the promise {promise!r}: {what}", promise)


def problem_of(env: AnyTextEnv) -> Problem | None:
    """Return the problem that an environment plays; None if it does not tell."""
    found: object = getattr(env.unwrapped, "problem", None)
    return found if isinstance(found, Problem) else None


def play(
    env: AnyTextEnv, actions: Sequence[str], *, num_episodes: int = 1, seed: int | None = None
) -> list[Any]:
    """Play episodes with given actions, over and over; return all that was seen."""
    seen: list[Any] = [env.reset(seed=seed)]
    for episode in range(num_episodes):
        if episode:
            seen.append(env.reset())
        for place in range(MAX_STEPS):
            step = env.step(actions[place % len(actions)])
            seen.append(step)
            if step[2] or step[3]:
                break
    return seen


def check_equal(case: Case, promise: str, ours: Any, theirs: Any, where: str) -> None:
    """Check that two things that were seen are equal in every field.

    Raises:
        ConformanceError: If they are not.
    """
    if data_equivalence(ours, theirs, exact=True):
        return None
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        for place, (one, other) in enumerate(zip(ours, theirs, strict=False)):
            if not data_equivalence(one, other, exact=True):
                return check_equal(case, promise, one, other, f"{where}, item {place}")
    raise case.fail(promise, f"{where}, {shortened(ours)} is not {shortened(theirs)}")


def shortened(value: object) -> str:
    """Return the ``repr`` of a value, cut to a line."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:197]}..."


@contextmanager
def global_chance(seed: int) -> Iterator[Callable[[], bool]]:
    """Seed the generators that all of the process shares; put them back afterwards.

    Yields:
        Tells whether they are still as they were seeded.
    """
    before = random.getstate(), np.random.get_state()  # it is the one in question
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
