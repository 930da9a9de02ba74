"""The conformance suite: every promise of a text environment, checked one after the other."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

import gymnasium as gym

from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.envs.testing import answers, episodes, vectors
from rethink_gym.envs.testing.case import AnyTextEnv, Case, ConformanceError, problem_of
from rethink_gym.errors import argument_error, check_choice, check_count
from rethink_gym.problem import Problem

__all__ = ["PROMISES", "check_text_env"]


class _Promise(NamedTuple):
    """A promise: in words, what checks it, and which environments can give it at all."""

    words: str
    check: Callable[[Case], None]
    applies: Callable[[Case], bool]


def _always(case: Case) -> bool:
    return True


def _has_task(case: Case) -> bool:
    return isinstance(getattr(case.make().unwrapped, "task", None), Task)


def _has_problem(case: Case) -> bool:
    env = case.make()
    env.reset(seed=0)
    return problem_of(env) is not None


def _has_state(case: Case) -> bool:
    inner = case.make().unwrapped
    return hasattr(inner, "get_state") and hasattr(inner, "set_state")


def _has_spec(case: Case) -> bool:
    return case.make().spec is not None


def _has_vector(case: Case) -> bool:
    return case.env_id is not None and gym.spec(case.env_id).vector_entry_point is not None


_CHECKS: Mapping[str, _Promise] = {
    "api": _Promise(
        "Gymnasium's check_env finds nothing, not even something to warn of.",
        episodes.check_api,
        _always,
    ),
    "seeds": _Promise(
        "Two environments play the same from equal seeds and actions, in every field; "
        "other seeds begin with other problems.",
        episodes.check_seeds,
        _always,
    ),
    "isolation": _Promise(
        "No environment changes the episodes of another one, or draws from the "
        "generators that the whole process shares.",
        episodes.check_isolation,
        _always,
    ),
    "fresh episodes": _Promise(
        "A reset forgets the episodes before.", episodes.check_fresh_episodes, _always
    ),
    "right answers": _Promise(
        "The right answer scores 1.", answers.check_right_answers, _has_problem
    ),
    "bad answers": _Promise(
        "Garbage, the empty text, echoes and hedges score 0.",
        answers.check_bad_answers,
        _has_problem,
    ),
    "detours": _Promise("Being wrong first never pays.", answers.check_detours, _has_problem),
    "splits": _Promise("No question stands in two splits.", answers.check_splits, _has_task),
    "copies": _Promise(
        "Copies by deepcopy and pickle play on as the environment does, at every turn.",
        episodes.check_copies,
        _always,
    ),
    "state": _Promise(
        "A state written as JSON makes another environment play on, at every turn.",
        episodes.check_state,
        _has_state,
    ),
    "spec": _Promise(
        "The spec written as JSON makes an equal environment.", episodes.check_spec, _has_spec
    ),
    "vector": _Promise(
        "The vector environment plays what SyncVectorEnv plays, in all autoreset modes.",
        vectors.check_vector,
        _has_vector,
    ),
}

PROMISES: Mapping[str, str] = {name: promise.words for name, promise in _CHECKS.items()}
"""What each promise says, by its name."""


def check_text_env(
    env: str | AnyTextEnv,
    *,
    promises: Iterable[str] | None = None,
    right: Callable[[Problem], str] = answers.right_answer,
    max_bad_score: float = 0.0,
    num_problems: int = 10,
    num_samples: int = 20_000,
    **arguments: Any,
) -> None:
    """Check that a text environment keeps its promises.

    Any environment whose observations and actions are texts can be checked. What is
    asked of answers needs the attribute ``problem`` (a `Problem`) on the unwrapped
    environment, what is asked of splits ``task`` (a `Task`), the round trip of
    states ``get_state`` and ``set_state``; the promises of specs and vector environments
    are for registered ids.

    Args:
        env: The id of an environment, or an environment, which is copied and left alone.
        promises: Which of `PROMISES` to check; None for all that apply to it.
        right: Writes a right answer to a problem.
        max_bad_score: Most that a bad answer may score, and earn in each step; for
            graded answers, such as summaries, of which an echo of the question is a poor
            one, but one.
        num_problems: How many problems are answered rightly and badly.
        num_samples: How many problems of each split are compared with the others.
        **arguments: What to make the environment with, if it is given by its id.

    Raises:
        ConformanceError: If a promise is broken; the message says which and by what.
        ArgumentError: If there is no such promise, or one of those named does not
            apply to the environment.
        gymnasium.error.Error: If there is no such environment.
    """
    case = _make_case(
        env,
        arguments,
        right=right,
        max_bad_score=max_bad_score,
        num_problems=check_count("num_problems", num_problems),
        num_samples=check_count("num_samples", num_samples),
    )
    for name in _CHECKS if promises is None else promises:
        promise = _CHECKS[check_choice("promises", name, _CHECKS)]
        if promise.applies(case):
            promise.check(case)
        elif promises is not None:
            raise argument_error(
                "promises", f"what {case.name} can give", name, "See check_text_env."
            )


def _make_case(env: str | AnyTextEnv, arguments: Mapping[str, Any], **settings: Any) -> Case:
    if isinstance(env, str):
        env_id = env

        def make() -> AnyTextEnv:
            return gym.make(env_id, **arguments)

        make().close()  # arguments that are wrong are told as what they are
        return Case(name=env_id, make=make, env_id=env_id, arguments=arguments, **settings)
    if not isinstance(env, gym.Env):
        raise argument_error("env", "an environment or the id of one", env)
    if arguments:
        raise argument_error("env", "an id if arguments for it are given", env)

    def copy() -> AnyTextEnv:
        try:
            return deepcopy(env)
        except Exception as error:
            what = f"{name} breaks the promise 'copies': deepcopy says {error!r}"
            raise ConformanceError(what, "copies") from error

    name = env.spec.id if env.spec is not None else type(env.unwrapped).__name__
    return Case(name=name, make=copy, env_id=None, arguments={}, **settings)
