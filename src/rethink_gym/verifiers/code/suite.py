"""The tests that decide about a program, as the gold answer of a problem holds them."""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rethink_gym.errors import DataError, argument_error, check_choice

__all__ = ["STYLES", "CodeTests", "StdioCase"]

STYLES = ("humaneval", "asserts", "examples", "stdio")


class StdioCase(NamedTuple):
    """What a program reads, and what it must print.

    Attributes:
        stdin: The whole input.
        stdout: The output expected of it.
    """

    stdin: str
    stdout: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeTests:
    """The tests of a programming problem. They are trusted code; a program never sees them.

    Attributes:
        style: What the tests are. ``"humaneval"``: sources that define
            ``check(candidate)``. ``"asserts"``: statements, such as
            ``assert add(1, 2) == 3``, that call the program's functions by name and run
            in one namespace, in order. ``"examples"``: texts with examples as they stand
            in docstrings, ``>>> add(1, 2)`` and the value on the next line.
            ``"stdio"``: cases of input and output.
        entry_point: The function that the program must define; empty for ``"stdio"``.
        setup: Trusted code that runs before the tests, such as a prompt that defines what
            tests use beside the entry point.
        tests: The tests, at least one here or in ``hidden``.
        hidden: More of them, of which feedback tells no arguments and no values.
        signature: Head of the function, as the prompt shows it, that an answer may
            continue with nothing but a body; empty if there is none.
        tolerance: How far a printed number may lie from the one expected, absolutely or
            relative to it; 0 if the words must be the same. For ``"stdio"`` only.

    Raises:
        ArgumentError: If a field is not what it must be.
    """

    style: str
    entry_point: str = ""
    setup: str = ""
    tests: tuple[str | StdioCase, ...] = ()
    hidden: tuple[str | StdioCase, ...] = ()
    signature: str = ""
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        check_choice("style", self.style, STYLES)
        for name in ("entry_point", "setup", "signature"):
            if not isinstance(getattr(self, name), str):
                raise argument_error(name, "a text", getattr(self, name))
        if self.style != "stdio" and not self.entry_point.isidentifier():
            raise argument_error("entry_point", "the name of a function", self.entry_point)
        if not (isinstance(self.tolerance, int | float) and 0 <= self.tolerance < math.inf):
            raise argument_error("tolerance", "a number of at least 0", self.tolerance)
        for name in ("tests", "hidden"):
            object.__setattr__(self, name, self._read(name, getattr(self, name)))
        if not (self.tests or self.hidden):
            raise argument_error("tests", "one or more tests", self.tests)

    def to_gold(self) -> str:
        """Return the tests as the gold answer of a problem: one line of JSON."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({name: value for name, value in fields.items() if value})

    @staticmethod
    def from_gold(gold: str) -> "CodeTests":
        """Read the tests from a gold answer.

        Args:
            gold: What `to_gold` returned.

        Returns:
            The tests; read once, as many answers may be judged by them.

        Raises:
            DataError: If the gold answer holds no tests.
        """
        return _read_gold(gold)

    def _read(self, name: str, tests: object) -> tuple[str | StdioCase, ...]:
        is_stdio = self.style == "stdio"
        must_be = f"a tuple of {'pairs of input and output' if is_stdio else 'texts'}"
        if not isinstance(tests, list | tuple):
            raise argument_error(name, must_be, tests)
        read: list[str | StdioCase] = []
        for test in tests:
            parts = list(test) if is_stdio and isinstance(test, list | tuple) else [test]
            if len(parts) != 1 + is_stdio or not all(isinstance(part, str) for part in parts):
                raise argument_error(name, must_be, test)
            read.append(StdioCase(*parts) if is_stdio else test)
        return tuple(read)


@lru_cache(maxsize=4096)
def _read_gold(gold: str) -> CodeTests:
    try:
        data = json.loads(gold)
        return CodeTests(**data)
    except (ValueError, TypeError, RecursionError) as error:
        raise DataError(
            f"gold must be tests as CodeTests.to_gold writes them, got {gold[:80]!r}: {error}"
        ) from error
