"""How tasks draw one number or thing at a time, all equally likely.

`draw_numbers` draws many at once.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

__all__ = ["draw_between", "draw_one", "draw_signed"]

Item = TypeVar("Item")


def draw_between(random: Random, low: int, high: int) -> int:
    """Draw a whole number from ``low`` to ``high``, both included."""
    bound = high - low + 1
    num_bits = bound.bit_length()
    number = random.getrandbits(num_bits)
    while number >= bound:
        number = random.getrandbits(num_bits)
    return low + number


def draw_signed(random: Random, size: int) -> int:
    """Draw a whole number from ``-size`` to ``size`` that is not zero."""
    number = draw_between(random, -size, size - 1)
    return number if number < 0 else number + 1


def draw_one(random: Random, items: Sequence[Item]) -> Item:
    """Draw one of several things."""
    return items[draw_between(random, 0, len(items) - 1)]
