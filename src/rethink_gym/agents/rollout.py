"""Playing many episodes at once on a vector environment, through the standard API.

Also what learners ask of an environment: its attributes and its problems.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import VectorEnv

from rethink_gym.agents.policies.policy import Policy
from rethink_gym.conversation import Completion, Conversation, Message, Role, StopReason
from rethink_gym.envs.tasks.base.task import Task
from rethink_gym.envs.vector.info import info_of
from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import PromptTooLongError, argument_error
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict

__all__ = [
    "EpisodePolicy",
    "derive_seed",
    "env_attribute",
    "make_text_env",
    "play_episodes",
    "play_groups",
    "problems_of",
]


@runtime_checkable
class EpisodePolicy(Protocol):
    """A policy whose answers depend on which episode a conversation belongs to.

    `play_episodes` calls `act_in` instead of `act`.
    """

    def act_in(
        self, conversations: Sequence[Conversation], episodes: Sequence[int]
    ) -> list[Completion]:
        """Generate the next message of each conversation.

        Args:
            conversations: The conversations so far.
            episodes: Index of each one's episode in the ``problems`` that are played.

        Returns:
            One completion per conversation, in order.
        """
        ...


def derive_seed(seed: int, *path: int) -> np.random.SeedSequence:
    """Derive the seed of one of several independent random streams.

    Args:
        seed: Seed of the run, at least 0.
        *path: What distinguishes the stream from others, such as the number of an epoch or
            problem. The path ``0`` is the stream of ``seed`` itself.

    Returns:
        A seed for `numpy.random.default_rng`; ``generate_state(1)`` makes an integer of it.
    """
    return np.random.SeedSequence((seed, *path))


def make_text_env(env: str | VectorEnv[Any, Any, Any], num_envs: int, **kwargs: Any) -> VectorEnv:
    """Build a vector environment of texts.

    Args:
        env: An id of the registry, such as ``"MathSelfCorrect-v0"``; a vector
            environment is returned as it is.
        num_envs: Number of episodes that it plays at once.
        **kwargs: Options of the environment, such as ``split="test"``.

    Returns:
        The vector environment.

    Raises:
        ArgumentError: If ``env`` is neither, if its observations or actions are not texts,
            if it lacks an option, or if keyword arguments come with a vector environment
            that exists already.
    """
    if isinstance(env, str):
        try:
            made: VectorEnv[Any, Any, Any] = gym.make_vec(env, num_envs=num_envs, **kwargs)
        except TypeError as error:
            if "unexpected keyword argument" not in str(error):
                raise
            # Gymnasium passes the options on; this is how an environment refuses one.
            must_be, remedy = f"options that {env!r} has", f"{error}"
            raise argument_error("env_kwargs", must_be, kwargs, remedy) from error
    elif not isinstance(env, VectorEnv):
        raise argument_error("env", "an environment id or a gymnasium VectorEnv", env)
    elif kwargs:
        raise argument_error("env", "an id if arguments for it are given", env)
    else:
        made = env
    for space in (made.single_observation_space, made.single_action_space):
        if space.dtype is None or space.dtype.kind != "U":
            kind = type(space).__name__
            remedy = f"It has a {kind} space. The command `rethink envs` lists environments."
            raise argument_error("env", "an environment of texts", env, remedy)
    return made


def env_attribute(env: VectorEnv[Any, Any, Any], name: str, default: Any) -> Any:
    """Read an attribute of the environments in a vector environment.

    Args:
        env: The vector environment.
        name: An attribute that all its environments share.
        default: What to return if there is no such attribute, as in foreign environments.

    Returns:
        The attribute of the first environment.
    """
    get_attr = getattr(env, "get_attr", None)
    if get_attr is None:
        return default
    try:
        return get_attr(name)[0]
    except AttributeError:
        return default


def problems_of(env: VectorEnv[Any, Any, Any], indices: Sequence[int]) -> list[Problem]:
    """Return problems that an environment plays, with their gold answers and solutions.

    Args:
        env: The environment.
        indices: Indices of problems of its split.

    Returns:
        The problems.

    Raises:
        ArgumentError: If the environment does not say where its problems come from.
    """
    task = env_attribute(env, "task", None)
    if not isinstance(task, Task):
        remedy = "The environments of rethink_gym have one; a foreign one knows no gold answers."
        raise argument_error("env", "an environment with a task", env, remedy)
    split = env_attribute(env, "split", "train")
    return [task.problem(index, split) for index in indices]


def play_groups(
    policy: Policy | EpisodePolicy,
    env: VectorEnv[Any, Any, Any],
    problems: npt.ArrayLike,
    num_samples: int,
    *,
    seed: int = 0,
) -> list[Episode]:
    """Play several episodes of each problem.

    Args:
        policy: Plays them.
        env: See `play_episodes`.
        problems: Indices of the problems.
        num_samples: Number of episodes of each problem.
        seed: See `play_episodes`.

    Returns:
        The episodes, all samples of a problem one after the other.
    """
    repeated: list[int] = np.asarray(problems).repeat(num_samples).tolist()
    return play_episodes(policy, env, repeated, seed=seed)


def play_episodes(
    policy: Policy | EpisodePolicy,
    env: VectorEnv[Any, Any, Any],
    problems: Sequence[int],
    *,
    seed: int = 0,
    on_progress: Callable[[int], None] | None = None,
) -> list[Episode]:
    """Play one episode per entry of ``problems``.

    Each slot of the environment is reset with ``options={"problem": ...}`` and with a seed
    derived from ``seed`` and the problem. Our environments use the option; any other uses
    the seed, so equal entries play equal episodes there, too.

    Answers longer than the action space are truncated. An episode whose conversation no
    longer fits into the context of the policy ends there: its last turn is marked as
    truncated, and the episode as ``is_context_full``. Other episodes are not affected.

    Args:
        policy: Generates the actions; see also `EpisodePolicy`.
        env: Text observations, text actions, Gymnasium's default autoreset.
        problems: Index of the problem of each episode; one may occur many times.
        seed: Seed of what is random in the environment.
        on_progress: Called periodically with the number of finished episodes.

    Returns:
        The episodes, in the order of ``problems``.

    Raises:
        ArgumentError: If the first prompt of an episode does not fit into the context of
            the policy; the message names the problem.
    """
    episodes: list[Episode] = []
    for start in range(0, len(problems), env.num_envs):
        episodes += _play_wave(policy, env, problems[start : start + env.num_envs], start, seed)
        if on_progress is not None:
            on_progress(len(episodes))
    return episodes


def _play_wave(
    policy: Policy | EpisodePolicy,
    env: VectorEnv[Any, Any, Any],
    problems: Sequence[int],
    start: int,
    seed: int,
) -> list[Episode]:
    """Play at most as many episodes as the environment has slots."""
    started = time.perf_counter()
    # Unused slots are stepped with an empty action; their results are ignored.
    slots = [*problems, *[problems[0]] * (env.num_envs - len(problems))]
    observations, infos = env.reset(
        # Gymnasium's own vector environments take lists of seeds; their base class does not say so.
        seed=[int(derive_seed(seed, problem).generate_state(1)[0]) for problem in slots],  # type: ignore[arg-type]
        options={"problem": slots},
    )
    problem_ids = [
        str(info_of(infos, slot).get("problem_id", problem))
        for slot, problem in enumerate(problems)
    ]
    max_chars: int | None = getattr(env.single_action_space, "max_chars", None)
    dialogues: list[Conversation] = [()] * len(problems)
    turns: list[list[Turn]] = [[] for _ in problems]
    active, full = list(range(len(problems))), set[int]()
    while active:
        asked = {slot: str(observations[slot]) for slot in active}
        for slot in active:
            dialogues[slot] += (Message(Role.USER, asked[slot]),)
        completions = _completions(policy, dialogues, active, start, problem_ids)
        for slot in [slot for slot in active if _is_context_full(completions[slot])]:
            if not turns[slot]:
                raise _prompt_too_long(problem_ids[slot])
            turns[slot][-1] = replace(turns[slot][-1], truncated=True)
            full.add(slot)
            active.remove(slot)
        if not active:
            break
        actions = [
            completions[slot].text[:max_chars] if slot in active else ""
            for slot in range(env.num_envs)
        ]
        observations, rewards, terminations, truncations, infos = env.step(tuple(actions))
        for slot in list(active):
            verdict = info_of(infos, slot).get("verdict")
            turn = Turn(
                observation=asked[slot],
                completion=completions[slot],
                reward=float(rewards[slot]),
                terminated=bool(terminations[slot]),
                truncated=bool(truncations[slot]),
                verdict=None if verdict is None else Verdict.from_dict(verdict),
            )
            turns[slot].append(turn)
            dialogues[slot] += (turn.completion.message,)
            if turn.terminated or turn.truncated:
                active.remove(slot)
    wall_s = (time.perf_counter() - started) / len(problems)
    return [
        Episode(problem_id, tuple(turns[slot]), wall_s, slot in full)
        for slot, problem_id in enumerate(problem_ids)
    ]


def _completions(
    policy: Policy | EpisodePolicy,
    dialogues: Sequence[Conversation],
    active: Sequence[int],
    start: int,
    problem_ids: Sequence[str],
) -> dict[int, Completion]:
    """Return the policy's next message in each active slot."""
    conversations = [dialogues[slot] for slot in active]
    try:
        if isinstance(policy, EpisodePolicy):
            generated = policy.act_in(conversations, [start + slot for slot in active])
        else:
            generated = policy.act(conversations)
    except PromptTooLongError as error:
        raise _prompt_too_long(problem_ids[active[error.index]], error.index) from error
    return dict(zip(active, generated, strict=True))


def _is_context_full(completion: Completion) -> bool:
    """Whether the policy could not generate anything, since the context is full."""
    return completion.stop is StopReason.CONTEXT and not completion.token_ids


def _prompt_too_long(problem_id: str, index: int = 0) -> PromptTooLongError:
    return PromptTooLongError(
        f"The prompt of problem {problem_id!r} must be shorter than the context of the model. "
        "Leave the problem out, shorten it, or take a model with a longer context.",
        index,
    )
