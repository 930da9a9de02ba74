"""The teacher: a policy that says the worked solutions which problems come with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.vector import VectorEnv

from rethink_gym.agents.demonstration import completion_of
from rethink_gym.agents.policies.language_model import LanguageModel
from rethink_gym.agents.rollout import env_attribute, play_episodes
from rethink_gym.conversation import Completion, Conversation
from rethink_gym.envs.task import Task
from rethink_gym.episode import Episode, load_episodes
from rethink_gym.errors import DataError, DataNotFoundError, argument_error
from rethink_gym.problem import Problem

__all__ = [
    "choose_problems",
    "load_recorded",
    "play_solutions",
    "problems_of",
    "solved_problems",
]


def choose_problems(num_problems: int, available: int, seed: int) -> list[int]:
    """Choose the problems of a training set that stays the same for a whole run.

    Args:
        num_problems: How many.
        available: How many there are.
        seed: Decides which; equal seeds choose the same.

    Returns:
        Indices, all different; all that there are if those are no more than wanted.
    """
    if available <= num_problems:
        return list(range(available))
    # Of its own stream, so that a run that is resumed chooses them again.
    random = np.random.default_rng([seed, 0x5E7])
    return [int(place) for place in random.choice(available, size=num_problems, replace=False)]


def problems_of(env: VectorEnv[Any, Any, Any], indices: Sequence[int]) -> list[Problem]:
    """Return problems that an environment plays, gold answers and solutions included.

    Args:
        env: The environment.
        indices: Which problems of its split.

    Returns:
        The problems.

    Raises:
        ArgumentError: If the environment does not say where its problems come from.
    """
    task = env_attribute(env, "task", None)
    if not isinstance(task, Task):
        remedy = "A ReasoningEnv does; a foreign environment does not know gold answers."
        raise argument_error("env", "an environment that tells its task", env, remedy)
    split = env_attribute(env, "split", "train")
    return [task.problem(index, split) for index in indices]


def solved_problems(env: VectorEnv[Any, Any, Any], indices: Sequence[int]) -> list[int]:
    """Return those problems that come with a worked solution.

    Args:
        env: The environment.
        indices: Which problems of its split.

    Returns:
        The indices of those that have one, in order.

    Raises:
        ArgumentError: If the environment does not say where its problems come from.
        DataError: If none of the problems has one.
    """
    problems = problems_of(env, indices)
    solved = [index for index, problem in zip(indices, problems, strict=True) if problem.solution]
    if not solved:
        raise DataError(
            f"The problems must have worked solutions to imitate, got none in {len(problems)} "
            f"problems such as {problems[0].id!r}. Give recorded episodes instead."
        )
    return solved


def play_solutions(
    policy: LanguageModel, env: VectorEnv[Any, Any, Any], indices: Sequence[int]
) -> list[Episode]:
    """Play the worked solutions of problems, in the tokens of a policy.

    In every turn the whole solution is said, and the environment judges it.

    Args:
        policy: Whose tokens the completions carry.
        env: Where they are played.
        indices: Which problems of its split; each has a solution.

    Returns:
        One episode per problem, in order.
    """
    said = {
        problem.prompt: completion_of(policy, problem.solution or "")
        for problem in problems_of(env, indices)
    }
    return play_episodes(_Teacher(said), env, indices)


def load_recorded(path: str) -> list[Episode]:
    """Read recorded episodes to imitate.

    Args:
        path: A file that `save_episodes` wrote.

    Returns:
        The episodes.

    Raises:
        DataNotFoundError: If there is no such file.
        DataError: If it holds no episodes.
    """
    if not Path(path).is_file():
        raise DataNotFoundError(
            f"demonstrations must be an existing file, got {path!r}. "
            "In the folder of a run it is called 'episodes_trained.jsonl'."
        )
    recorded = list(load_episodes(Path(path)))
    if not recorded:
        raise DataError(f"demonstrations must hold one or more episodes, got none in {path!r}.")
    return recorded


class _Teacher:
    """Says in every turn what is known for the problem's prompt."""

    def __init__(self, said: dict[str, Completion]) -> None:
        self._said = said

    def act(self, conversations: Sequence[Conversation]) -> list[Completion]:
        return [self._said[conversation[0].content] for conversation in conversations]
