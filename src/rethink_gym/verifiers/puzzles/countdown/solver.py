"""All solutions of a countdown puzzle, each once."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

from rethink_gym.errors import argument_error, check_count
from rethink_gym.verifiers.puzzles.countdown.canonical import Form, combine, leaf
from rethink_gym.verifiers.puzzles.countdown.tree import Exact

__all__ = ["MAX_NUMBERS", "find_solutions"]

MAX_NUMBERS = 6
"""As on television; six numbers take seconds, seven would take minutes."""


def find_solutions(
    numbers: Sequence[int], target: int, *, use_all: bool = False
) -> tuple[str, ...]:
    """Find every solution of a puzzle.

    Args:
        numbers: At most six whole numbers of at least 1.
        target: What to reach, at least 1.
        use_all: Whether every number must be used; otherwise any of them may be left out.

    Returns:
        The solutions as `canonical_solution` writes them, the shortest first; none twice.
        Four numbers take about a millisecond, five about a tenth of a second, six some
        seconds.

    Raises:
        ArgumentError: If a number or the target is out of its range, or there are more
            than six numbers.
    """
    check_count("target", target)
    for number in numbers:
        check_count("each of numbers", number)
    if not 1 <= len(numbers) <= MAX_NUMBERS:
        raise argument_error("numbers", f"1 to {MAX_NUMBERS} whole numbers", list(numbers))
    hand = tuple(sorted(numbers))
    table = _Table()
    hands = {hand} if use_all else set(_parts(hand)) | {hand}
    found = {text for part in hands for text in table.reach(part, target)}
    return tuple(sorted(found, key=lambda text: (len(text), text)))


Forms = dict[Exact, dict[str, Form]]
"""Forms by their value, then by their text."""


class _Table:
    """The forms that can be made of the parts of one hand."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, ...], Forms] = {}

    def reach(self, hand: tuple[int, ...], target: int) -> Iterator[str]:
        """Yield the forms of the whole hand with one value, which need no table of it."""
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
        """Return all forms that use every number of a hand."""
        if len(hand) <= _MAX_SHARED:
            return _shared_forms(hand)
        if hand not in self.known:
            self.known[hand] = _all_forms(hand, self)
        return self.known[hand]


_MAX_SHARED = 3
"""Tables of so few numbers are small, and many puzzles need the same ones."""


@lru_cache(maxsize=1024)
def _shared_forms(hand: tuple[int, ...]) -> Forms:
    return _all_forms(hand, _Table())


def _all_forms(hand: tuple[int, ...], table: _Table) -> Forms:
    if len(hand) == 1:
        form = leaf(hand[0])
        return {form.value: {form.text: form}}
    found: Forms = {}
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
                            found.setdefault(form.value, {})[form.text] = form
    return found


def _partners(value: Exact, target: int) -> Iterator[tuple[str, Exact, bool]]:
    """Yield what makes the target of a value: the sign, the other value, whether it is first."""
    if value <= target:
        yield "+", target - value, False
    if value >= target:
        yield "-", value - target, False
    yield "-", value + target, True
    if value:
        yield "*", _plain(Fraction(target, value)), False
        yield "/", _plain(Fraction(value, target)), False
        yield "/", value * target, True


def _plain(value: Fraction) -> Exact:
    return value if value.denominator > 1 else value.numerator


def _parts(hand: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the hands of fewer numbers."""
    for size in range(1, len(hand)):
        yield from combinations(hand, size)


def _halves(hand: tuple[int, ...]) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the ways to split a hand in two, without regard to order."""
    halves = set()
    for size in range(len(hand) - 1):
        for places in combinations(range(1, len(hand)), size):
            one = (hand[0], *(hand[place] for place in places))
            rest = [place for place in range(1, len(hand)) if place not in places]
            halves.add((one, tuple(hand[place] for place in rest)))
    return halves
