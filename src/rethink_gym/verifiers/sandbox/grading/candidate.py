"""The program under test, as the tests call it: proxies that look like its functions.

The tests only ever hold proxies. The values that the program returns are decoded as plain
data, so nothing in them can make a comparison true that is false. Its objects are
represented by a `Remote`, which equals nothing but itself. Its exceptions are represented
by the built-in exception that they are instances of.
"""

import builtins
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.grading.call import (
    Call,
    GradingFault,
    PrefetchMismatch,
    ProgramEnded,
    ProgramError,
    ServerLost,
    UnserializableArgument,
)
from rethink_gym.verifiers.sandbox.grading.connection import Connection
from rethink_gym.verifiers.sandbox.grading.message import shorten
from rethink_gym.verifiers.sandbox.grading.remote import (
    Remote,
    adopt_changes,
    display_name,
    number_of,
    set_display_name,
    type_name,
)
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.protocol.encoding import EncodingError, Node
from rethink_gym.verifiers.sandbox.protocol.reader import load
from rethink_gym.verifiers.sandbox.protocol.writer import dump
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox

__all__ = ["Candidate"]

MAX_RESTARTS = 3

_MUTABLE = frozenset(["l", "t", "s", "d", "O", "C", "D", "q", "B"])
"""First elements of encoded values that can be changed in place, or can contain such a value."""


