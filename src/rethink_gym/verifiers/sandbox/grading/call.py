"""One call of a program under test, and the exceptions that may come instead of its value."""

from dataclasses import dataclass

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.grading.message import show_call, show_value
from rethink_gym.verifiers.sandbox.protocol.encoding import Node
from rethink_gym.verifiers.sandbox.protocol.reader import load

__all__ = [
    "Call",
    "GradingFault",
    "PrefetchMismatch",
    "ProgramEnded",
    "ProgramError",
    "ServerLost",
    "UnserializableArgument",
]


class ProgramError(Exception):
    """The program raised an exception of its own, or returned what cannot be encoded."""

    def __init__(self, message: str, reason: Reason = Reason.DIFFERENT) -> None:
        super().__init__(message)
        self.reason = reason


class ProgramEnded(BaseException):  # not an Exception: tests that catch those must not catch it
    """The program has ended and cannot answer any more.

    Args:
        reason: The reason for the verdict.
        message: What the program did.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message


class ServerLost(BaseException):
    """The fork server of the program ended unexpectedly; the program is not to blame."""


class PrefetchMismatch(BaseException):
    """The tests make another call than the one that was prefetched."""


class GradingFault(BaseException):
    """The tests cannot be run; they or the grading are at fault, not the program."""


class UnserializableArgument(GradingFault):
    """The tests pass an argument that cannot be encoded."""


@dataclass(slots=True)
class Call:
    """One call of the program, as data.

    Attributes:
        name: Name of the function.
        values: The positional arguments before the call, encoded.
        keywords: The keyword arguments before the call, encoded.
        result: The value that was returned, encoded.
        value: The same value, as the tests received it.
        error: The exception that came instead of a value.
        error_kind: The exception in words, such as ``raised KeyError``.
        error_text: The same with the message of the exception.
    """

    name: str
    values: list[Node]
    keywords: list[tuple[str, Node]]
    result: Node = None
    value: object = None
    error: BaseException | None = None
    error_kind: str = ""
    error_text: str = ""

    def show(self) -> str:
        """Return the call as source, with the arguments as they were before it."""
        keywords = [(name, load(node, _Placeholder)) for name, node in self.keywords]
        return show_call(self.name, [load(node, _Placeholder) for node in self.values], keywords)

    def show_result(self) -> str:
        """Return the returned value as source, as it was when it was returned."""
        return show_value(load(self.result, _Placeholder))


class _Placeholder:
    """Shown instead of an object that is not plain data."""

    def __init__(self, number: int, name: str) -> None:
        self._text = f"<{name} object>" if number >= 0 else "<function of the tests>"

    def __repr__(self) -> str:
        return self._text
