"""Checks of the options of `reset`, for one environment and for a vector of them."""

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from rethink_gym.errors import argument_error, check_choice

__all__ = [
    "check_reset_mask",
    "expand_numbers",
    "find_problem_index",
]


def find_problem_index(options: Mapping[str, Any] | None, size: int, split: str) -> int | None:
    """Return the index of the problem that the options of a reset ask for.

    Args:
        options: The options, such as ``{"problem": 17}``.
        size: Number of problems of the split.
        split: Name of the split, for the error message.

    Returns:
        The index, or None if the options do not contain one.

    Raises:
        ArgumentError: If an option is unknown, or the split has no such problem.
    """
    for name in options or ():
        check_choice("options", name, ("problem",))
    value = options.get("problem") if options else None
    if value is None:
        return None
    index = _whole_number("options['problem']", value, "the index of a problem")
    if not 0 <= index < size:
        raise argument_error(
            "options['problem']", f"from 0 to {size - 1} in the split {split!r}", index
        )
    return index


def expand_numbers(name: str, value: Any, num_envs: int, offset: int) -> list[int | None]:
    """Expand a number to one number for each sub-environment.

    Args:
        name: Name of the argument, for the error message.
        value: None, a whole number, or a sequence with a number or None for each
            sub-environment.
        num_envs: Number of sub-environments.
        offset: Difference between the numbers of two successive sub-environments if
            ``value`` is a single number.

    Returns:
        A number or None for each sub-environment.

    Raises:
        ArgumentError: If ``value`` has another type or length.
    """
    must_be = f"a whole number or a sequence of {num_envs} of them"
    if value is None:
        return [None] * num_envs
    if isinstance(value, (list, tuple, np.ndarray)):
        if len(value) != num_envs:
            raise argument_error(name, must_be, value)
        return [None if each is None else _whole_number(name, each, must_be) for each in value]
    first = _whole_number(name, value, must_be)
    return [first + offset * index for index in range(num_envs)]


def check_reset_mask(mask: Any, num_envs: int) -> npt.NDArray[np.bool_]:
    """Check the mask of the sub-environments to reset.

    Args:
        mask: The mask; None resets all of them.
        num_envs: Number of sub-environments.

    Returns:
        The mask, shape ``(num_envs,)``.

    Raises:
        ArgumentError: If ``mask`` is not a bool array of that shape, or is all False.
    """
    if mask is None:
        return np.ones(num_envs, dtype=np.bool_)
    is_mask = isinstance(mask, np.ndarray) and mask.dtype == np.bool_
    if not is_mask or mask.shape != (num_envs,) or not mask.any():
        raise argument_error(
            "options['reset_mask']",
            f"a numpy bool array of shape ({num_envs},) with at least one True",
            mask,
        )
    return np.array(mask, dtype=np.bool_)


def _whole_number(name: str, value: object, must_be: str) -> int:
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return operator.index(value)
    raise argument_error(name, must_be, value)
