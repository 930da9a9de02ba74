"""Promises about episodes: they follow from seed and actions alone, and can be kept and copied."""

import json
import pickle
import warnings
from copy import deepcopy
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env

from rethink_gym.envs.state import get_state, set_state
from rethink_gym.envs.testing.case import AnyTextEnv, Case, check_equal, global_chance, play

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
    """Check what Gymnasium's own checker checks; its warnings count."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # The checker prefers environments without wrappers; here they belong to the case.
        warnings.filterwarnings("ignore", message=".*is different from the unwrapped version")
        env = case.make()
        try:
            # Only an environment with a spec can be made anew in each of its render modes.
            check_env(env, skip_render_check=env.spec is None)
        except Exception as error:
            what = f"check_env says {type(error).__name__}: {error}"
            raise case.fail("api", what) from error


def check_seeds(case: Case) -> None:
    """Check that two environments play the same, whatever the shared generators do."""
    seen = []
    for chance in (1, 2):
        with global_chance(chance):
            seen.append(play(case.make(), case.probes, num_episodes=4, seed=_SEED))
    check_equal(case, "seeds", seen[0], seen[1], "two environments, equal seeds and actions")
    others = [play(case.make(), case.probes, seed=seed)[0] for seed in range(20)]
    if all(other == others[0] for other in others):
        raise case.fail("seeds", "20 seeds begin with the same observation and info")


def check_isolation(case: Case) -> None:
    """Check that environments leave each other and the shared generators alone."""
    undisturbed = play(case.make(), case.probes, num_episodes=4, seed=_SEED)
    env, other = case.make(), case.make()
    with global_chance(1) as is_untouched:
        seen: list[Any] = [env.reset(seed=_SEED)]
        for place in range(len(undisturbed) - 1):
            other.reset(seed=_OTHER_SEED + place)
            other.step(case.probes[0])
            other.action_space.sample()
            expected = undisturbed[place + 1]
            is_reset = len(expected) == 2
            position = _steps_since_reset(undisturbed, place + 1)
            action = case.probes[position % len(case.probes)]
            seen.append(env.reset() if is_reset else env.step(action))
        check_equal(
            case, "isolation", seen, undisturbed, "while another environment was reset and stepped"
        )
        if not is_untouched():
            what = "it draws from the generators of random or numpy.random that all share"
            raise case.fail("isolation", what)


def _steps_since_reset(seen: list[Any], place: int) -> int:
    position = 0
    while len(seen[place - 1 - position]) != 2:
        position += 1
    return position


def check_fresh_episodes(case: Case) -> None:
    """Check that a reset forgets the episodes before, finished ones and broken off ones."""
    fresh = play(case.make(), case.probes, num_episodes=2, seed=_SEED)
    used = case.make()
    play(used, case.probes[::-1], num_episodes=3, seed=_OTHER_SEED)
    again = play(used, case.probes, num_episodes=2, seed=_SEED)
    check_equal(case, "fresh episodes", again, fresh, "after three other episodes")
    used.reset()
    used.step(case.probes[1])
    again = play(used, case.probes, num_episodes=2, seed=_SEED)
    check_equal(case, "fresh episodes", again, fresh, "after an episode that was broken off")


def check_copies(case: Case) -> None:
    """Check that copies made at any turn play on as the environment does."""
    for name, copied in (("deepcopy", deepcopy), ("pickle", _pickled)):

        def copy(env: AnyTextEnv, copied: Any = copied, name: str = name) -> AnyTextEnv:
            try:
                return copied(env)  # type: ignore[no-any-return]  # one of the two above
            except Exception as error:
                what = f"{name} says {type(error).__name__}: {error}"
                raise case.fail("copies", what) from error

        _check_at_every_turn(case, "copies", f"a copy by {name}", copy)


def check_state(case: Case) -> None:
    """Check that a state, written as JSON at any turn, makes another environment play on."""

    def restore(env: AnyTextEnv) -> AnyTextEnv:
        other = case.make()
        try:
            set_state(other, json.loads(json.dumps(get_state(env))))
        except Exception as error:
            what = f"a round trip says {type(error).__name__}: {error}"
            raise case.fail("state", what) from error
        return other

    _check_at_every_turn(case, "state", "an environment set to the state", restore)


def check_spec(case: Case) -> None:
    """Check that the spec, written as JSON, makes an equal environment."""
    spec = case.make().spec
    assert spec is not None  # see `applies`
    try:
        again = gym.make(EnvSpec.from_json(spec.to_json()))
    except Exception as error:
        what = f"a round trip says {type(error).__name__}: {error}"
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
        for place in range(turn):
            env.step(case.probes[place % len(case.probes)])
        other = copy(env)
        rest = [case.probes[place % len(case.probes)] for place in range(turn, num_turns - 1)]
        seen = [[each.step(action) for action in rest] for each in (other, env)]
        where = f"{what} after {turn} steps"
        check_equal(case, promise, seen[0], seen[1], where)
        seen = [play(each, case.probes) for each in (other, env)]
        check_equal(case, promise, seen[0], seen[1], f"{where}, the next episode")


def _pickled(env: AnyTextEnv) -> AnyTextEnv:
    loaded: AnyTextEnv = pickle.loads(pickle.dumps(env))
    return loaded
