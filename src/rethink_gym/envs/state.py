"""Random generators as plain JSON data."""

import hashlib
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

import gymnasium as gym
import numpy as np

from rethink_gym.errors import argument_error, check_count

__all__ = ["fork", "generator_from_dict", "generator_to_dict", "get_state", "replay", "set_state"]


def generator_to_dict(generator: np.random.Generator | None) -> dict[str, Any] | None:
    """Return where a generator stands, as plain JSON data; None if there is none yet."""
    if generator is None:
        return None
    state: dict[str, Any] = _plain(generator.bit_generator.state)
    return state


def generator_from_dict(data: Mapping[str, Any] | None) -> np.random.Generator | None:
    """Build the generator that `generator_to_dict` described.

    Raises:
        ArgumentError: If the data name no generator of numpy.
    """
    if data is None:
        return None
    kind = getattr(np.random, data["bit_generator"], None)
    if not (isinstance(kind, type) and issubclass(kind, np.random.BitGenerator)):
        raise argument_error("bit_generator", "one of numpy.random", data["bit_generator"])
    bit_generator = kind()
    bit_generator.state = data
    return np.random.Generator(bit_generator)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


_NOT_STATE = frozenset(("env", "_saved_kwargs", "_cached_spec", "_metadata"))
"""Attributes of wrappers that say how they were made."""

_KIND = "__kind__"
_HASHED_INFO = ("problem_id", "attempt", "step", "hints")
_HASHED_VERDICT = ("score", "correct", "reason", "answer")


def get_state(env: gym.Env[Any, Any]) -> dict[str, Any]:
    """Return all that decides how an environment plays on, that of its wrappers included.

    Args:
        env: One of our environments, at any turn, in any wrappers.

    Returns:
        Plain JSON data: random generators, problem, verdicts, dialogue, counters.

    Raises:
        ArgumentError: If the environment inside is none that can be saved.
    """
    inner = _unwrapped(env)
    return {
        "wrappers": [
            {"kind": _kind_of(wrapper), "state": _wrapper_state(wrapper)}
            for wrapper in _wrappers_of(env)
        ],
        "env": inner.get_state(),
    }


def set_state(env: gym.Env[Any, Any], state: Mapping[str, Any]) -> None:
    """Go to a state that `get_state` returned.

    Args:
        env: The environment that it came from, or one made with the same arguments and
            wrappers, in this process or another.
        state: The state; it is not changed, and may be used again.

    Raises:
        ArgumentError: If it is the state of an environment of another kind.
    """
    wrappers = list(_wrappers_of(env))
    found = [layer["kind"] for layer in state["wrappers"]]
    kinds = [_kind_of(wrapper) for wrapper in wrappers]
    if found != kinds:
        raise argument_error("state", f"that of an environment in the wrappers {kinds}", found)
    inner = _unwrapped(env)
    for wrapper, layer in zip(wrappers, state["wrappers"], strict=True):
        _set_wrapper_state(wrapper, layer["state"])
    inner.set_state(state["env"])


def fork(env: gym.Env[Any, Any], n: int) -> list[gym.Env[Any, Any]]:
    """Return environments that play on from here, independent of each other.

    Args:
        env: One of our environments, at any turn, in any wrappers; it is not changed.
        n: How many to return.

    Returns:
        The forks, wrapped as the environment is. Until they are given different actions
        or seeds they play the same, the problems of later episodes included. They share
        the task and the verifier.

    Raises:
        ArgumentError: If ``n`` is below 1.
    """
    return [deepcopy(env) for _ in range(check_count("n", n))]


