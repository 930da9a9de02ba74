"""The families of programs, and the stages that can follow each kind of value."""

from rethink_gym.envs.tasks.program.families.data import DATA_FAMILIES
from rethink_gym.envs.tasks.program.families.number import NUMBER_FAMILIES
from rethink_gym.envs.tasks.program.families.text import TEXT_FAMILIES
from rethink_gym.envs.tasks.program.family import Family
from rethink_gym.envs.tasks.program.phrase import Table
from rethink_gym.envs.tasks.program.phrases import number, numbers, table, text, words

__all__ = ["FAMILIES", "STAGES"]

FAMILIES: dict[str, Family] = {**NUMBER_FAMILIES, **TEXT_FAMILIES, **DATA_FAMILIES}
"""The families, by name."""

STAGES: dict[str, Table] = {
    "numbers": (
        *numbers.KEEPING[:4],
        *numbers.KEEPING,
        *numbers.CHANGING,
        *numbers.ORDERING,
        *numbers.SLICING,
        *numbers.NEIGHBOURS,
        *numbers.GROUPING,
        *numbers.LOCATING,
        *numbers.FOLDING,
        *numbers.CHECKING,
        *numbers.TURNING,
    ),
    "number": number.CHANGING,
    "text": (
        *text.CHANGING,
        *text.CUTTING,
        *text.RUNS,
        *text.SHIFTING,
        *text.SPLITTING,
        *text.COUNTING,
        *text.CHECKING,
    ),
    "words": (
        *words.KEEPING * 3,
        *words.CHANGING,
        *words.ORDERING,
        *words.JOINING,
        *words.COUNTING,
        *words.GROUPING,
        *words.CHECKING,
    ),
    "table": (*table.CHANGING * 2, *table.READING, *table.CHECKING),
    "grid": (*table.GRID_CHANGING * 2, *table.GRID_READING, *table.GRID_CHECKING),
}
"""By kind of value: the stages that can follow. A value of another kind ends a program."""
