"""Phrases: what a program does, in words and in Python, with blanks to fill in.

Both sides of a phrase have the same blanks, ``@k`` for one that is called ``k``, so that
the words and the code that are drawn always say the same.
"""

import functools
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeAlias

from rethink_gym.envs.tasks.base.random import TaskRNG

__all__ = ["Constant", "Phrase", "Stage", "Table", "draw_stage", "phrase"]

Constant: TypeAlias = int | str
"""What a blank is filled with, unless it is another phrase."""

_NAMESPACE: dict[str, Any] = {"functools": functools, "itertools": itertools, "math": math}
"""What the code of a phrase may use beside the built-in names."""


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """What is done, in words and in Python.

    Attributes:
        wordings: One or more ways to say it, all of the same meaning.
        code: An expression of ``it``, what the stages before have led to (``x`` is a
            number, ``c`` a character and ``w`` a word, where a phrase is about one).
        gives: The kind of value that the expression gives; empty for a phrase that
            only ever fills a blank.
        level: From which level on the phrase is used.
        blanks: What each blank is filled with, one of these.
    """

    wordings: tuple[str, ...]
    code: str
    gives: str
    level: int
    blanks: "tuple[tuple[str, Sequence[Constant] | Table], ...]"


Table: TypeAlias = tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A phrase whose blanks are filled: one step of a program.

    Attributes:
        words: The step in words.
        code: The step in Python; its constants are called ``K0``, ``K1`` and so on.
        constants: The constants, in this order.
        gives: The kind of value that it gives.
        compute: Does the step: called with what ``it`` (and, in the first stage, the
            names of the other arguments) stands for, and then with the constants.
    """

    words: str
    code: str
    constants: tuple[Constant, ...]
    gives: str
    compute: Callable[..., Any]


def phrase(
    wording: str,
    code: str,
    gives: str = "",
    *,
    level: int = 1,
    **blanks: "Sequence[Constant] | Table",
) -> Phrase:
    """Write down a phrase.

    Args:
        wording: The ways to say it, with ``|`` between them.
        code: See `Phrase`.
        gives: See `Phrase`.
        level: See `Phrase`.
        **blanks: See `Phrase`.

    Returns:
        The phrase.
    """
    return Phrase(tuple(wording.split("|")), code, gives, level, tuple(blanks.items()))


def draw_stage(rng: TaskRNG, table: Table, level: int, names: tuple[str, ...] = ("it",)) -> Stage:
    """Draw a phrase and what fills its blanks.

    Args:
        rng: The only source of randomness.
        table: The phrases to draw from.
        level: Only phrases up to this level are drawn.
        names: What the code calls the values that it is given.

    Returns:
        The phrase with its blanks filled.
    """
    chosen = rng.choice(_up_to_level(table, level))
    constants: list[Constant] = []
    words, code = _fill(rng, chosen, level, constants)
    num_constants = len(constants)
    compute = _compile(code, names, num_constants)
    return Stage(words, code, tuple(constants), chosen.gives, compute)


@cache
def _up_to_level(table: Table, level: int) -> Table:
    """Return the phrases of a table that are used at a level."""
    return tuple(phrase for phrase in table if phrase.level <= level)


def _fill(rng: TaskRNG, chosen: Phrase, level: int, constants: list[Constant]) -> tuple[str, str]:
    """Fill the blanks of a phrase; the constants are appended, each once for its blank."""
    words, code = rng.choice(chosen.wordings), chosen.code
    used: list[Phrase] = []
    for blank, choices in chosen.blanks:
        choice = rng.choice(choices)
        while isinstance(choice, Phrase) and (choice in used or choice.level > level):
            choice = rng.choice(choices)
        if isinstance(choice, Phrase):
            used.append(choice)
            shown, written = _fill(rng, choice, level, constants)
        else:
            shown = str(choice) if isinstance(choice, int) else repr(choice)
            written = f"K{len(constants)}"
            constants.append(choice)
        words = words.replace(f"@{blank}", shown)
        code = code.replace(f"@{blank}", written)
    return words, code


@lru_cache(maxsize=16_384)
def _compile(code: str, names: tuple[str, ...], num_constants: int) -> Callable[..., Any]:
    """Make a function of an expression from our own tables."""
    arguments = ", ".join((*names, *(f"K{number}" for number in range(num_constants))))
    return eval(f"lambda {arguments}: {code}", _NAMESPACE)  # type: ignore[no-any-return]
