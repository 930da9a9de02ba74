"""Programs of several stages that all affect the result, drawn from families."""

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
"""Maximum length of the value of a probe, written in Python."""

_MIN_DIFFERENT = 4
"""Minimum number of different values of the probes. Truth values must occur twice each."""

_MAX_TRIES = 24
"""Maximum number of draws of one stage before the whole program is drawn again."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A program as a chain of stages.

    Attributes:
        family: The name of its family.
        stages: The stages. The first one takes the arguments, each further one takes the
            value of the stage before.
    """

    family: str
    stages: tuple[Stage, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of the arguments, as `KINDS` names them."""
        return _input_kinds(FAMILIES[self.family])

    @property
    def gives(self) -> str:
        """The kind of value that the program returns."""
        return self.stages[-1].gives

    @property
    def identity(self) -> str:
        """A text that is equal for programs that do the same."""
        chain = [f"{stage.code} {stage.constants}" for stage in self.stages]
        return "|".join((*self.kinds, *chain))

    @property
    def numbers(self) -> list[int]:
        """The integer constants of the program, and 0."""
        return [0] + [
            constant
            for stage in self.stages
            for constant in stage.constants
            if isinstance(constant, int)
        ]

    def run(self, arguments: Arguments) -> Any:
        """Return the value of the program for some arguments."""
        first, *rest = self.stages
        value = first.compute(*arguments, *first.constants)
        for stage in rest:
            value = stage.compute(value, *stage.constants)
        return value

    def variants(self) -> list["Program"]:
        """Return wrong versions of the program: a stage is missing, or a number is off by one."""
        variants: list[Program] = []
        for index, stage in enumerate(self.stages):
            before, after = self.stages[:index], self.stages[index + 1 :]
            if (before or after) and self.is_optional(index):
                variants.append(Program(self.family, (*before, *after)))
            for which, constant in enumerate(stage.constants):
                if isinstance(constant, int):
                    for wrong in (constant + 1, constant - 1):
                        constants = (*stage.constants[:which], wrong, *stage.constants[which + 1 :])
                        changed = Stage(
                            stage.words, stage.code, constants, stage.gives, stage.compute
                        )
                        variants.append(Program(self.family, (*before, changed, *after)))
        return variants

    def is_optional(self, index: int) -> bool:
        """Return whether a stage returns the kind of value that it takes, so it can be left out."""
        if index:
            return self.stages[index - 1].gives == self.stages[index].gives
        kinds = self.kinds
        return len(kinds) == 1 and KINDS[kinds[0]].gives == self.stages[0].gives


def draw_program(rng: TaskRNG, family: str, level: int) -> Program:
    """Draw a program in which every stage affects the result.

    Args:
        rng: The only source of randomness.
        family: One of `FAMILIES`.
        level: Number of stages, from 1 to 5. Levels 2 and 3 introduce further phrases.

    Returns:
        The program.
    """
    while True:
        program = Program(family, _draw_stages(rng, FAMILIES[family], level))
        if len(program.stages) == level:
            return program


def symbols(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that code uses for arguments of these kinds."""
    if len(kinds) > 1:
        return ("it", "that")
    return ("x",) if kinds[0] == "number" else ("it",)


def _draw_stages(rng: TaskRNG, family: Family, level: int) -> tuple[Stage, ...]:
    """Draw stages that give different values for the probes and depend on all stages before.

    Returns:
        The stages; fewer than ``level`` if no next stage was found.
    """
    trials = probes(_input_kinds(family))
    given = tuple(KINDS[kind].gives for kind in _input_kinds(family))
    stages: tuple[Stage, ...] = ()
    columns = [[arguments[0] for arguments in trials]]
    optional: list[int] = []  # indices of the stages that could be left out
    for index in range(level):
        num_to_come = level - 1 - index
        if family.last:
            table = family.before if num_to_come else family.last
        else:
            table = _phrases_after(given[0], min(num_to_come, 2)) if index else family.first
        for _ in range(_MAX_TRIES):
            stage = draw_stage(rng, table, level, symbols(given))
            if any(stage.code == before.code for before in stages):
                continue
            constants = stage.constants
            values = [stage.compute(*arguments, *constants) for arguments in trials]
            if not _is_informative(stage.gives, values):
                continue
            chain = (*stages, stage)
            # A stage that can be left out must change the value of the whole chain.
            removable = [*optional, index] if given == (stage.gives,) else optional
            if all(
                _affects_value(chain[which + 1 :], columns[which], values) for which in removable
            ):
                break
        else:
            break
        stages, optional = chain, removable
        columns.append(values)
        trials = tuple((value,) for value in values)
        given = (stage.gives,)
    return stages


def _is_informative(kind: str, values: list[Any]) -> bool:
    """Return whether the values of the probes differ enough and are short enough."""
    if kind == "flag":
        return 1 < sum(map(bool, values)) < len(values) - 1
    shown = list(map(repr, values))
    return len(set(shown)) >= _MIN_DIFFERENT and max(map(len, shown)) <= _MAX_CHARS


def _affects_value(rest: tuple[Stage, ...], before: list[Any], values: list[Any]) -> bool:
    """Return whether a value changes if the rest is computed from the values before a stage."""
    for start, value in zip(before, values, strict=True):
        for stage in rest:
            start = stage.compute(start, *stage.constants)
        if start != value:
            return True
    return False


def _input_kinds(family: Family) -> tuple[str, ...]:
    return tuple(each.kind for each in family.inputs)


@cache
def _phrases_after(kind: str, num_to_come: int) -> Table:
    """Return the phrases that can follow a kind of value.

    Args:
        kind: The kind of value.
        num_to_come: Number of stages after the next one; 2 means two or more.

    Returns:
        The phrases. One that gives a number is only used near the end, since few phrases can
        follow a number.
    """
    table = STAGES[kind]
    if num_to_come and kind != "number":
        table = tuple(
            phrase
            for phrase in table
            if phrase.gives in STAGES and (num_to_come == 1 or phrase.gives != "number")
        )
    return table
