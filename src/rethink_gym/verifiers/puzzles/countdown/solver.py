"""Solver of Countdown: all solutions of a puzzle in canonical form."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

from rethink_gym.errors import argument_error, check_count
from rethink_gym.verifiers.puzzles.countdown.canonical import Form, combine, leaf
from rethink_gym.verifiers.puzzles.countdown.tree import Exact

__all__ = ["MAX_NUMBERS", "find_solutions"]

MAX_NUMBERS = 6
"""Maximum number of numbers; six take seconds, seven would take minutes."""


def find_solutions(
    numbers: Sequence[int], target: int, *, use_all: bool = False
) -> tuple[str, ...]:
    """Find every solution of a puzzle.

    Args:
        numbers: One to six whole numbers of at least 1.
        target: Value to reach, a whole number of at least 1.
        use_all: Whether every number must be used. If False, numbers may be left out.

    Returns:
        The distinct solutions in the form of `canonical_solution`, the shortest first. Four
        numbers take about a millisecond, five about 0.1 seconds, six several seconds.

    Raises:
        ArgumentError: If ``numbers`` is empty or has more than six numbers, or a number or
            ``target`` is not a whole number of at least 1.

    Examples:
        >>> find_solutions((3, 3, 8, 8), 24, use_all=True)
        ('8/(3-8/3)',)
    """
    check_count("target", target)
    for number in numbers:
        check_count("each of numbers", number)
    if not 1 <= len(numbers) <= MAX_NUMBERS:
        raise argument_error("numbers", f"1 to {MAX_NUMBERS} whole numbers", list(numbers))
    hand = tuple(sorted(numbers))
    table = _Table()
    hands = {hand} if use_all else set(_smaller_hands(hand)) | {hand}
    solutions = {text for part in hands for text in table.solutions(part, target)}
    return tuple(sorted(solutions, key=lambda text: (len(text), text)))


Forms = dict[Exact, dict[str, Form]]
"""Forms by their value, then by their text."""


class _Table:
    """Table of the forms of every part of one hand, filled on demand."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, ...], Forms] = {}

    def solutions(self, hand: tuple[int, ...], target: int) -> Iterator[str]:
        """Yield the forms of a hand that have the target value, without its whole table."""
        if len(hand) == 1:
            if hand[0] == target:
                yield str(target)
            return
        for one, other in _halves(hand):
            left, right = self.forms(one), self.forms(other)
            if len(left) > len(right):
                left, right = right, left
            for value, forms in left.items():
                for operator, needed, is_swapped in _partners(value, target):
                    for partner in right.get(needed, {}).values():
                        for form in forms.values():
                            pair = (partner, form) if is_swapped else (form, partner)
                            combined = combine(operator, *pair)
                            if combined is not None:
                                yield combined[1].text

    def forms(self, hand: tuple[int, ...]) -> Forms:
        """Return the forms that use every number of a hand."""
        if len(hand) <= _MAX_SHARED:
            return _shared_forms(hand)
        if hand not in self.known:
            self.known[hand] = _all_forms(hand, self)
        return self.known[hand]


_MAX_SHARED = 3
"""Maximum size of a hand whose table is cached across puzzles."""


@lru_cache(maxsize=1024)
def _shared_forms(hand: tuple[int, ...]) -> Forms:
    return _all_forms(hand, _Table())


def _all_forms(hand: tuple[int, ...], table: _Table) -> Forms:
    if len(hand) == 1:
        form = leaf(hand[0])
        return {form.value: {form.text: form}}
    all_forms: Forms = {}
    for one, other in _halves(hand):
        rights = [form for forms in table.forms(other).values() for form in forms.values()]
        for forms in table.forms(one).values():
            for left in forms.values():
                for right in rights:
                    for operator, first, second in (
                        *((operator, left, right) for operator in "+-*/"),
                        ("/", right, left),
                    ):
                        combined = combine(operator, first, second)
                        if combined is not None:
                            form = combined[1]
                            all_forms.setdefault(form.value, {})[form.text] = form
    return all_forms


def _partners(value: Exact, target: int) -> Iterator[tuple[str, Exact, bool]]:
    """Yield the operations from a value to the target: operator, other value, is it the left."""
    if value <= target:
        yield "+", target - value, False
    if value >= target:
        yield "-", value - target, False
    yield "-", value + target, True
    if value:
        yield "*", _as_exact(Fraction(target, value)), False
        yield "/", _as_exact(Fraction(value, target)), False
        yield "/", value * target, True


def _as_exact(value: Fraction) -> Exact:
    return value if value.denominator > 1 else value.numerator


def _smaller_hands(hand: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the hands with fewer numbers."""
    for size in range(1, len(hand)):
        yield from combinations(hand, size)


def _halves(hand: tuple[int, ...]) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the unordered ways to split a hand in two."""
    halves = set()
    for size in range(len(hand) - 1):
        # The first number is always in the first half, so that no split occurs twice.
        for chosen in combinations(range(1, len(hand)), size):
            one = (hand[0], *(hand[index] for index in chosen))
            rest = [index for index in range(1, len(hand)) if index not in chosen]
            halves.add((one, tuple(hand[index] for index in rest)))
    return halves
