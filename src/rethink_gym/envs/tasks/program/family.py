"""Families of programs with the same arguments and the same topic."""

from dataclasses import dataclass

from rethink_gym.envs.tasks.program.phrase import Table

__all__ = ["Family", "Input", "given"]


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """One argument of a function.

    Attributes:
        kind: The kind of value, one of `KINDS`.
        names: Possible names of the argument.
    """

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Programs with the same arguments and the same topic.

    Attributes:
        opening: Description of the arguments, with ``@1`` and ``@2`` for their names.
        inputs: The arguments, one or two.
        functions: Possible names of the function.
        first: Phrases for the first stage.
        last: Phrases for the last stage, if the topic of the family is the last stage;
            ``first`` is empty then.
        before: Phrases for the stages before ``last``, which return the kind of value that
            they take. Phrases that rarely affect the last stage are left out, such as
            sorting before counting.
    """

    opening: str
    inputs: tuple[Input, ...]
    functions: tuple[str, ...]
    first: Table = ()
    last: Table = ()
    before: Table = ()


def given(kind: str, *names: str) -> Input:
    """Make an `Input`; a shorthand for the tables of families."""
    return Input(kind, names)
