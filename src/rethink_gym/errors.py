"""The exceptions that rethink-gym raises, and the form of their messages.

Every exception inherits from `RethinkError` and from the standard exception in brackets,
so that a caller may catch either. All of them can be pickled.

    RethinkError
    ├── ArgumentError (ValueError)          an argument has a value that is not allowed
    │   └── PromptTooLongError          a first prompt does not fit into the model's context
    ├── ActionError (ValueError)            an action is not a text, or is too long
    ├── DataError (ValueError)              a file or data set has the wrong content
    ├── DataNotFoundError (FileNotFoundError)  a path or data set does not exist
    ├── HubUnavailableError (ConnectionError)  a hub is needed and cannot be reached
    ├── ModelError (ValueError)             a model folder cannot be used
    ├── CheckpointError (ValueError)        a checkpoint does not fit the learner or model
    ├── DivergenceError (FloatingPointError)  training produced NaN or infinity
    ├── MissingExtraError (ImportError)     an optional dependency is not installed
    └── VerifierError (RuntimeError)        a verifier has a bug or lost its worker
        └── SandboxError                    programs cannot be isolated as requested
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

__all__ = [
    "ActionError",
    "ArgumentError",
    "CheckpointError",
    "DataError",
    "DataNotFoundError",
    "DivergenceError",
    "HubUnavailableError",
    "MissingExtraError",
    "ModelError",
    "PromptTooLongError",
    "RethinkError",
    "SandboxError",
    "VerifierError",
    "argument_error",
    "check_choice",
    "check_count",
    "rename_arguments",
]


class RethinkError(Exception):
    """Base of every exception raised by rethink-gym."""


class ArgumentError(RethinkError, ValueError):
    """An argument has a value that is not allowed."""


class PromptTooLongError(ArgumentError):
    """A first prompt leaves no free token in the context of a language model.

    Args:
        message: The error message.
        index: Index of its conversation in the batch.
    """

    def __init__(self, message: str, index: int = 0) -> None:
        # The default value is for pickle, which calls with the message alone and then
        # restores the attribute.
        super().__init__(message)
        self.index = index


class ActionError(RethinkError, ValueError):
    """An action is not a text, or is longer than the action space allows."""


class DataError(RethinkError, ValueError):
    """A file or data set has the wrong content."""


class DataNotFoundError(RethinkError, FileNotFoundError):
    """A path or data set does not exist."""


class HubUnavailableError(RethinkError, ConnectionError):
    """A model or data set must be downloaded from a hub, which cannot be reached."""


class ModelError(RethinkError, ValueError):
    """A model folder or name cannot be used as a language model."""


class CheckpointError(RethinkError, ValueError):
    """A checkpoint does not fit the learner or model that loads it."""


class DivergenceError(RethinkError, FloatingPointError):
    """Training produced NaN or infinity: a loss or a gradient is not finite."""


class MissingExtraError(RethinkError, ImportError):
    """An optional dependency is not installed."""


class VerifierError(RethinkError, RuntimeError):
    """A verifier has a bug or lost its worker; never raised for a bad answer."""


class SandboxError(VerifierError):
    """This machine cannot isolate programs as requested."""


def argument_error(name: str, must_be: str, got: object, remedy: str = "") -> ArgumentError:
    """Return an `ArgumentError` with a message of the standard form.

    Args:
        name: Name of the argument, as the caller wrote it.
        must_be: The allowed values, as they follow the words "must be".
        got: The value; shown by ``repr``, shortened.
        remedy: A sentence on how to fix it, if the allowed values do not suffice.

    Returns:
        The exception, for the caller to raise.
    """
    shown = repr(got)
    if len(shown) > 120:
        shown = f"{shown[:117]}..."
    message = f"{name} must be {must_be}, got {shown}."
    return ArgumentError(f"{message} {remedy}" if remedy else message)


def check_choice(name: str, value: object, choices: Iterable[str]) -> str:
    """Check that a value is one of the allowed names.

    Args:
        name: Name of the argument, as the caller wrote it.
        value: The value to check.
        choices: The allowed names.

    Returns:
        The value, which is one of ``choices``.

    Raises:
        ArgumentError: If the value is not one of ``choices``; the message suggests a near
            miss.
    """
    allowed = list(choices)
    if isinstance(value, str) and value in allowed:
        return value
    near = difflib.get_close_matches(str(value), allowed, n=1)
    remedy = f"Did you mean {near[0]!r}?" if near else ""
    raise argument_error(name, f"one of {', '.join(map(repr, allowed))}", value, remedy)


def check_count(name: str, value: object, minimum: int = 1) -> int:
    """Check that a value is a whole number of at least ``minimum``.

    Args:
        name: Name of the argument, as the caller wrote it.
        value: The value to check.
        minimum: The smallest allowed number.

    Returns:
        The value, which is such a number.

    Raises:
        ArgumentError: If the value is not such a number; a bool is not accepted either.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= minimum:
        return value
    raise argument_error(name, f"a whole number of at least {minimum}", value)


@contextmanager
def rename_arguments(names: Mapping[str, str]) -> Iterator[None]:
    """Let errors name an argument as the caller wrote it.

    A function that passes its argument ``eval_split`` to another one as ``split`` calls it
    in ``rename_arguments({"split": "eval_split"})``. Messages of the form "<name> must be ..."
    then have the other name.

    Args:
        names: The caller's name of each argument, by the name in the message.

    Yields:
        Nothing.
    """
    try:
        yield
    except RethinkError as error:
        name, must, rest = str(error).partition(" must ")
        if must and name in names:
            error.args = (f"{names[name]}{must}{rest}", *error.args[1:])
        raise
