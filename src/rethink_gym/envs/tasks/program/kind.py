"""Kinds of arguments of a program, and how they are drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from rethink_gym.envs.tasks.base.random import TaskRNG

__all__ = ["KINDS", "Kind", "Pool", "probes"]

Pool: TypeAlias = Sequence[int]
"""Numbers that a program may treat specially, such as its own constants."""

_NUM_PROBES = 10


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of argument.

    Attributes:
        gives: The kind of value that the stages of a program receive, such as
            ``"numbers"``.
        draw: Draws an argument with a random number generator; the numbers of the pool are
            more likely than others.
        edges: Edge cases, on which a careless program fails. Every problem tests some.
    """

    gives: str
    draw: Callable[[TaskRNG, Pool], Any]
    edges: tuple[Any, ...]


@cache
def probes(kinds: tuple[str, ...]) -> tuple[tuple[Any, ...], ...]:
    """Return typical arguments on which programs are tried out; they are always the same."""
    rng = TaskRNG("probes")
    chosen = [KINDS[kind] for kind in kinds]
    return tuple(
        tuple(kind.draw(rng, (2, 5, 8, 12)) for kind in chosen) for _ in range(_NUM_PROBES)
    )


def _draw_number(rng: TaskRNG, pool: Pool) -> int:
    if pool and not rng.randbelow(4):
        return int(rng.choice(pool)) + rng.randbelow(3) - 1
    return rng.randbelow(41) - 10 if rng.randbelow(5) else rng.randbelow(1000) - 200


def _draw_element(rng: TaskRNG, pool: Pool) -> int:
    if pool and not rng.randbelow(5):
        return int(rng.choice(pool)) + rng.randbelow(3) - 1
    return rng.randbelow(33) - 8


def _draw_numbers(rng: TaskRNG, pool: Pool) -> list[int]:
    mode, length = rng.randbelow(10), 2 + rng.randbelow(6)
    if mode == 0:  # few different numbers
        some = [_draw_element(rng, pool) for _ in range(2)]
        return [rng.choice(some) for _ in range(length)]
    numbers = [_draw_element(rng, pool) for _ in range(length)]
    if mode == 1:
        factor = 2 + rng.randbelow(5)
        return [number // 2 * factor for number in numbers]
    if mode == 2:
        return sorted(numbers)
    if mode == 3:
        half = numbers[: (length + 1) // 2]
        return half + half[::-1]
    return numbers


# fmt: off
_WORDS = (
    "apple", "noon", "Tree", "level", "ox", "banana", "Kayak", "egg", "sky",
    "RADAR", "moon", "Pear", "zebra", "book", "a", "Ada", "stone", "queue",
    "Otto", "lamp", "I", "see", "sun", "rhythm", "Hello", "world", "eel",
    "iris", "x9", "r2d2", "OK", "fox", "mississippi", "bee", "tattoo", "area",
    "window", "Anna", "green", "42", "day7",
)
_NAMES = (
    "ann", "bob", "fig", "pear", "kiwi", "plum", "tom", "eve", "otto",
    "lime", "melon", "ida", "nut", "oak", "rose", "uma",
)
# fmt: on


def _draw_words(rng: TaskRNG, pool: Pool) -> list[str]:
    words: list[str] = [rng.choice(_WORDS) for _ in range(2 + rng.randbelow(5))]
    mode = rng.randbelow(6)
    if mode == 0:
        words[-1] = words[0]
    elif mode == 1:
        words = sorted(words, key=len)
    return words


def _draw_text(rng: TaskRNG, pool: Pool) -> str:
    mode = rng.randbelow(8)
    if mode == 0:
        half = str(rng.choice(_WORDS))
        return half + half[::-1]
    if mode == 1:
        return "".join(
            letter * (1 + rng.randbelow(3))
            for letter in (rng.choice("aabcxYZ1") for _ in range(2 + rng.randbelow(4)))
        )
    if mode == 2:
        return str(rng.choice(_WORDS))
    text = " ".join(rng.choice(_WORDS) for _ in range(2 + rng.randbelow(3)))
    return text + rng.choice(("!", "?", " 7", ".")) if mode < 5 else text


def _draw_table(rng: TaskRNG, pool: Pool) -> dict[str, int]:
    names = [rng.choice(_NAMES) for _ in range(2 + rng.randbelow(4))]
    return {name: _draw_element(rng, pool) for name in names}


def _draw_grid(rng: TaskRNG, pool: Pool) -> list[list[int]]:
    num_rows, num_columns = 1 + rng.randbelow(4), 1 + rng.randbelow(4)
    return [[_draw_element(rng, pool) for _ in range(num_columns)] for _ in range(num_rows)]


def _draw_list_text(rng: TaskRNG, pool: Pool) -> str:
    return ",".join(map(str, _draw_numbers(rng, pool)))


def _draw_entries_text(rng: TaskRNG, pool: Pool) -> str:
    return ";".join(f"{name}={value}" for name, value in _draw_table(rng, pool).items())


def _draw_sum_text(rng: TaskRNG, pool: Pool) -> str:
    numbers = [rng.randbelow(60) for _ in range(2 + rng.randbelow(4))]
    return str(numbers[0]) + "".join(f"{rng.choice('+-')}{number}" for number in numbers[1:])


def _draw_moves(rng: TaskRNG, pool: Pool) -> str:
    return "".join(rng.choice("LRUD") for _ in range(2 + rng.randbelow(8)))


KINDS = {
    "numbers": Kind(
        "numbers", _draw_numbers, ([], [0], [-7], [4, 4, 4], [9, 5, 1, -3], [1, 2, 3, 4, 5, 6])
    ),
    "number": Kind("number", _draw_number, (0, 1, -1, -36, 100, 77)),
    "size": Kind("number", lambda rng, pool: 2 + rng.randbelow(60), (0, 1, 2, 36, 97)),
    "bound": Kind("number", lambda rng, pool: rng.randbelow(32) - 8, (3, 7, 5, -6, -6, 12)),
    "length": Kind("number", lambda rng, pool: rng.randbelow(9), (0, 1, 30)),
    "text": Kind("text", _draw_text, ("", "a", "Z", "aabb  ccc", "Was it a cat I saw", "xyz 109")),
    "words": Kind(
        "words", _draw_words, ([], ["a"], [""], ["bee", "bee", "Bee"], ["zoo", "Ant", "I", "owl"])
    ),
    "table": Kind(
        "table", _draw_table, ({}, {"ann": 0}, {"bob": -7}, {"ann": 4, "otto": 4, "fig": 9})
    ),
    "grid": Kind(
        "grid", _draw_grid, ([], [[5]], [[-2, 0, 7]], [[3], [8]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    ),
    "list_text": Kind("text", _draw_list_text, ("", "0", "-7", "4,4,4", "9,5,1,-3")),
    "entries_text": Kind("text", _draw_entries_text, ("", "ann=0", "bob=-7", "fig=4;otto=4;ann=9")),
    "sum_text": Kind("text", _draw_sum_text, ("", "7", "3-8", "0+0", "10-3-3+12")),
    "moves": Kind("text", _draw_moves, ("", "L", "UUDD", "RRUULLDD", "LRLR")),
}
"""The kinds of arguments by name."""