def replay(env: gym.Env[Any, Any], seed: int, actions: Sequence[Any]) -> str:
    """Play given actions from a seed on, and return a hash of all that happened.

    Args:
        env: Any environment; where an episode ends before the actions do, the next one
            begins.
        seed: For the first reset.
        actions: What is said, in order.

    Returns:
        A hash of observations, rewards, ends, problems and verdicts, in hexadecimal
        digits: equal for equal environments, on any machine.
    """
    observation, info = env.reset(seed=seed)
    transcript: list[Any] = [[observation, _hashed_info(info)]]
    for action in actions:
        observation, reward, terminated, truncated, info = env.step(action)
        transcript.append(
            [observation, float(reward), bool(terminated), bool(truncated), _hashed_info(info)]
        )
        if terminated or truncated:
            observation, info = env.reset()
            transcript.append([observation, _hashed_info(info)])
    data = json.dumps(transcript, sort_keys=True, default=_listed)
    return hashlib.blake2b(data.encode(), digest_size=16).hexdigest()


def _wrappers_of(env: gym.Env[Any, Any]) -> Iterator[gym.Wrapper[Any, Any, Any, Any]]:
    """Yield the wrappers from the outermost to the innermost."""
    while isinstance(env, gym.Wrapper):
        yield env
        env = env.env


def _unwrapped(env: gym.Env[Any, Any]) -> Any:
    inner = env.unwrapped
    if hasattr(inner, "get_state") and hasattr(inner, "set_state"):
        return inner
    raise argument_error("env", "an environment with get_state and set_state", inner)


def _kind_of(wrapper: gym.Wrapper[Any, Any, Any, Any]) -> str:
    return f"{type(wrapper).__module__}.{type(wrapper).__qualname__}"


def _wrapper_state(wrapper: Any) -> dict[str, Any]:
    if hasattr(wrapper, "get_wrapper_state"):
        own: dict[str, Any] = wrapper.get_wrapper_state()
        return own
    state: dict[str, Any] = {}
    for name, value in vars(wrapper).items():
        if name not in _NOT_STATE:
            try:
                state[name] = _encode(value)
            except TypeError:
                continue  # a function, a space: how it was made, not where it stands
    return state


def _set_wrapper_state(wrapper: Any, state: Mapping[str, Any]) -> None:
    if hasattr(wrapper, "set_wrapper_state"):
        wrapper.set_wrapper_state(state)
        return
    for name, value in state.items():
        setattr(wrapper, name, _decode(value))


def _encode(value: Any) -> Any:
    """Turn a value into plain JSON data.

    Raises:
        TypeError: If it is none that can be.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return list(map(_encode, value))
    if isinstance(value, tuple) and type(value) is tuple:
        return {_KIND: "tuple", "items": list(map(_encode, value))}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {_KIND: "dict", "items": {key: _encode(each) for key, each in value.items()}}
    if isinstance(value, deque):
        return {_KIND: "deque", "items": list(map(_encode, value)), "maxlen": value.maxlen}
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biuf":
        kind = "array" if isinstance(value, np.ndarray) else "scalar"
        return {_KIND: kind, "items": value.tolist(), "dtype": value.dtype.str}
    if isinstance(value, np.random.Generator):
        return {_KIND: "generator", "items": generator_to_dict(value)}
    raise TypeError(f"{type(value).__name__} is no plain data")


def _decode(data: Any) -> Any:
    """Turn what `_encode` returned back into the value."""
    if isinstance(data, list):
        return list(map(_decode, data))
    if not isinstance(data, dict):
        return data
    items = data["items"]
    match data[_KIND]:
        case "tuple":
            return tuple(map(_decode, items))
        case "dict":
            return {key: _decode(each) for key, each in items.items()}
        case "deque":
            return deque(map(_decode, items), data["maxlen"])
        case "generator":
            return generator_from_dict(items)
        case "scalar":
            return np.dtype(data["dtype"]).type(items)
        case _:
            return np.array(items, dtype=data["dtype"])


def _hashed_info(info: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is hashed of an info: what our environments put there, and no timings."""
    hashed = {name: info[name] for name in _HASHED_INFO if name in info}
    verdict = info.get("verdict", {})
    return hashed | {name: verdict[name] for name in _HASHED_VERDICT if name in verdict}


def _listed(value: Any) -> Any:
    """Write arrays of observations as lists."""
    return value.tolist()
