"""One call of a program under test, and what may come in place of its value."""

from dataclasses import dataclass

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.reader import load
from rethink_gym.verifiers.sandbox.value import Node
from rethink_gym.verifiers.sandbox.wording import show_call, show_value

__all__ = ["Call", "Ended", "Lost", "Misled", "ProgramError", "Untold"]


class ProgramError(Exception):
    """The program raised what is no built-in exception, or returned what cannot be told."""

    def __init__(self, message: str, reason: Reason = Reason.DIFFERENT) -> None:
        super().__init__(message)
        self.reason = reason


class Ended(BaseException):  # no Exception: tests that catch these must not catch it
    """The program is gone, and answers no more.

    Args:
        reason: Why, as the verdict says it.
        message: What it did.
    """

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason
        self.message = message


class Lost(BaseException):
    """The server of the program is lost, through no fault of the program."""


class Misled(BaseException):
    """The tests make another call than the one that was sent ahead."""


class Untold(BaseException):
    """The tests hand over what cannot cross to the program: a fault of the tests."""


@dataclass(slots=True)
class Call:
    """One call of the program, as data.

    Attributes:
        name: The function.
        values: The arguments before the call, as nodes.
        named: Those by name.
        result: The value that was returned, as a node.
        value: The same, as the tests got it.
        error: What came in place of a value.
        error_kind: The same in words, such as ``raised KeyError``.
        error_text: The same with the program's message.
    """

    name: str
    values: list[Node]
    named: list[tuple[str, Node]]
    result: Node = None
    value: object = None
    error: BaseException | None = None
    error_kind: str = ""
    error_text: str = ""

    def shown(self) -> str:
        """Return the call as it would be written, with the arguments as they were."""
        named = [(name, load(node, _Shown)) for name, node in self.named]
        return show_call(self.name, [load(node, _Shown) for node in self.values], named)

    def shown_result(self) -> str:
        """Return the value as it would be written, as it was when it was returned."""
        return show_value(load(self.result, _Shown))


class _Shown:
    """What is shown in place of an object that is no plain data."""

    def __init__(self, number: int, name: str) -> None:
        self._text = f"<{name} object>" if number >= 0 else "<function of the tests>"

    def __repr__(self) -> str:
        return self._text