class Candidate:
    """A program that runs confined, and a way to call its functions.

    Args:
        sandbox: Starts the process.
        sources: Candidate sources of the program; the first that is valid Python is used.
        entry_point: Name of the function that it must define.
        limits: Limits of the program, over all calls.
        names: Other names that the tests use and the program may define.
        prefetched: Requests that the tests are known to start with; sent with the program.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        sources: Sequence[str],
        entry_point: str,
        limits: Limits,
        names: Sequence[str] = (),
        prefetched: Sequence[Node] = (),
    ) -> None:
        self.last_call: Call | None = None
        self._connection = Connection(sandbox, limits)
        self._is_usable = True
        self._num_restarts = 0
        self._sources, self._names = list(sources), list(names)
        self._entry_point = entry_point
        self._prefetched = deque(prefetched)
        self._fault: BaseException | None = None
        self._raised_by_program: Exception | None = None
        self._functions: list[Callable[..., object]] = []
        self._remotes: dict[int, Remote] = {}

    @property
    def ended(self) -> ProgramEnded | None:
        """How the program ended; None while it can be called."""
        return self._connection.ended

    def start(self) -> dict[str, Any]:
        """Load the program.

        Returns:
            The names that the tests use and that the program defines, with their values.

        Raises:
            ProgramEnded: If the program cannot be loaded.
            ServerLost: If the fork server is lost.
            SandboxError: If this machine cannot isolate programs at the level.
        """
        job = ["calls", self._sources, self._entry_point, self._names, list(self._prefetched)]
        self._connection.open(job)
        kind, *parts = self._connection.receive()
        if kind == "unusable":
            what, message = str(parts[0]), shorten(str(parts[-1]), 200)
            self._is_usable = what == "raised"
            if self._is_usable:
                is_memory = message.startswith("MemoryError")
                reason = Reason.OVER_LIMIT if is_memory else Reason.DIFFERENT
                raise self._connection.end(reason, f"raised {message} when it was loaded")
            text = f"cannot be read: {message}" if what == "syntax" else message
            raise self._connection.end(Reason.UNREADABLE, text)
        try:
            if kind != "ready":
                return {}
            nodes = dict(zip(self._names, parts[0], strict=True))
            defined = {name: node for name, node in nodes.items() if node is not None}
            return {name: self._named_value(name, *node) for name, node in defined.items()}
        except (EncodingError, ValueError, TypeError, LookupError) as error:
            raise self._connection.reject() from error

    def function(self, name: str) -> Callable[..., object]:
        """Return a proxy for a function of the program.

        Args:
            name: Name of the function.

        Returns:
            A function of that name, which calls it.
        """

        def function(*values: object, **keywords: object) -> object:
            return self.request("function", (name, *values), keywords)

        function.__name__ = function.__qualname__ = name
        function.__module__ = "program"
        return function

    def request(
        self, operation: str, values: Sequence[object], keywords: Mapping[str, object]
    ) -> Any:
        """Let the program perform an operation, and wait for the result.

        Args:
            operation: Name of the operation, such as ``"function"`` or ``"next"``.
            values: Positional arguments. Those that the program changes are changed in place.
            keywords: Keyword arguments.

        Returns:
            The result.

        Raises:
            ProgramEnded: If the program has ended.
            PrefetchMismatch: If another request was prefetched.
            UnserializableArgument: If an argument cannot be encoded.
            Exception: The exception that the program raised.
        """
        if self.ended is not None:
            raise self.ended
        self.check()
        try:
            return self._request(operation, values, keywords)
        except (ServerLost, PrefetchMismatch, GradingFault) as fault:
            self._fault = fault
            raise
        except Exception as error:
            if error is self._raised_by_program or isinstance(error, ProgramError):
                raise
            # A bug of the grading must not count as a failed test.
            self._fault = GradingFault(f"{type(error).__name__}: {error}")
            raise self._fault from error

    def check(self) -> None:
        """Raise the last fault again, since tests with a bare ``except`` may have swallowed it.

        Raises:
            ServerLost: If the fork server was lost.
            PrefetchMismatch: If another request was prefetched.
            GradingFault: If an argument could not be encoded, or the grading has a bug.
        """
        if self._fault is not None:
            raise self._fault

    @property
    def left_s(self) -> float:
        """Seconds of its time budget that the program has left, once it has ended."""
        return self._connection.left_s

    def knows(self, number: int, remote: Remote) -> bool:
        """Return whether the program that is running now has the object of that number."""
        return self._remotes.get(number) is remote

    def restart(self) -> bool:
        """Start a program that has ended again, so that further tests can run.

        Returns:
            Whether it runs. It does not if its time is used up, or if it ended too often.
        """
        self.close()
        is_spent = self._connection.left_s <= 0 or self._num_restarts >= MAX_RESTARTS
        if is_spent or not self._is_usable:
            return False
        self._num_restarts += 1
        self._prefetched.clear()
        self._remotes.clear()
        try:
            self.start()
        except ProgramEnded:
            return False
        return True

    def close(self) -> None:
        """End the program."""
        self._connection.close()

    def _request(
        self, operation: str, values: Sequence[object], keywords: Mapping[str, object]
    ) -> Any:
        is_function = operation == "function"
        try:
            nodes = [self._dump(value) for value in values]
            by_keyword = [(name, self._dump(value)) for name, value in keywords.items()]
        except GradingFault as error:
            if is_function:
                raise
            # An operation on an object of the program that cannot take this argument is
            # the program's failure.
            raise ProgramError(str(error)) from error
        subject = values[0]
        name = display_name(subject) if type(subject) is Remote else str(subject)
        call = Call(name, nodes[1:], by_keyword)
        if is_function or operation == "call":
            self.last_call = call
        request = [operation, nodes, [list(pair) for pair in by_keyword]]
        if self._prefetched:
            if self._prefetched.popleft()[:3] != request:
                raise PrefetchMismatch
        else:
            arguments = (*nodes, *(node for _, node in by_keyword))
            self._connection.send([*request, any(map(_is_mutable, arguments))])
        try:
            return self._receive_result(operation, call, [*enumerate(values), *keywords.items()])
        except (Exception, ProgramEnded) as error:
            call.error = error
            if isinstance(error, ProgramEnded):
                call.error_kind = call.error_text = error.message
            raise

    def _named_value(self, name: str, node: Node) -> object:
        value = load(node, self._object_of)
        if type(value) is not Remote:
            return value
        # A function is called by its name, which stays valid after a restart of the program.
        if type_name(value) == "function":
            return self.function(name)
        return set_display_name(value, name)

    def _receive_result(self, operation: str, call: Call, arguments: list[tuple[Any, Any]]) -> Any:
        while True:
            kind, *parts = self._connection.receive()
            try:
                if kind == "back":
                    self._call_back(*parts)
                    continue
                if kind == "too_large":
                    call.error_kind = "returned a value that cannot be encoded"
                    call.error_text = f"{call.error_kind}: {parts[0]}"
                    raise ProgramError(call.error_text, Reason.OVER_LIMIT)
                *parts, changes = parts
                for which, node in changes or ():
                    adopt_changes(dict(arguments)[which], load(node, self._object_of))
                if kind == "value":
                    (call.result,) = parts
                    call.value = load(call.result, self._object_of)
                    return call.value
                name, base, message = map(str, parts)
            except (EncodingError, LookupError, ValueError, TypeError) as error:
                raise self._connection.reject() from error
            call.error_kind = f"raised {name}"
            call.error_text = f"raised {name}: {message}" if message else call.error_kind
            if base == "StopIteration" and operation != "next":
                base = "RuntimeError"  # a StopIteration would silently end a loop of the tests
            self._raised_by_program = _make_exception(base, message, call.error_text)
            raise self._raised_by_program

    def _call_back(self, number: int, values: list[Node], keywords: list[Node]) -> None:
        """Call a function of the tests for the program."""
        function = self._functions[-1 - number]
        arguments = [load(node, self._object_of) for node in values]
        by_keyword = {name: load(node, self._object_of) for name, node in keywords}
        try:
            answer = ["value", self._dump(function(*arguments, **by_keyword))]
        except (Exception, GradingFault) as error:
            base = next(each for each in type(error).__mro__ if each.__module__ == "builtins")
            answer = ["raised", type(error).__name__, base.__name__, str(error)[:300]]
        self._connection.send(answer)

    def _dump(self, value: object) -> Node:
        try:
            return dump(value, self._number_of)
        except EncodingError as error:
            raise ProgramError(f"a value cannot be encoded: {error}", Reason.OVER_LIMIT) from error

    def _number_of(self, value: object) -> int:
        """Return the number of an object: negative for functions of the tests."""
        if type(value) is Remote:
            return number_of(value, self)
        if callable(value):
            if value not in self._functions:
                self._functions.append(value)
            return -1 - self._functions.index(value)
        raise UnserializableArgument(f"the tests pass an object of {type(value).__name__}")

    def _object_of(self, number: int, name: str) -> object:
        if number < 0:
            return self._functions[-1 - number]
        remote = self._remotes.get(number)
        if remote is None:
            remote = self._remotes[number] = Remote(self, number, name)
        return remote


def _is_mutable(node: Node) -> bool:
    return type(node) is list and node[0] in _MUTABLE


def _make_exception(base: str, message: str, text: str) -> Exception:
    """Return an exception of the built-in class that an exception of the program belongs to."""
    kind = getattr(builtins, base, None)
    if not (isinstance(kind, type) and issubclass(kind, Exception)) or kind is ExceptionGroup:
        return ProgramError(text)
    error: Exception = kind.__new__(kind, message)  # some constructors take other arguments
    error.args = (message,)
    return error
