"""Small programs drawn from families: stages, one after another, that all matter."""

from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.envs.tasks.program.families import FAMILIES, STAGES
from rethink_gym.envs.tasks.program.family import Family
from rethink_gym.envs.tasks.program.kind import KINDS, probes
from rethink_gym.envs.tasks.program.phrase import Stage, Table, draw_stage

__all__ = ["Arguments", "Program", "draw_program", "symbols"]

Arguments: TypeAlias = tuple[Any, ...]

_MAX_CHARS = 120
"""Longest value, as it is written in Python, that a probe may come to."""

_MIN_DIFFERENT = 4
"""How many different values the probes must come to; truth values come twice each."""

_MAX_TRIES = 24
"""How many stages are tried before a program is begun anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A program as a chain of stages.

    Attributes:
        family: The name of its family.
        stages: What is done; the first stage is given the arguments, and each further
            one what the stage before gave.
    """

    family: str
    stages: tuple[Stage, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the arguments, as `KINDS` names them."""
        return _kinds(FAMILIES[self.family])

    @property
    def gives(self) -> str:
        """The kind of value that the program gives."""
        return self.stages[-1].gives

    @property
    def identity(self) -> str:
        """What the program does, as a text: programs that do the same have the same one."""
        chain = [f"{stage.code} {stage.constants}" for stage in self.stages]
        return "|".join((*self.kinds, *chain))

    @property
    def numbers(self) -> list[int]:
        """The numbers that stand in the program, and 0."""
        return [0] + [
            constant
            for stage in self.stages
            for constant in stage.constants
            if isinstance(constant, int)
        ]

    def run(self, arguments: Arguments) -> Any:
        """Return what the program gives for some arguments."""
        first, *rest = self.stages
        value = first.compute(*arguments, *first.constants)
        for stage in rest:
            value = stage.compute(value, *stage.constants)
        return value

    def variants(self) -> list["Program"]:
        """Return programs that are wrong: a stage left out, or a number off by one."""
        found: list[Program] = []
        for place, stage in enumerate(self.stages):
            before, after = self.stages[:place], self.stages[place + 1 :]
            if (before or after) and self.is_optional(place):
                found.append(Program(self.family, (*before, *after)))
            for which, constant in enumerate(stage.constants):
                if isinstance(constant, int):
                    for wrong in (constant + 1, constant - 1):
                        constants = (*stage.constants[:which], wrong, *stage.constants[which + 1 :])
                        changed = Stage(
                            stage.words, stage.code, constants, stage.gives, stage.compute
                        )
                        found.append(Program(self.family, (*before, changed, *after)))
        return found

    def is_optional(self, place: int) -> bool:
        """Return whether a stage gives what it is given, so that it can be left out."""
        if place:
            return self.stages[place - 1].gives == self.stages[place].gives
        kinds = self.kinds
        return len(kinds) == 1 and KINDS[kinds[0]].gives == self.stages[0].gives


def draw_program(rng: TaskRNG, family: str, level: int) -> Program:
    """Draw a program in which every stage matters.

    Args:
        rng: The only source of randomness.
        family: One of `FAMILIES`.
        level: How many stages it has, from 1 to 5; more kinds of them from 2 and 3 on.

    Returns:
        The program.
    """
    while True:
        program = Program(family, _draw_stages(rng, FAMILIES[family], level))
        if len(program.stages) == level:
            return program


def symbols(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return what code calls the values of these kinds that it is given."""
    if len(kinds) > 1:
        return ("it", "that")
    return ("x",) if kinds[0] == "number" else ("it",)


def _draw_stages(rng: TaskRNG, family: Family, level: int) -> tuple[Stage, ...]:
    """Draw stages, each one that tells the probes apart and lets those before it matter.

    Returns:
        The stages; too few if there was none to go on with.
    """
    trials = probes(_kinds(family))
    given = tuple(KINDS[kind].gives for kind in _kinds(family))
    stages: tuple[Stage, ...] = ()
    columns = [[arguments[0] for arguments in trials]]
    optional: list[int] = []  # places of the stages that could be left out
    for place in range(level):
        num_to_come = level - 1 - place
        if family.last:
            table = family.before if num_to_come else family.last
        else:
            table = _next(given[0], min(num_to_come, 2)) if place else family.first
        for _ in range(_MAX_TRIES):
            stage = draw_stage(rng, table, level, symbols(given))
            if any(stage.code == before.code for before in stages):
                continue
            constants = stage.constants
            values = [stage.compute(*arguments, *constants) for arguments in trials]
            if not _is_telling(stage.gives, values):
                continue
            chain = (*stages, stage)
            doubtful = [*optional, place] if given == (stage.gives,) else optional
            if all(_matters(chain[which + 1 :], columns[which], values) for which in doubtful):
                break
        else:
            break
        stages, optional = chain, doubtful
        columns.append(values)
        trials = tuple((value,) for value in values)
        given = (stage.gives,)
    return stages


def _is_telling(kind: str, values: list[Any]) -> bool:
    """Return whether values of the probes are different enough, and none is too long."""
    if kind == "flag":
        return 1 < sum(map(bool, values)) < len(values) - 1
    shown = list(map(repr, values))
    return len(set(shown)) >= _MIN_DIFFERENT and max(map(len, shown)) <= _MAX_CHARS


def _matters(rest: tuple[Stage, ...], before: list[Any], values: list[Any]) -> bool:
    """Return whether leaving out what comes before the rest changes a value."""
    for start, value in zip(before, values, strict=True):
        for stage in rest:
            start = stage.compute(start, *stage.constants)
        if start != value:
            return True
    return False


def _kinds(family: Family) -> tuple[str, ...]:
    return tuple(each.kind for each in family.inputs)


@cache
def _next(kind: str, num_to_come: int) -> Table:
    """Return the stages for a kind of value, with none, one, or two and more still to come.

    A number comes late, since there is little to do with one.
    """
    table = STAGES[kind]
    if num_to_come and kind != "number":
        table = tuple(
            phrase
            for phrase in table
            if phrase.gives in STAGES and (num_to_come == 1 or phrase.gives != "number")
        )
    return table
