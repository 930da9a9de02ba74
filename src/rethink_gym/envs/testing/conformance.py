"""The conformance suite: checks every promise of a text environment."""

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
    """A promise of an environment.

    Attributes:
        words: What is promised, in one sentence.
        check: Raises a `ConformanceError` if the promise is broken.
        applies: Returns whether an environment can be checked for it.
    """

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
        "Gymnasium's check_env reports neither errors nor warnings.",
        episodes.check_api,
        _always,
    ),
    "seeds": _Promise(
        "Two environments play the same from equal seeds and actions, in every field; "
        "other seeds start with other problems.",
        episodes.check_seeds,
        _always,
    ),
    "isolation": _Promise(
        "No environment changes the episodes of another one, or draws from the "
        "global generators of the process.",
        episodes.check_isolation,
        _always,
    ),
    "fresh episodes": _Promise(
        "A reset forgets the earlier episodes.", episodes.check_fresh_episodes, _always
    ),
    "correct answers": _Promise(
        "The correct answer scores 1.", answers.check_correct_answers, _has_problem
    ),
    "bad answers": _Promise(
        "Garbage, the empty text, echoes and hedges score 0.",
        answers.check_bad_answers,
        _has_problem,
    ),
    "detours": _Promise(
        "An incorrect first attempt never raises the return.", answers.check_detours, _has_problem
    ),
    "splits": _Promise("No question occurs in two splits.", answers.check_splits, _has_task),
    "copies": _Promise(
        "Copies by deepcopy and pickle continue as the environment does, at every turn.",
        episodes.check_copies,
        _always,
    ),
    "state": _Promise(
        "A state saved as JSON makes another environment continue, at every turn.",
        episodes.check_state,
        _has_state,
    ),
    "spec": _Promise(
        "The spec saved as JSON makes an equal environment.", episodes.check_spec, _has_spec
    ),
    "vector": _Promise(
        "The vector environment returns what SyncVectorEnv returns, in all autoreset modes.",
        vectors.check_vector,
        _has_vector,
    ),
}

PROMISES: Mapping[str, str] = {name: promise.words for name, promise in _CHECKS.items()}
"""The promises by name, each in one sentence."""


def check_text_env(
    env: str | AnyTextEnv,
    *,
    promises: Iterable[str] | None = None,
    correct_answer: Callable[[Problem], str] = answers.correct_answer,
    max_bad_score: float = 0.0,
    num_problems: int = 10,
    num_samples: int = 20_000,
    **arguments: Any,
) -> None:
    """Check that a text environment keeps its promises.

    Any environment whose observations and actions are texts can be checked. Some promises
    need more: those about answers need the attribute ``problem`` (a `Problem`) on the
    unwrapped environment, that about splits ``task`` (a `Task`), that about states
    ``get_state`` and ``set_state``. The promises about the spec and the vector environment
    need a registered id.

    Args:
        env: The id of an environment, or an environment, which is copied and not changed.
        promises: Names in `PROMISES` to check; None checks all that apply.
        correct_answer: Writes a correct answer to a problem.
        max_bad_score: Maximum score of a bad answer, and its maximum reward in each step.
            Above 0 for graded answers, such as summaries, where an echo of the question
            is a poor answer, but an answer.
        num_problems: Number of problems to answer correctly and badly.
        num_samples: Number of problems of each split to compare with the other splits.
        **arguments: Arguments to make the environment with, if it is given by its id.

    Raises:
        ConformanceError: If a promise is broken; the message contains its name and the
            evidence.
        ArgumentError: If a name in ``promises`` is unknown or does not apply to the
            environment.
        gymnasium.error.Error: If there is no such environment.

    Examples:
        >>> from rethink_gym.envs import ReasoningEnv
        >>> from rethink_gym.envs.tasks import MathMix
        >>> from rethink_gym.envs.testing import check_text_env
        >>> env = ReasoningEnv(MathMix(level=1), max_attempts=2)
        >>> check_text_env(env, promises=["seeds", "correct answers"])  # no error: kept
    """
    case = _make_case(
        env,
        arguments,
        correct_answer=correct_answer,
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
                "promises", f"those that apply to {case.name}", name, "See check_text_env."
            )


def _make_case(env: str | AnyTextEnv, arguments: Mapping[str, Any], **settings: Any) -> Case:
    if isinstance(env, str):
        env_id = env

        def make() -> AnyTextEnv:
            return gym.make(env_id, **arguments)

        make().close()  # wrong arguments raise here, not as a broken promise
        return Case(name=env_id, make=make, env_id=env_id, arguments=arguments, **settings)
    if not isinstance(env, gym.Env):
        raise argument_error("env", "an environment or the id of one", env)
    if arguments:
        raise argument_error("env", "an id if arguments for it are given", env)

    def copy() -> AnyTextEnv:
        try:
            return deepcopy(env)
        except Exception as error:
            what = f"{name} breaks the promise 'copies': deepcopy raises {error!r}"
            raise ConformanceError(what, "copies") from error

    name = env.spec.id if env.spec is not None else type(env.unwrapped).__name__
    return Case(name=name, make=copy, env_id=None, arguments={}, **settings)
