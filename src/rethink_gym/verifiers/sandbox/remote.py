"""Objects of a program under test, as the tests hold them: by number, never themselves."""

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any, Protocol

from rethink_gym.verifiers.sandbox.call import ProgramError

__all__ = ["Remote", "adopt_changes", "name_remote", "number_of", "shown_name", "type_name"]


class Owner(Protocol):
    """The program that an object belongs to, as `Candidate` is."""

    def request(
        self, operation: str, values: tuple[object, ...], named: dict[str, object], /
    ) -> Any:
        """Ask something of the program."""

    def knows(self, number: int, remote: "Remote", /) -> bool:
        """Tell whether the program that runs now has the object of that number."""


class Remote:
    """Stands for an object of the program that is no plain data.

    Its attributes, calls, items and elements are asked of the program, which answers with
    plain data or further objects. It equals nothing but itself: a comparison is decided
    here, never by the program, and so is what it contains, element by element.

    Args:
        candidate: The program.
        number: By which the program knows the object.
        type_name: The name of its class.
    """

    # No public names: they would hide attributes of the program's object.
    __slots__ = ("_candidate", "_name", "_number", "_type_name")

    _candidate: Owner
    _name: str
    _number: int
    _type_name: str

    def __init__(self, candidate: Owner, number: int, type_name: str) -> None:
        object.__setattr__(self, "_candidate", candidate)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_type_name", type_name)
        object.__setattr__(self, "_name", "")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = self._candidate.request("get", (self, name), {})
        return name_remote(value, name) if type(value) is Remote else value

    def __setattr__(self, name: str, value: object) -> None:
        self._candidate.request("set", (self, name, value), {})

    def __call__(self, *values: object, **named: object) -> Any:
        """Let the program call the object."""
        return self._candidate.request("call", (self, *values), named)

    def __iter__(self) -> Any:
        iterator = self._ask("iter")
        return iterator if type(iterator) is Remote else iter(iterator)

    def __next__(self) -> Any:
        return self._ask("next")

    def __len__(self) -> int:
        answer: int = self._ask("len")
        return answer

    def __bool__(self) -> bool:
        return self._ask("bool") is True

    def __str__(self) -> str:
        answer: str = self._ask("str")
        return answer

    def __float__(self) -> float:
        answer: float = self._ask("float")
        return answer

    def __getitem__(self, key: object) -> Any:
        return self._ask("get_item", key)

    def __repr__(self) -> str:
        return f"<{self._type_name} object>"

    def _ask(self, operation: str, *values: object) -> Any:
        return self._candidate.request(operation, (self, *values), {})


def type_name(remote: Remote) -> str:
    """Return the name of the class of an object."""
    return remote._type_name


def shown_name(remote: Remote) -> str:
    """Return what an object is called when it is told of."""
    return remote._name or f"<{remote._type_name} object>"


def name_remote(remote: Remote, name: str) -> Remote:
    """Give an object the name by which it is told of; return the object."""
    object.__setattr__(remote, "_name", name)
    return remote


def number_of(remote: Remote, candidate: Owner) -> int:
    """Return the number by which a program knows an object.

    Args:
        remote: The object.
        candidate: The program.

    Returns:
        The number.

    Raises:
        ProgramError: If the program does not know it, as it was started anew.
    """
    if not candidate.knows(remote._number, remote):
        raise ProgramError(f"the program of this {remote._type_name} object has ended")
    return remote._number


def adopt_changes(value: Any, changed: Any) -> Any:
    """Change an argument in place as the program changed its own copy.

    Args:
        value: The argument.
        changed: What became of the copy.

    Returns:
        ``value`` itself where it could be changed, else ``changed``.
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
        known = dict(value)
        value.clear()
        for key, item in changed.items():
            value[key] = adopt_changes(known[key], item) if key in known else item
    else:
        return changed
    return value


def _adopt_all(values: Any, changed: Any) -> list[Any]:
    if len(values) != len(changed):
        return list(changed)
    return list(map(adopt_changes, values, changed))
