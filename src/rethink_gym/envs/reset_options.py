"""The options of `reset`, of one environment and of many."""

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from rethink_gym.errors import argument_error, check_choice

__all__ = [
    "check_reset_mask",
    "find_problem_index",
    "spread_numbers",
]


def find_problem_index(options: Mapping[str, Any] | None, size: int, split: str) -> int | None:
    """Return which problem the options of a reset ask for.

    Args:
        options: The options, such as ``{"problem": 17}``.
        size: How many problems the split holds.
        split: The split, for the error message.

    Returns:
        The index of the problem, or None if the options name none.

    Raises:
        ArgumentError: If there is no such option or problem.
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


def spread_numbers(name: str, value: Any, num_envs: int, offset: int) -> list[int | None]:
    """Give each sub-environment its own number out of one, or out of one for each.

    Args:
        name: The argument, for the error message.
        value: None, a whole number, or a sequence of numbers or None.
        num_envs: How many sub-environments there are.
        offset: By how much the number grows from one sub-environment to the next
            if a single one is given.

    Returns:
        A number or None for each sub-environment.

    Raises:
        ArgumentError: If ``value`` is none of these, or of another length.
    """
    must_be = f"a whole number or a sequence of {num_envs} of them"
    if value is None:
        return [None] * num_envs
    if isinstance(value, (list, tuple, np.ndarray)):
        if len(value) != num_envs:
            raise argument_error(name, must_be, value)
        return [None if each is None else _whole_number(name, each, must_be) for each in value]
    first = _whole_number(name, value, must_be)
    return [first + offset * place for place in range(num_envs)]


def check_reset_mask(mask: Any, num_envs: int) -> npt.NDArray[np.bool_]:
    """Check the mask of the sub-environments to reset.

    Args:
        mask: The mask, or None for all.
        num_envs: How many sub-environments there are.

    Returns:
        The mask, shape ``(num_envs,)``.

    Raises:
        ArgumentError: If it is no bool array of that shape, or has no True.
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
