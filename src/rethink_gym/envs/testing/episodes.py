"""Promises about episodes: seed and actions determine them; they can be saved and copied."""

import json
import pickle
import warnings
from copy import deepcopy
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env

from rethink_gym.envs.state import get_state, set_state
from rethink_gym.envs.testing.case import (
    AnyTextEnv,
    Case,
    check_equal,
    play,
    seeded_global_generators,
)

__all__ = [
    "check_api",
    "check_copies",
    "check_fresh_episodes",
    "check_isolation",
    "check_seeds",
    "check_spec",
    "check_state",
]

_SEED = 11
_OTHER_SEED = 12_345


def check_api(case: Case) -> None:
    """Check that Gymnasium's own checker reports neither errors nor warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # The checker prefers environments without wrappers; here they belong to the case.
        warnings.filterwarnings("ignore", message=".*is different from the unwrapped version")
        env = case.make()
        try:
            # Only an environment with a spec can be made again in each of its render modes.
            check_env(env, skip_render_check=env.spec is None)
        except Exception as error:
            what = f"check_env raises {type(error).__name__}: {error}"
            raise case.fail("api", what) from error


def check_seeds(case: Case) -> None:
    """Check that two environments play the same, for any state of the global generators."""
    seen = []
    for global_seed in (1, 2):
        with seeded_global_generators(global_seed):
            seen.append(play(case.make(), case.probes, num_episodes=4, seed=_SEED))
    check_equal(case, "seeds", seen[0], seen[1], "two environments, equal seeds and actions")
    others = [play(case.make(), case.probes, seed=seed)[0] for seed in range(20)]
    if all(other == others[0] for other in others):
        raise case.fail("seeds", "20 seeds start with the same observation and info")


def check_isolation(case: Case) -> None:
    """Check that environments change neither each other nor the global generators."""
    undisturbed = play(case.make(), case.probes, num_episodes=4, seed=_SEED)
    env, other = case.make(), case.make()
    with seeded_global_generators(1) as is_untouched:
        seen: list[Any] = [env.reset(seed=_SEED)]
        for index in range(1, len(undisturbed)):
            other.reset(seed=_OTHER_SEED + index)
            other.step(case.probes[0])
            other.action_space.sample()
            # `reset` returns two values and `step` five.
            is_reset = len(undisturbed[index]) == 2
            action = case.probes[_steps_since_reset(undisturbed, index) % len(case.probes)]
            seen.append(env.reset() if is_reset else env.step(action))
        check_equal(
            case, "isolation", seen, undisturbed, "while another environment was reset and stepped"
        )
        if not is_untouched():
            what = "it draws from the global generators of random or numpy.random"
            raise case.fail("isolation", what)


def _steps_since_reset(seen: list[Any], index: int) -> int:
    num_steps = 0
    while len(seen[index - 1 - num_steps]) != 2:
        num_steps += 1
    return num_steps


def check_fresh_episodes(case: Case) -> None:
    """Check that a reset forgets earlier episodes, finished and unfinished ones."""
    fresh = play(case.make(), case.probes, num_episodes=2, seed=_SEED)
    used = case.make()
    play(used, case.probes[::-1], num_episodes=3, seed=_OTHER_SEED)
    again = play(used, case.probes, num_episodes=2, seed=_SEED)
    check_equal(case, "fresh episodes", again, fresh, "after three other episodes")
    used.reset()
    used.step(case.probes[1])
    again = play(used, case.probes, num_episodes=2, seed=_SEED)
    check_equal(case, "fresh episodes", again, fresh, "after an unfinished episode")


def check_copies(case: Case) -> None:
    """Check that copies made at any turn continue as the environment does."""
    for name, copied in (("deepcopy", deepcopy), ("pickle", _pickled)):

        def copy(env: AnyTextEnv, copied: Any = copied, name: str = name) -> AnyTextEnv:
            try:
                return copied(env)  # type: ignore[no-any-return]  # one of the two above
            except Exception as error:
                what = f"{name} raises {type(error).__name__}: {error}"
                raise case.fail("copies", what) from error

        _check_at_every_turn(case, "copies", f"a copy by {name}", copy)


def check_state(case: Case) -> None:
    """Check that a state, saved as JSON at any turn, makes another environment continue."""

    def restore(env: AnyTextEnv) -> AnyTextEnv:
        other = case.make()
        try:
            set_state(other, json.loads(json.dumps(get_state(env))))
        except Exception as error:
            what = f"a round trip raises {type(error).__name__}: {error}"
            raise case.fail("state", what) from error
        return other

    _check_at_every_turn(case, "state", "an environment set to the state", restore)


def check_spec(case: Case) -> None:
    """Check that the spec, written as JSON, makes an equal environment."""
    spec = case.make().spec
    assert spec is not None  # checked by `applies`
    try:
        again = gym.make(EnvSpec.from_json(spec.to_json()))
    except Exception as error:
        what = f"a round trip raises {type(error).__name__}: {error}"
        raise case.fail("spec", what) from error
    ours, theirs = (
        play(env, case.probes, num_episodes=2, seed=_SEED) for env in (case.make(), again)
    )
    check_equal(case, "spec", theirs, ours, "made of the spec")


def _check_at_every_turn(case: Case, promise: str, what: str, copy: Any) -> None:
    num_turns = len(play(case.make(), case.probes, seed=_SEED))
    for turn in range(num_turns):
        env = case.make()
        env.reset(seed=_SEED)
        for index in range(turn):
            env.step(case.probes[index % len(case.probes)])
        other = copy(env)
        rest = [case.probes[index % len(case.probes)] for index in range(turn, num_turns - 1)]
        seen = [[each.step(action) for action in rest] for each in (other, env)]
        where = f"{what} after {turn} steps"
        check_equal(case, promise, seen[0], seen[1], where)
        seen = [play(each, case.probes) for each in (other, env)]
        check_equal(case, promise, seen[0], seen[1], f"{where}, the next episode")


def _pickled(env: AnyTextEnv) -> AnyTextEnv:
    loaded: AnyTextEnv = pickle.loads(pickle.dumps(env))
    return loaded
