"""The promise about vector environments: the results are those of Gymnasium's own."""

from random import Random
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv

from rethink_gym.envs.testing.case import Case, check_equal

__all__ = ["check_vector"]

_NUM_ENVS = 3
_NUM_STEPS = 6
_SEED = 11


def check_vector(case: Case) -> None:
    """Check that the vector environment equals `SyncVectorEnv` in each autoreset mode."""
    assert case.env_id is not None  # checked by `applies`
    for mode in AutoresetMode:
        where = f"in the autoreset mode {mode.value!r}"
        try:
            ours = gym.make_vec(
                case.env_id, num_envs=_NUM_ENVS, autoreset_mode=mode, **case.arguments
            )
        except Exception as error:
            what = f"{where}, make_vec raises {type(error).__name__}: {error}"
            raise case.fail("vector", what) from error
        theirs = SyncVectorEnv([case.make] * _NUM_ENVS, autoreset_mode=mode)
        for name in ("observation_space", "action_space"):
            _check_spaces(case, where, name, ours, theirs)
        seen = [_play_vector(case, env, mode) for env in (ours, theirs)]
        check_equal(case, "vector", seen[0], seen[1], f"{where}, SyncVectorEnv")
        ours.close()
        theirs.close()


def _check_spaces(
    case: Case,
    where: str,
    name: str,
    ours: VectorEnv[Any, Any, Any],
    theirs: VectorEnv[Any, Any, Any],
) -> None:
    """Check one of the spaces of two vector environments."""
    if getattr(ours, name) != getattr(theirs, name):
        what = f"{where}, {name} is {getattr(ours, name)}, not {getattr(theirs, name)}"
        raise case.fail("vector", what)


def _play_vector(case: Case, env: VectorEnv[Any, Any, Any], mode: AutoresetMode) -> list[Any]:
    random = Random(_SEED)
    seen: list[Any] = [env.reset(seed=_SEED)]
    for _ in range(_NUM_STEPS):
        step = env.step(tuple(random.choice(case.probes) for _ in range(_NUM_ENVS)))
        seen.append(step)
        is_over = np.logical_or(step[2], step[3])
        if mode is AutoresetMode.DISABLED and is_over.any():
            seen.append(env.reset(options={"reset_mask": is_over}))
    return seen
