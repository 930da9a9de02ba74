"""Phrases: one step of a program in words and in Python, with blanks to fill in.

The words and the code of a phrase have the same blanks, written ``@k`` for a blank with the
name ``k``, so that both always mean the same.
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
"""The value of a blank that is not filled with another phrase."""

_NAMESPACE: dict[str, Any] = {"functools": functools, "itertools": itertools, "math": math}
"""The modules that the code of a phrase may use in addition to the built-in names."""


@dataclass(frozen=True, slots=True, eq=False)
class Phrase:
    """One step in words and in Python.

    Attributes:
        wordings: One or more wordings with the same meaning.
        code: A Python expression of ``it``, the value of the previous stage. In phrases
            about one number, character or word, it is ``x``, ``c`` or ``w``.
        gives: The kind of value of the expression; empty for a phrase that only fills
            blanks of other phrases.
        level: Lowest level that uses the phrase.
        blanks: Name and possible values of each blank.
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
        constants: The values of the constants, in this order.
        gives: The kind of value that the step returns.
        compute: Performs the step. Its arguments are the value of ``it`` (in the first
            stage also the other arguments of the program), then the constants.
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
    """Make a `Phrase`; a shorthand for the tables of phrases.

    Args:
        wording: The wordings, separated by ``|``.
        code: See `Phrase`.
        gives: See `Phrase`.
        level: See `Phrase`.
        **blanks: See `Phrase`.

    Returns:
        The phrase.
    """
    return Phrase(tuple(wording.split("|")), code, gives, level, tuple(blanks.items()))


def draw_stage(rng: TaskRNG, table: Table, level: int, names: tuple[str, ...] = ("it",)) -> Stage:
    """Draw a phrase and the values of its blanks.

    Args:
        rng: The only source of randomness.
        table: The phrases to draw from.
        level: The level of the program; phrases of a higher level are not drawn.
        names: The names of the arguments of the code.

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
    """Return the phrases of a table that a level uses."""
    return tuple(phrase for phrase in table if phrase.level <= level)


def _fill(rng: TaskRNG, chosen: Phrase, level: int, constants: list[Constant]) -> tuple[str, str]:
    """Fill the blanks of a phrase, and append the constants that fill them."""
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
    """Compile an expression from the tables of phrases to a function."""
    arguments = ", ".join((*names, *(f"K{number}" for number in range(num_constants))))
    return eval(f"lambda {arguments}: {code}", _NAMESPACE)  # type: ignore[no-any-return]
