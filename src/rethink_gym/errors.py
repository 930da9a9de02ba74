"""The exceptions that rethink-gym raises, and how they word what went wrong.

Every exception inherits from `RethinkError` and from the standard exception it
stands for, so that a caller may catch either. All of them pickle.

    RethinkError
    ├── ArgumentError (ValueError)          an argument is not what it must be
    │   └── PromptTooLongError          a first prompt does not fit into the model's context
    ├── ActionError (ValueError)            an action is no text, or too long
    ├── DataError (ValueError)              a file or data set does not hold what it must
    ├── DataNotFoundError (FileNotFoundError)  a path or data set is not there
    ├── HubUnavailableError (ConnectionError)  a hub name is needed, and no hub answers
    ├── ModelError (ValueError)             a model folder cannot be used
    ├── CheckpointError (ValueError)        a checkpoint does not fit what loads it
    ├── DivergenceError (FloatingPointError)  learning came upon a number that is none
    ├── MissingExtraError (ImportError)     an optional dependency is not installed
    └── VerifierError (RuntimeError)        a verifier has a bug or lost its worker
        └── SandboxError                    programs cannot be isolated as asked for
"""

import difflib
from collections.abc import Iterable

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
]


class RethinkError(Exception):
    """Base of every exception raised by rethink-gym."""


class ArgumentError(RethinkError, ValueError):
    """An argument is not what it must be."""


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
    """A file or data set does not hold what it must."""


class DataNotFoundError(RethinkError, FileNotFoundError):
    """A path or data set does not exist."""


class HubUnavailableError(RethinkError, ConnectionError):
    """Something must come from a hub, and no hub can be reached."""


class ModelError(RethinkError, ValueError):
    """A model folder or name cannot be used as a language model."""


class CheckpointError(RethinkError, ValueError):
    """A checkpoint does not fit the algorithm or model that loads it."""


class DivergenceError(RethinkError, FloatingPointError):
    """A loss or a gradient is infinite or no number."""


class MissingExtraError(RethinkError, ImportError):
    """An optional dependency is not installed."""


class VerifierError(RethinkError, RuntimeError):
    """A verifier has a bug or lost its worker; never raised for a bad answer."""


class SandboxError(VerifierError):
    """This machine cannot isolate programs in the way asked for."""


def argument_error(name: str, must_be: str, got: object, remedy: str = "") -> ArgumentError:
    """Word an `ArgumentError` in the one way all of them are worded.

    Args:
        name: The argument, as the caller wrote it.
        must_be: What it must be, to follow the words "must be".
        got: What it was; shown by ``repr``, shortened.
        remedy: A sentence that says how to mend it, if there is more to say.

    Returns:
        The exception, for the caller to raise.
    """
    shown = repr(got)
    if len(shown) > 120:
        shown = f"{shown[:117]}..."
    message = f"{name} must be {must_be}, got {shown}."
    return ArgumentError(f"{message} {remedy}" if remedy else message)


def check_choice(name: str, value: object, choices: Iterable[str]) -> str:
    """Check that a value is one of the known names.

    Args:
        name: The argument, as the caller wrote it.
        value: What the caller gave.
        choices: The names that are allowed.

    Returns:
        The value, known to be one of ``choices``.

    Raises:
        ArgumentError: If it is none of them; a near miss is suggested.
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
        name: The argument, as the caller wrote it.
        value: What the caller gave.
        minimum: The smallest number allowed.

    Returns:
        The value, known to be such a number.

    Raises:
        ArgumentError: If it is not; a truth value is no number here.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= minimum:
        return value
    raise argument_error(name, f"a whole number of at least {minimum}", value)
