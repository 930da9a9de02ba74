"""All expressions of some numbers, by brute force."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations

__all__ = ["by_brute_force"]

Valued = tuple[str, Fraction]


def trees(numbers: Sequence[int]) -> Iterator[Valued]:
    """Write every expression of the numbers in this order, fully bracketed."""
    if len(numbers) == 1:
        yield str(numbers[0]), Fraction(numbers[0])
    for split in range(1, len(numbers)):
        for left, x in trees(numbers[:split]):
            for right, y in trees(numbers[split:]):
                yield f"({left}+{right})", x + y
                yield f"({left}-{right})", x - y
                yield f"({left}*{right})", x * y
                if y:
                    yield f"({left}/{right})", x / y


def by_brute_force(numbers: Sequence[int]) -> Iterator[Valued]:
    """Write every expression of the numbers."""
    for order in set(permutations(numbers)):
        yield from trees(order)
