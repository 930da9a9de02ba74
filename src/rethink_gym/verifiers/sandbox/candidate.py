"""The trusted side of a program under test: calls that look like calls of a function.

The tests hold stand-ins only. What the program returns is read as plain data, so nothing
that it says can make a comparison true that is not. Its objects are stood for by a
`Remote`, which equals nothing but itself; its exceptions by the built-in exception that
they are.
"""

import builtins
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.call import Call, Ended, Lost, Misled, ProgramError, Untold
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.line import Line
from rethink_gym.verifiers.sandbox.reader import load
from rethink_gym.verifiers.sandbox.remote import (
    Remote,
    adopt_changes,
    name_remote,
    number_of,
    shown_name,
    type_name,
)
from rethink_gym.verifiers.sandbox.session import Server
from rethink_gym.verifiers.sandbox.value import EncodingError, Node
from rethink_gym.verifiers.sandbox.wording import shorten
from rethink_gym.verifiers.sandbox.writer import dump

__all__ = ["Candidate"]

MAX_RESTARTS = 3

_CHANGEABLE = frozenset(["l", "t", "s", "d", "O", "C", "D", "q", "B"])
"""First elements of values that may be changed in place, or hold such a value."""


class Candidate:
    """A program that runs confined, and the way to call its functions.

    Args:
        server: Starts the process.
        sources: The program, in the ways in which it may be meant; the first that is Python.
        entry_point: The function that it must define.
        limits: What it may use, over all calls.
        names: What the tests use beside the entry point and expect of the program.
        ahead: Requests that the tests are known to begin with; sent with the program.
    """

    def __init__(
        self,
        server: Server,
        sources: Sequence[str],
        entry_point: str,
        limits: Limits,
        names: Sequence[str] = (),
        ahead: Sequence[Node] = (),
    ) -> None:
        self.last_call: Call | None = None
        self._line = Line(server, limits)
        self._is_usable = True
        self._num_restarts = 0
        self._sources, self._names = list(sources), list(names)
        self._entry_point = entry_point
        self._ahead = deque(ahead)
        self._fault: BaseException | None = None
        self._told: Exception | None = None  # what the program raised last
        self._functions: list[Callable[..., object]] = []
        self._remotes: dict[int, Remote] = {}

    @property
    def ended(self) -> Ended | None:
        """How the program ended; None while it can be called."""
        return self._line.ended

    def start(self) -> dict[str, Any]:
        """Load the program.

        Returns:
            The names that were asked for and are there, with their values.

        Raises:
            Ended: If it cannot be loaded.
            Lost: If the server is lost.
            SandboxError: If programs cannot be isolated so on this machine.
        """
        job = ["calls", self._sources, self._entry_point, self._names, list(self._ahead)]
        self._line.open(job)
        kind, *parts = self._line.hear()
        if kind == "unusable":
            what, message = str(parts[0]), shorten(str(parts[-1]), 200)
            self._is_usable = what == "raised"
            if self._is_usable:
                is_memory = message.startswith("MemoryError")
                reason = Reason.OVER_LIMIT if is_memory else Reason.DIFFERENT
                raise self._line.end(reason, f"raised {message} when it was loaded")
            words = f"cannot be read: {message}" if what == "syntax" else message
            raise self._line.end(Reason.UNREADABLE, words)
        try:
            nodes = zip(self._names, parts[0], strict=True) if kind == "ready" else ()
            return {name: self._known(name, *node) for name, node in nodes if node is not None}
        except (EncodingError, ValueError, TypeError, LookupError) as error:
            raise self._line.refuse() from error

    def function(self, name: str) -> Callable[..., object]:
        """Return what stands for a function of the program.

        Args:
            name: The function.

        Returns:
            A function of that name, which calls it.
        """

        def function(*values: object, **named: object) -> object:
            return self.request("function", (name, *values), named)

        function.__name__ = function.__qualname__ = name
        function.__module__ = "program"
        return function

    def request(self, operation: str, values: Sequence[object], named: Mapping[str, object]) -> Any:
        """Let the program do something, and wait until it has.

        Args:
            operation: What, such as ``"function"`` or ``"next"``.
            values: The arguments; those that the program changes in place are changed.
            named: Those by name.

        Returns:
            The value.

        Raises:
            Ended: If the program is gone.
            Misled: If something else was sent ahead.
            Untold: If an argument cannot cross.
            Exception: What the program raised.
        """
        if self.ended is not None:
            raise self.ended
        self.check()
        try:
            return self._request(operation, values, named)
        except (Lost, Misled, Untold) as fault:
            self._fault = fault
            raise
        except Exception as error:
            if error is self._told or isinstance(error, ProgramError):
                raise
            # A bug of ours must not pass for a failed test.
            self._fault = Untold(f"{type(error).__name__}: {error}")
            raise self._fault from error

    def check(self) -> None:
        """Check that nothing has come between the tests and the program.

        Tests with a bare ``except`` may have gone on as if nothing had.

        Raises:
            Lost: If the server was lost.
            Misled: If something else was sent ahead.
            Untold: If an argument could not cross.
        """
        if self._fault is not None:
            raise self._fault

    @property
    def left_s(self) -> float:
        """Seconds of its time that the program has left, once it has ended."""
        return self._line.left_s

    def knows(self, number: int, remote: Remote) -> bool:
        """Tell whether the program that runs now has the object of that number."""
        return self._remotes.get(number) is remote

    def restart(self) -> bool:
        """Start a program that has ended anew, so that further tests can run.

        Returns:
            Whether it runs; it does not if it has used up its time, or ended too often.
        """
        self.close()
        is_tired = self._line.left_s <= 0 or self._num_restarts >= MAX_RESTARTS
        if is_tired or not self._is_usable:
            return False
        self._num_restarts += 1
        self._ahead.clear()
        self._remotes.clear()
        try:
            self.start()
        except Ended:
            return False
        return True

    def close(self) -> None:
        """End the program."""
        self._line.close()

    def _request(
        self, operation: str, values: Sequence[object], named: Mapping[str, object]
    ) -> Any:
        is_function = operation == "function"
        try:
            nodes = [self._dump(value) for value in values]
            by_name = [(name, self._dump(value)) for name, value in named.items()]
        except Untold as error:
            if is_function:
                raise
            # What an object of the program is asked is the program's affair.
            raise ProgramError(str(error)) from error
        subject = values[0]
        call = Call(
            shown_name(subject) if type(subject) is Remote else str(subject), nodes[1:], by_name
        )
        if is_function or operation == "call":
            self.last_call = call
        request = [operation, nodes, [list(pair) for pair in by_name]]
        if self._ahead:
            if self._ahead.popleft()[:3] != request:
                raise Misled
        else:
            tells = any(_is_changeable(node) for node in (*nodes, *(n for _, n in by_name)))
            self._line.say([*request, tells])
        try:
            return self._reply(operation, call, [*enumerate(values), *named.items()])
        except (Exception, Ended) as error:
            call.error = error
            if isinstance(error, Ended):
                call.error_kind = call.error_text = error.message
            raise

    def _known(self, name: str, node: Node) -> object:
        value = load(node, self._resolve)
        if type(value) is not Remote:
            return value
        # A function is called by its name, which outlives a restart of the program.
        is_function = type_name(value) == "function"
        return self.function(name) if is_function else name_remote(value, name)

    def _reply(self, operation: str, call: Call, arguments: list[tuple[Any, Any]]) -> Any:
        while True:
            kind, *parts = self._line.hear()
            try:
                if kind == "back":
                    self._call_back(*parts)
                    continue
                if kind == "too_large":
                    call.error_kind = "returned a value that cannot be told"
                    call.error_text = f"{call.error_kind}: {parts[0]}"
                    raise ProgramError(call.error_text, Reason.OVER_LIMIT)
                *parts, changes = parts
                for which, node in changes or ():
                    adopt_changes(dict(arguments)[which], load(node, self._resolve))
                if kind == "value":
                    (call.result,) = parts
                    call.value = load(call.result, self._resolve)
                    return call.value
                name, base, message = map(str, parts)
            except (EncodingError, LookupError, ValueError, TypeError) as error:
                raise self._line.refuse() from error
            call.error_kind = f"raised {name}"
            call.error_text = f"raised {name}: {message}" if message else call.error_kind
            if base == "StopIteration" and operation != "next":
                base = "RuntimeError"  # or it would end a loop of the tests without a word
            self._told = _raised(base, message, call.error_text)
            raise self._told

    def _call_back(self, number: int, values: list[Node], named: list[Node]) -> None:
        """Call a function of the tests for the program."""
        function = self._functions[-1 - number]
        arguments = [load(node, self._resolve) for node in values]
        by_name = {name: load(node, self._resolve) for name, node in named}
        try:
            answer = ["value", self._dump(function(*arguments, **by_name))]
        except (Exception, Untold) as error:
            base = next(each for each in type(error).__mro__ if each.__module__ == "builtins")
            answer = ["raised", type(error).__name__, base.__name__, str(error)[:300]]
        self._line.say(answer)

    def _dump(self, value: object) -> Node:
        try:
            return dump(value, self._refer)
        except EncodingError as error:
            raise ProgramError(f"a value cannot cross: {error}", Reason.OVER_LIMIT) from error

    def _refer(self, value: object) -> int:
        if type(value) is Remote:
            return number_of(value, self)
        if callable(value):
            if value not in self._functions:
                self._functions.append(value)
            return -1 - self._functions.index(value)
        raise Untold(f"the tests hand over an object of {type(value).__name__}")

    def _resolve(self, number: int, name: str) -> object:
        if number < 0:
            return self._functions[-1 - number]
        remote = self._remotes.get(number)
        if remote is None:
            remote = self._remotes[number] = Remote(self, number, name)
        return remote


def _is_changeable(node: Node) -> bool:
    return type(node) is list and node[0] in _CHANGEABLE


def _raised(base: str, message: str, text: str) -> Exception:
    """Return the built-in exception that an exception of the program is."""
    kind = getattr(builtins, base, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)) or kind is ExceptionGroup:
        return ProgramError(text)
    error: Exception = kind.__new__(kind, message)  # some take more arguments than a text
    error.args = (message,)
    return error
