"""Options in error messages: an argument is named as it is written on the command line."""

from contextlib import AbstractContextManager
from typing import Any

import typer

from rethink_gym.errors import rename_arguments

__all__ = ["options_named"]


def options_named(context: typer.Context, **others: str) -> AbstractContextManager[None]:
    """Let errors name options of a command instead of arguments of Python functions.

    Args:
        context: Context of the command. An argument with the name of one of its parameters is
            named as this option.
        **others: Parameter of the command for each argument with another name, such as
            ``total_episodes="episodes"``.

    Returns:
        A context manager for the calls that may raise an error.
    """
    shown = {str(each.name): _written_form(each) for each in context.command.params}
    return rename_arguments(shown | {name: shown[option] for name, option in others.items()})


def _written_form(parameter: Any) -> str:
    """Return an option as documented, such as ``--seed`` or ``-e``, or the name of an argument."""
    first = str(parameter.opts[0])
    return first if first.startswith("-") else str(parameter.metavar or first).partition(" ")[0]
