"""Save, restore, fork and replay the state of an environment, wrappers included."""

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

_NOT_STATE = frozenset(("env", "_saved_kwargs", "_cached_spec", "_metadata"))
"""Attributes of wrappers that hold how they were made, which is not part of their state."""

_KIND = "__kind__"
"""Key of the type of a value that JSON cannot represent directly; see `_encode`."""

_HASHED_INFO = ("problem_id", "attempt", "step", "hints")
_HASHED_VERDICT = ("score", "correct", "reason", "answer")
"""Entries of an info and of its verdict that `replay` hashes; timings are left out."""


def get_state(env: gym.Env[Any, Any]) -> dict[str, Any]:
    """Return everything that decides how an environment and its wrappers continue.

    Args:
        env: An environment with ``get_state``, such as a `TextEnv`, at any turn, in any
            wrappers.

    Returns:
        Plain JSON data: random generators, problem, verdicts, dialogue, counters.

    Raises:
        ArgumentError: If the environment has no methods ``get_state`` and ``set_state``.

    Examples:
        >>> import gymnasium as gym
        >>> from rethink_gym.envs import get_state, set_state
        >>> env, other = gym.make("Math-v0"), gym.make("Math-v0")
        >>> prompt, info = env.reset(seed=0)
        >>> set_state(other, get_state(env))
        >>> other.unwrapped.problem == env.unwrapped.problem
        True
    """
    inner = _unwrapped(env)
    return {
        "wrappers": [
            {"kind": _class_path(wrapper), "state": _wrapper_state(wrapper)}
            for wrapper in _wrappers_of(env)
        ],
        "env": inner.get_state(),
    }


def set_state(env: gym.Env[Any, Any], state: Mapping[str, Any]) -> None:
    """Restore a state that `get_state` returned.

    Args:
        env: The environment that the state is from, or one made with the same arguments and
            wrappers, in this process or another.
        state: The state; it is not changed, and may be used again.

    Raises:
        ArgumentError: If the state is from an environment with other wrappers or settings.
    """
    wrappers = list(_wrappers_of(env))
    own = [_class_path(wrapper) for wrapper in wrappers]
    saved = [layer["kind"] for layer in state["wrappers"]]
    if saved != own:
        raise argument_error("state", f"that of an environment in the wrappers {own}", saved)
    inner = _unwrapped(env)
    for wrapper, layer in zip(wrappers, state["wrappers"], strict=True):
        _set_wrapper_state(wrapper, layer["state"])
    inner.set_state(state["env"])


def fork(env: gym.Env[Any, Any], n: int) -> list[gym.Env[Any, Any]]:
    """Return independent copies of an environment that continue from its current state.

    Args:
        env: An environment at any turn, in any wrappers; it is not changed.
        n: Number of copies.

    Returns:
        The copies, wrapped as the environment is. With equal actions and seeds they play
        the same, the problems of later episodes included. They share the task and the
        verifier.

    Raises:
        ArgumentError: If ``n`` is below 1.
    """
    return [deepcopy(env) for _ in range(check_count("n", n))]


def replay(env: gym.Env[Any, Any], seed: int, actions: Sequence[Any]) -> str:
    """Play a sequence of actions, and return a hash of everything that happened.

    Args:
        env: Any environment. If an episode ends before the actions do, the next one starts.
        seed: Seed of the first reset.
        actions: The actions, in order.

    Returns:
        A hash of observations, rewards, ends, problems and verdicts, in hexadecimal
        digits. It is equal for equal environments, on any machine.

    Examples:
        >>> import gymnasium as gym
        >>> from rethink_gym.envs import replay
        >>> first, second = (replay(gym.make("Math-v0"), 0, ["A: 1"] * 3) for _ in range(2))
        >>> first == second
        True
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
    data = json.dumps(transcript, sort_keys=True, default=_array_to_list)
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


def _class_path(wrapper: gym.Wrapper[Any, Any, Any, Any]) -> str:
    return f"{type(wrapper).__module__}.{type(wrapper).__qualname__}"


def _wrapper_state(wrapper: Any) -> dict[str, Any]:
    if hasattr(wrapper, "get_wrapper_state"):
        own_state: dict[str, Any] = wrapper.get_wrapper_state()
        return own_state
    state: dict[str, Any] = {}
    for name, value in vars(wrapper).items():
        if name not in _NOT_STATE:
            try:
                state[name] = _encode(value)
            except TypeError:
                continue  # such as a function or a space: how it was made, not its state
    return state


def _set_wrapper_state(wrapper: Any, state: Mapping[str, Any]) -> None:
    if hasattr(wrapper, "set_wrapper_state"):
        wrapper.set_wrapper_state(state)
        return
    for name, value in state.items():
        setattr(wrapper, name, _decode(value))


def generator_to_dict(generator: np.random.Generator | None) -> dict[str, Any] | None:
    """Return the state of a random generator as plain JSON data; None if it is None."""
    if generator is None:
        return None
    state: dict[str, Any] = _without_arrays(generator.bit_generator.state)
    return state


def generator_from_dict(data: Mapping[str, Any] | None) -> np.random.Generator | None:
    """Build the random generator whose state `generator_to_dict` returned.

    Raises:
        ArgumentError: If ``"bit_generator"`` is not the name of a bit generator of NumPy.
    """
    if data is None:
        return None
    bit_class = getattr(np.random, data["bit_generator"], None)
    if not (isinstance(bit_class, type) and issubclass(bit_class, np.random.BitGenerator)):
        raise argument_error("bit_generator", "one of numpy.random", data["bit_generator"])
    bit_generator = bit_class()
    bit_generator.state = data
    return np.random.Generator(bit_generator)


def _without_arrays(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_arrays(each) for key, each in value.items()}
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def _encode(value: Any) -> Any:
    """Encode a value as plain JSON data.

    Raises:
        TypeError: If the value has any other type than those below.
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
    raise TypeError(f"a {type(value).__name__} cannot be encoded as JSON")


def _decode(data: Any) -> Any:
    """Decode the data that `_encode` returned."""
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
    """Return the entries of an info that `replay` hashes."""
    hashed = {name: info[name] for name in _HASHED_INFO if name in info}
    verdict = info.get("verdict", {})
    return hashed | {name: verdict[name] for name in _HASHED_VERDICT if name in verdict}


def _array_to_list(value: Any) -> Any:
    """Return an array of an observation as a list."""
    return value.tolist()
