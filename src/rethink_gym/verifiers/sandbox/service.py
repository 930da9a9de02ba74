"""What answers calls of a program's functions, in the confined process of the program.

Messages look as `program` says.
"""

import builtins
import os
import sys
import types
from typing import TYPE_CHECKING, Any

from rethink_gym.verifiers.sandbox.reader import load, unpack
from rethink_gym.verifiers.sandbox.value import EncodingError, Node
from rethink_gym.verifiers.sandbox.writer import dump, pack

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Service", "compile_first", "tell", "write_all"]

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
            "call": lambda function, *values, **named: function(*values, **named),
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
            sources: The ways in which the program may be meant; the first that is Python.
            entry_point: The function that it must define.
            names: Names whose values are told, if the program defines them.
            requests: The first ones.
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
            return [dump(self._module.__dict__[name], self._refer)]
        except EncodingError:
            return None

    def _call_function(self, name: str, /, *values: object, **named: object) -> object:
        if name not in self._module.__dict__:
            raise NameError(f"name {name!r} is not defined")
        return self._module.__dict__[name](*values, **named)

    def _answer(self, operation: str, values: list[Node], named: list[Node], tells: bool) -> Node:
        arguments = [load(node, self._resolve) for node in values]
        by_name = {name: load(node, self._resolve) for name, node in named}
        try:
            result = self._operations[operation](*arguments, **by_name)
        except BaseException as error:
            reply = ["raised", *tell(error)]
        else:
            try:
                reply = ["value", dump(result, self._refer)]
            except EncodingError as error:
                return ["too_large", f"{type(result).__name__}: {error}"]
            except BaseException as error:
                reply = ["raised", *tell(error)]
        if not tells:
            return [*reply, None]
        before = [*enumerate(values), *named]
        try:
            after = [dump(each, self._refer) for each in (*arguments, *by_name.values())]
        except BaseException as error:
            return ["too_large", f"an argument was changed: {_message(error)}"]
        changes = [
            [which, new] for (which, old), new in zip(before, after, strict=True) if old != new
        ]
        return [*reply, changes or None]

    def _refer(self, value: object) -> int:
        if type(value) is _Callback:
            return value.number
        number = self._numbers.get(id(value))
        if number is None:
            if len(self._objects) >= MAX_OBJECTS:
                raise EncodingError(f"there are more than {MAX_OBJECTS:,} objects")
            number = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return number

    def _resolve(self, number: int, name: str) -> object:
        return self._objects[number] if number >= 0 else _Callback(self, number)

    def call_back(self, number: int, values: tuple[object, ...], named: dict[str, object]) -> Any:
        """Call a function of the tests."""
        nodes = [dump(value, self._refer) for value in values]
        by_name = [[name, dump(value, self._refer)] for name, value in named.items()]
        self._send(["back", number, nodes, by_name])
        while (message := self._receive()) is not None:
            kind, *parts = unpack(message)
            if kind == "value":
                return load(parts[0], self._resolve)
            if kind == "raised":
                raise getattr(builtins, parts[1])(parts[2])
            self._send(self._answer(kind, *parts))  # the function calls the program in turn
        os._exit(0)

    def _receive(self) -> bytes | None:
        head = _read(self._readable, 4)
        return None if head is None else _read(self._readable, int.from_bytes(head, "big"))

    def _send(self, reply: Node) -> None:
        message = pack(reply)
        write_all(self._writable, len(message).to_bytes(4, "big") + message)


class _Callback:
    """Stands for a function of the tests that was handed to the program."""

    def __init__(self, service: Service, number: int) -> None:
        self._service = service
        self.number = number

    def __call__(self, *values: object, **named: object) -> Any:
        return self._service.call_back(self.number, values, named)


def compile_first(sources: list[str]) -> types.CodeType | str:
    """Compile the first source that is Python.

    Args:
        sources: One or more.

    Returns:
        The code, or what is wrong with the first source if none is Python.
    """
    faults = []
    for source in sources:
        try:
            return compile(source, "<program>", "exec", dont_inherit=True)
        except BaseException as error:
            faults.append(f"{type(error).__name__}: {_message(error)}")
    return faults[0]


def tell(error: BaseException) -> list[str]:
    """Put an exception into words.

    Args:
        error: The exception.

    Returns:
        Its name, that of the built-in exception that it is, and its message.
    """
    kind = type(error)
    base = next(each for each in kind.__mro__ if each in _BUILT_IN)
    return [kind.__name__[:80], base.__name__, _message(error)]


def _message(error: BaseException) -> str:
    try:
        return str(str(error)[:MAX_MESSAGE_CHARS])
    except BaseException:
        return ""


def _read(descriptor: int, size: int) -> bytes | None:
    """Read so many bytes; None if the other side is gone."""
    data = b""
    while len(data) < size:
        more = os.read(descriptor, size - len(data))
        if not more:
            return None
        data += more
    return data


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of the data, however often that has to be asked for."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
