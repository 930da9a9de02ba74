"""The families of programs, and the stages that go on from what a stage gives."""

from rethink_gym.envs.tasks.program.families.data import DATA_FAMILIES
from rethink_gym.envs.tasks.program.families.number import NUMBER_FAMILIES
from rethink_gym.envs.tasks.program.families.text import TEXT_FAMILIES
from rethink_gym.envs.tasks.program.family import Family
from rethink_gym.envs.tasks.program.phrase import Table
from rethink_gym.envs.tasks.program.phrases import (
    cipher,
    grid,
    numbers,
    numbers_value,
    one_number,
    sequence,
    table,
    text,
    text_value,
    words,
    words_value,
)

__all__ = ["FAMILIES", "STAGES"]

FAMILIES: dict[str, Family] = {**NUMBER_FAMILIES, **TEXT_FAMILIES, **DATA_FAMILIES}
"""The families, by name."""

STAGES: dict[str, Table] = {
    "numbers": (
        *numbers.KEEPING[:4],
        *numbers.KEEPING,
        *numbers.CHANGING,
        *numbers.ORDERING,
        *sequence.SLICING,
        *sequence.NEIGHBOURS,
        *sequence.GROUPING,
        *numbers_value.LOCATING,
        *numbers_value.FOLDING,
        *numbers_value.CHECKING,
        *numbers_value.TURNING,
    ),
    "number": one_number.CHANGING,
    "text": (
        *text.CHANGING,
        *text.CUTTING,
        *cipher.RUNS,
        *cipher.SHIFTING,
        *text_value.SPLITTING,
        *text_value.COUNTING,
        *text_value.CHECKING,
    ),
    "words": (
        *words.KEEPING * 3,
        *words.CHANGING,
        *words.ORDERING,
        *words_value.JOINING,
        *words_value.COUNTING,
        *words_value.GROUPING,
        *words_value.CHECKING,
    ),
    "table": (*table.CHANGING * 2, *table.READING, *table.CHECKING),
    "grid": (*grid.CHANGING * 2, *grid.READING, *grid.CHECKING),
}
"""What may be done with each kind of value that a stage gives; the other kinds end a program."""
