"""Plays many episodes at once on a vector environment, through the standard API."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import gymnasium as gym
from gymnasium.vector import VectorEnv

from rethink_gym.agents.policies.policy import Policy
from rethink_gym.conversation import Conversation, Message, Role
from rethink_gym.envs.vector.info import info_of
from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import argument_error
from rethink_gym.verdict import Verdict

__all__ = ["env_attribute", "make_text_env", "play_episodes"]


def make_text_env(env: str | VectorEnv[Any, Any, Any], num_envs: int, **kwargs: Any) -> VectorEnv:
    """Build a vector environment of texts.

    Args:
        env: An id of the registry, such as ``"MathSelfCorrect-v0"``; a vector
            environment is returned as it is.
        num_envs: How many episodes it plays at once.
        **kwargs: For the environment, such as ``split="test"``.

    Returns:
        The vector environment.

    Raises:
        ArgumentError: If ``env`` is neither, or if keyword arguments come with a
            vector environment that exists already.
    """
    if isinstance(env, str):
        return gym.make_vec(env, num_envs=num_envs, **kwargs)
    if not isinstance(env, VectorEnv):
        raise argument_error("env", "an environment id or a gymnasium VectorEnv", env)
    if kwargs:
        raise argument_error("env", "an id if arguments for it are given", env)
    return env


def env_attribute(env: VectorEnv[Any, Any, Any], name: str, default: Any) -> Any:
    """Read an attribute of the environments in a vector environment.

    Args:
        env: The vector environment.
        name: Of an attribute that all of them share.
        default: What to return where there is none, as in foreign environments.

    Returns:
        The attribute of the first one.
    """
    get_attr = getattr(env, "get_attr", None)
    if get_attr is None:
        return default
    try:
        return get_attr(name)[0]
    except AttributeError:
        return default


def play_episodes(
    policy: Policy,
    env: VectorEnv[Any, Any, Any],
    problems: Sequence[int],
    *,
    seed: int = 0,
    on_progress: Callable[[int], None] | None = None,
) -> list[Episode]:
    """Play one episode per entry of ``problems``.

    Each slot of the environment is reset with ``options={"problem": ...}`` and with
    a seed that follows from ``seed`` and the problem. Our environments go by the
    option; any other goes by the seed, so there too equal entries play equal episodes.
    Of an answer that is longer than the action space holds, the environment is given
    the beginning: one endless answer does not end a run of a thousand others.

    Args:
        policy: Says the actions.
        env: Text observations, text actions, autoreset as Gymnasium has it by default.
        problems: Which problem each episode plays; one may stand there many times.
        seed: Decides what is left to chance in the environment.
        on_progress: Called after each wave of episodes with how many are finished.

    Returns:
        The episodes, in the order of ``problems``.
    """
    episodes: list[Episode] = []
    for start in range(0, len(problems), env.num_envs):
        episodes += _play_wave(policy, env, problems[start : start + env.num_envs], seed)
        if on_progress is not None:
            on_progress(len(episodes))
    return episodes


def _play_wave(
    policy: Policy, env: VectorEnv[Any, Any, Any], problems: Sequence[int], seed: int
) -> list[Episode]:
    """Play at most as many episodes as the environment has slots."""
    started = time.perf_counter()
    # Slots that are left over play along with an empty text, and nobody looks at them.
    places = [*problems, *[problems[0]] * (env.num_envs - len(problems))]
    observations, infos = env.reset(
        # Gymnasium's own vector environments take lists of seeds; its base says they do not.
        seed=[(seed * 1_000_003 + problem) % 2**31 for problem in places],  # type: ignore[arg-type]
        options={"problem": places},
    )
    problem_ids = [
        str(info_of(infos, slot).get("problem_id", problem))
        for slot, problem in enumerate(problems)
    ]
    max_chars: int | None = getattr(env.single_action_space, "max_chars", None)
    dialogues: list[Conversation] = [()] * len(problems)
    turns: list[list[Turn]] = [[] for _ in problems]
    active = list(range(len(problems)))
    while active:
        asked = [str(observations[slot]) for slot in active]
        for slot, text in zip(active, asked, strict=True):
            dialogues[slot] += (Message(Role.USER, text),)
        completions = policy.act([dialogues[slot] for slot in active])
        said = dict(zip(active, completions, strict=True))
        actions = [
            said[slot].text[:max_chars] if slot in said else "" for slot in range(env.num_envs)
        ]
        observations, rewards, terminations, truncations, infos = env.step(tuple(actions))
        still = []
        for slot, text in zip(active, asked, strict=True):
            verdict = info_of(infos, slot).get("verdict")
            turn = Turn(
                observation=text,
                completion=said[slot],
                reward=float(rewards[slot]),
                terminated=bool(terminations[slot]),
                truncated=bool(truncations[slot]),
                verdict=None if verdict is None else Verdict.from_dict(verdict),
            )
            turns[slot].append(turn)
            dialogues[slot] += (turn.completion.message,)
            if not (turn.terminated or turn.truncated):
                still.append(slot)
        active = still
    wall_s = (time.perf_counter() - started) / len(problems)
    return [
        Episode(problem_id, tuple(played), wall_s)
        for problem_id, played in zip(problem_ids, turns, strict=True)
    ]
