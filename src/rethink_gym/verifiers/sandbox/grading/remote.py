"""Proxies that the tests hold for objects of the program, which are known by number."""

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any, Protocol

from rethink_gym.verifiers.sandbox.grading.call import ProgramError

__all__ = [
    "Remote",
    "adopt_changes",
    "display_name",
    "number_of",
    "set_display_name",
    "type_name",
]


class Owner(Protocol):
    """The program that an object belongs to, such as a `Candidate`."""

    def request(
        self, operation: str, values: tuple[object, ...], keywords: dict[str, object], /
    ) -> Any:
        """Let the program perform an operation."""

    def knows(self, number: int, remote: "Remote", /) -> bool:
        """Return whether the program that is running now has the object of that number."""


class Remote:
    """Proxy for an object of the program that is not plain data.

    Attributes, calls, items and elements are requested from the program, which answers
    with plain data or further objects. A proxy equals nothing but itself. Comparisons and
    membership tests are decided here, element by element, and never by the program.

    Args:
        candidate: The program.
        number: The number under which the program knows the object.
        type_name: Name of its class.
    """

    # No public names: they would hide attributes of the program's object.
    __slots__ = ("_candidate", "_display_name", "_number", "_type_name")

    _candidate: Owner
    _display_name: str
    _number: int
    _type_name: str

    def __init__(self, candidate: Owner, number: int, type_name: str) -> None:
        object.__setattr__(self, "_candidate", candidate)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_type_name", type_name)
        object.__setattr__(self, "_display_name", "")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = self._candidate.request("get", (self, name), {})
        return set_display_name(value, name) if type(value) is Remote else value

    def __setattr__(self, name: str, value: object) -> None:
        self._candidate.request("set", (self, name, value), {})

    def __call__(self, *values: object, **keywords: object) -> Any:
        """Let the program call the object."""
        return self._candidate.request("call", (self, *values), keywords)

    def __iter__(self) -> Any:
        iterator = self._request("iter")
        return iterator if type(iterator) is Remote else iter(iterator)

    def __next__(self) -> Any:
        return self._request("next")

    def __len__(self) -> int:
        answer: int = self._request("len")
        return answer

    def __bool__(self) -> bool:
        return self._request("bool") is True

    def __str__(self) -> str:
        answer: str = self._request("str")
        return answer

    def __float__(self) -> float:
        answer: float = self._request("float")
        return answer

    def __getitem__(self, key: object) -> Any:
        return self._request("get_item", key)

    def __repr__(self) -> str:
        return f"<{self._type_name} object>"

    def _request(self, operation: str, *values: object) -> Any:
        return self._candidate.request(operation, (self, *values), {})


def type_name(remote: Remote) -> str:
    """Return the name of the class of an object."""
    return remote._type_name


def display_name(remote: Remote) -> str:
    """Return the name of an object in messages."""
    return remote._display_name or f"<{remote._type_name} object>"


def set_display_name(remote: Remote, name: str) -> Remote:
    """Set the name of an object in messages; return the object."""
    object.__setattr__(remote, "_display_name", name)
    return remote


def number_of(remote: Remote, candidate: Owner) -> int:
    """Return the number under which a program knows an object.

    Args:
        remote: The object.
        candidate: The program.

    Returns:
        The number.

    Raises:
        ProgramError: If the program was restarted since, and so does not know the object.
    """
    if not candidate.knows(remote._number, remote):
        raise ProgramError(f"the program of this {remote._type_name} object has ended")
    return remote._number


def adopt_changes(value: Any, changed: Any) -> Any:
    """Change an argument in place, as the program changed its own copy of it.

    Args:
        value: The argument.
        changed: The copy after the call.

    Returns:
        ``value`` itself if it could be changed in place, else ``changed``.
    """
    kind = type(value)
    if kind is not type(changed):
        return changed
    if kind in (list, deque):
        items = _adopt_all(value, changed)
        value.clear()
        value.extend(items)
    elif kind is tuple:
        _adopt_all(value, changed)
    elif kind in (set, bytearray):
        value.clear()
        value.update(changed) if kind is set else value.extend(changed)
    elif kind in (dict, OrderedDict, Counter, defaultdict):
        before = dict(value)
        value.clear()
        for key, item in changed.items():
            value[key] = adopt_changes(before[key], item) if key in before else item
    else:
        return changed
    return value


def _adopt_all(values: Any, changed: Any) -> list[Any]:
    if len(values) != len(changed):
        return list(changed)
    return list(map(adopt_changes, values, changed))
