"""What a family of programs is."""

from dataclasses import dataclass

from rethink_gym.envs.tasks.program.phrase import Table

__all__ = ["Family", "Input", "given"]


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """One argument of a function.

    Attributes:
        kind: What it is, one of `KINDS`.
        names: How it may be called.
    """

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Programs that are given the same and are about the same.

    Attributes:
        opening: What the arguments are, in words; ``@1`` and ``@2`` stand for their
            names.
        inputs: The arguments, one or two.
        first: What the first stage may be.
        last: What the last stage may be, if the family is about that; then there is no
            ``first``.
        before: What the stages before the last one may be, where there is a ``last``; they
            give what they are given. Stages that hardly ever matter to it, such as to put
            in order what is then counted, do not stand there.
        functions: How the function may be called.
    """

    opening: str
    inputs: tuple[Input, ...]
    functions: tuple[str, ...]
    first: Table = ()
    last: Table = ()
    before: Table = ()


def given(kind: str, *names: str) -> Input:
    """Write down an argument; see `Input`."""
    return Input(kind, names)
