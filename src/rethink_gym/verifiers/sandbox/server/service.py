"""The service that answers calls of a program's functions, in the confined process.

`program` documents the messages.
"""

import builtins
import os
import sys
import types
from typing import TYPE_CHECKING, Any

from rethink_gym.verifiers.sandbox.protocol.encoding import EncodingError, Node
from rethink_gym.verifiers.sandbox.protocol.reader import load, unpack
from rethink_gym.verifiers.sandbox.protocol.writer import dump, pack

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Service", "compile_first", "describe_exception", "read_exactly", "write_all"]

MAX_MESSAGE_CHARS = 300
MAX_OBJECTS = 10_000

_BUILT_IN = frozenset(
    each
    for each in vars(builtins).values()
    if isinstance(each, type) and issubclass(each, BaseException)
)


class Service:
    """Answers requests about one program.

    Args:
        readable: Descriptor from which requests are read.
        writable: Descriptor to which replies are written.
    """

    def __init__(self, readable: int, writable: int) -> None:
        self._readable, self._writable = readable, writable
        self._objects: list[object] = []
        self._numbers: dict[int, int] = {}
        self._module = types.ModuleType("program")
        self._operations: dict[str, Callable[..., object]] = {
            "function": self._call_function,
            "call": lambda function, *values, **keywords: function(*values, **keywords),
            "get": getattr,
            "set": setattr,
            "iter": iter,
            "next": next,
            "len": len,
            "bool": bool,
            "str": str,
            "float": float,
            "get_item": lambda value, key: value[key],
        }

    def run(
        self, sources: list[str], entry_point: str, names: list[str], requests: list[Node]
    ) -> None:
        """Load the program, then answer until there are no more requests.

        Args:
            sources: Candidate sources of the program; the first that is valid Python is used.
            entry_point: Name of the function that the program must define.
            names: Names whose values are returned if the program defines them.
            requests: The first requests.
        """
        fault = self._load(sources, entry_point)
        self._send(["unusable", *fault] if fault else ["ready", self._values_of(names)])
        if fault:
            return
        for request in requests:
            self._send(self._answer(*request))
        while (message := self._receive()) is not None:
            self._send(self._answer(*unpack(message)))

    def _load(self, sources: list[str], entry_point: str) -> list[str] | None:
        code = compile_first(sources)
        if isinstance(code, str):
            return ["syntax", code]
        sys.modules["program"] = self._module
        try:
            exec(code, self._module.__dict__)
        except BaseException as error:
            return ["raised", f"{type(error).__name__}: {_message(error)}"]
        if not callable(self._module.__dict__.get(entry_point)):
            return ["missing", f"does not define {entry_point}"]
        return None

    def _values_of(self, names: list[str]) -> list[Node]:
        return [self._value_of(name) for name in names]

    def _value_of(self, name: str) -> Node:
        if name not in self._module.__dict__:
            return None
        try:
            return [dump(self._module.__dict__[name], self._number_of)]
        except EncodingError:
            return None

    def _call_function(self, name: str, /, *values: object, **keywords: object) -> object:
        if name not in self._module.__dict__:
            raise NameError(f"name {name!r} is not defined")
        return self._module.__dict__[name](*values, **keywords)

    def _answer(
        self, operation: str, values: list[Node], keywords: list[Node], reports_changes: bool
    ) -> Node:
        arguments = [load(node, self._object_of) for node in values]
        by_keyword = {name: load(node, self._object_of) for name, node in keywords}
        try:
            result = self._operations[operation](*arguments, **by_keyword)
        except BaseException as error:
            reply = ["raised", *describe_exception(error)]
        else:
            try:
                reply = ["value", dump(result, self._number_of)]
            except EncodingError as error:
                return ["too_large", f"{type(result).__name__}: {error}"]
            except BaseException as error:
                reply = ["raised", *describe_exception(error)]
        if not reports_changes:
            return [*reply, None]
        before = [*enumerate(values), *keywords]
        try:
            after = [dump(each, self._number_of) for each in (*arguments, *by_keyword.values())]
        except BaseException as error:
            return ["too_large", f"an argument was changed: {_message(error)}"]
        changes = [
            [which, new] for (which, old), new in zip(before, after, strict=True) if old != new
        ]
        return [*reply, changes or None]

    def _number_of(self, value: object) -> int:
        """Return the number under which the tests know an object; give it one if it is new."""
        if type(value) is _Callback:
            return value.number
        number = self._numbers.get(id(value))
        if number is None:
            if len(self._objects) >= MAX_OBJECTS:
                raise EncodingError(f"there are more than {MAX_OBJECTS:,} objects")
            number = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return number

    def _object_of(self, number: int, name: str) -> object:
        return self._objects[number] if number >= 0 else _Callback(self, number)

    def call_back(
        self, number: int, values: tuple[object, ...], keywords: dict[str, object]
    ) -> Any:
        """Call a function of the tests."""
        nodes = [dump(value, self._number_of) for value in values]
        by_keyword = [[name, dump(value, self._number_of)] for name, value in keywords.items()]
        self._send(["back", number, nodes, by_keyword])
        while (message := self._receive()) is not None:
            kind, *parts = unpack(message)
            if kind == "value":
                return load(parts[0], self._object_of)
            if kind == "raised":
                raise getattr(builtins, parts[1])(parts[2])
            self._send(self._answer(kind, *parts))  # the function calls the program in turn
        os._exit(0)

    def _receive(self) -> bytes | None:
        head = read_exactly(self._readable, 4)
        if head is None:
            return None
        return read_exactly(self._readable, int.from_bytes(head, "big"))

    def _send(self, reply: Node) -> None:
        message = pack(reply)
        write_all(self._writable, len(message).to_bytes(4, "big") + message)


class _Callback:
    """Proxy for a function of the tests that was passed to the program."""

    def __init__(self, service: Service, number: int) -> None:
        self._service = service
        self.number = number

    def __call__(self, *values: object, **keywords: object) -> Any:
        return self._service.call_back(self.number, values, keywords)


def compile_first(sources: list[str]) -> types.CodeType | str:
    """Compile the first source that is valid Python.

    Args:
        sources: One or more sources.

    Returns:
        The code; if no source is valid, the error in the first one.
    """
    errors = []
    for source in sources:
        try:
            return compile(source, "<program>", "exec", dont_inherit=True)
        except BaseException as error:
            errors.append(f"{type(error).__name__}: {_message(error)}")
    return errors[0]


def describe_exception(error: BaseException) -> list[str]:
    """Describe an exception as plain texts.

    Args:
        error: The exception.

    Returns:
        The name of its class, the name of the built-in exception class that it is an
        instance of, and its message.
    """
    kind = type(error)
    base = next(each for each in kind.__mro__ if each in _BUILT_IN)
    return [kind.__name__[:80], base.__name__, _message(error)]


def _message(error: BaseException) -> str:
    try:
        return str(str(error)[:MAX_MESSAGE_CHARS])
    except BaseException:
        return ""


def read_exactly(descriptor: int, size: int) -> bytes | None:
    """Read a fixed number of bytes.

    Args:
        descriptor: The descriptor to read from.
        size: Number of bytes.

    Returns:
        The bytes; None if the other side has closed the pipe.
    """
    data = b""
    while len(data) < size:
        more = os.read(descriptor, size - len(data))
        if not more:
            return None
        data += more
    return data


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of the data, in as many calls as the pipe needs."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
