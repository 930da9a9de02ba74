"""How each kind of sentence changes the number of things: its numbers and its steps."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.story.template import Ending, Event, Opening

__all__ = ["CHANGES", "COSTS", "Bounds", "Change", "Kind"]

Kind: TypeAlias = Opening | Event | Ending

MAX_GROUPS = 12
MAX_TIMES = 5
_PERCENTS = (10, 20, 25, 30, 40, 50, 60, 75, 80)
_PARTS = {2: "half", 3: "a third", 4: "a quarter", 5: "a fifth"}
_TIMES = {2: "twice", 3: "three times", 4: "four times", 5: "five times"}


class Bounds(NamedTuple):
    """Upper bounds of the numbers in a story.

    Attributes:
        number: Largest number that is drawn.
        value: Largest number of things.
    """

    number: int
    value: int


class Change(NamedTuple):
    """The effect of one sentence.

    Attributes:
        value: The number of things afterwards.
        steps: The equations that lead to it.
        slots: The values of the slots in the sentence.
    """

    value: int
    steps: tuple[str, ...]
    slots: Mapping[str, object]


COSTS: Mapping[Kind, int] = {
    "count": 0,
    "groups": 1,
    "gain": 1,
    "lose": 1,
    "gain_groups": 2,
    "lose_groups": 2,
    "times": 1,
    "split": 1,
    "lose_part": 2,
    "gain_part": 2,
    "lose_percent": 2,
    "gain_percent": 2,
    "plain": 0,
    "price": 1,
    "share": 1,
    "lacking": 1,
    "together_more": 2,
    "together_fewer": 2,
    "together_times": 2,
}
"""Number of operations that each kind of sentence adds to the solution."""


def _count(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    a = rng.randint(2, min(bounds.number, bounds.value))
    return Change(a, (), {"a": a})


def _groups(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    a, b = _draw_groups(rng, bounds, bounds.value)
    return Change(a * b, (f"{a}*{b}={a * b}",), {"a": a, "b": b})


def _gain(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    a = rng.randint(2, bounds.number)
    return Change(value + a, (f"{value}+{a}={value + a}",), {"a": a})


def _lose(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    if value < 4:
        return None
    a = rng.randint(2, min(bounds.number, value - 2))
    return Change(value - a, (f"{value}-{a}={value - a}",), {"a": a})


def _gain_groups(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    max_gain = bounds.value - value
    if max_gain < 4:
        return None
    a, b = _draw_groups(rng, bounds, max_gain)
    steps = (f"{a}*{b}={a * b}", f"{value}+{a * b}={value + a * b}")
    return Change(value + a * b, steps, {"a": a, "b": b})


def _lose_groups(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    if value < 6:
        return None
    a, b = _draw_groups(rng, bounds, value - 2)
    steps = (f"{a}*{b}={a * b}", f"{value}-{a * b}={value - a * b}")
    return Change(value - a * b, steps, {"a": a, "b": b})


def _times(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    a = rng.randint(2, min(MAX_TIMES, bounds.number))
    return Change(value * a, (f"{value}*{a}={value * a}",), {"times": _TIMES[a]})


def _price(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    a = rng.randint(2, bounds.number)
    return Change(value * a, (f"{value}*{a}={value * a}",), {"a": a})


def _split(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    divisors = [a for a in range(2, min(MAX_GROUPS, bounds.number) + 1) if value % a == 0]
    return _divided(rng, value, divisors)


def _share(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    divisors = [a for a in range(2, min(bounds.number, value // 2) + 1) if value % a == 0]
    return _divided(rng, value, divisors)


def _divided(rng: TaskRNG, value: int, divisors: list[int]) -> Change | None:
    divisors = [a for a in divisors if value // a >= 2]
    if not divisors:
        return None
    a = rng.choice(divisors)
    return Change(value // a, (f"{value}/{a}={value // a}",), {"a": a})


def _part(sign: int) -> "_Draw":
    def draw(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
        divisors = [a for a in _PARTS if value % a == 0 and value + sign * (value // a) >= 2]
        if not divisors:
            return None
        a = rng.choice(divisors)
        part = value // a
        steps = (f"{value}/{a}={part}", _sum(value, sign * part))
        return Change(value + sign * part, steps, {"part": _PARTS[a]})

    return draw


def _percent(sign: int) -> "_Draw":
    def draw(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
        percents = [
            a for a in _PERCENTS if value * a % 100 == 0 and value + sign * (value * a // 100) >= 2
        ]
        if not percents:
            return None
        a = rng.choice(percents)
        part = value * a // 100
        steps = (f"{value}*{a}/100={part}", _sum(value, sign * part))
        return Change(value + sign * part, steps, {"a": a})

    return draw


def _lacking(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    missing = rng.randint(2, bounds.number)
    a = value + missing
    return Change(missing, (f"{a}-{value}={missing}",), {"a": a})


def _together(sign: int) -> "_Draw":
    def draw(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
        highest = bounds.number if sign > 0 else min(bounds.number, value - 2)
        if highest < 2:
            return None
        a = rng.randint(2, highest)
        others = value + sign * a
        steps = (_sum(value, sign * a), f"{value}+{others}={value + others}")
        return Change(value + others, steps, {"a": a})

    return draw


def _together_times(rng: TaskRNG, value: int, bounds: Bounds) -> Change | None:
    a = rng.randint(2, min(MAX_TIMES, bounds.number))
    steps = (f"{value}*{a}={value * a}", f"{value}+{value * a}={value + value * a}")
    return Change(value + value * a, steps, {"times": _TIMES[a]})


def _draw_groups(rng: TaskRNG, bounds: Bounds, max_product: int) -> tuple[int, int]:
    """Draw two numbers whose product is at most ``max_product``, which is at least 4."""
    a = rng.randint(2, min(MAX_GROUPS, bounds.number, max_product // 2))
    return a, rng.randint(2, min(bounds.number, max_product // a))


def _sum(value: int, other: int) -> str:
    return f"{value}{other:+}={value + other}"


_Draw: TypeAlias = Callable[[TaskRNG, int, Bounds], Change | None]

CHANGES: Mapping[Kind, _Draw] = {
    "count": _count,
    "groups": _groups,
    "gain": _gain,
    "lose": _lose,
    "gain_groups": _gain_groups,
    "lose_groups": _lose_groups,
    "times": _times,
    "split": _split,
    "lose_part": _part(-1),
    "gain_part": _part(1),
    "lose_percent": _percent(-1),
    "gain_percent": _percent(1),
    "plain": lambda rng, value, bounds: Change(value, (), {}),
    "price": _price,
    "share": _share,
    "lacking": _lacking,
    "together_more": _together(1),
    "together_fewer": _together(-1),
    "together_times": _together_times,
}
"""By kind of sentence: a function that draws its numbers, or returns None if the current number of
things does not allow such a sentence."""
