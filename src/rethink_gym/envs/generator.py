"""Random generators as plain JSON data."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rethink_gym.errors import argument_error

__all__ = ["generator_from_dict", "generator_to_dict"]


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
