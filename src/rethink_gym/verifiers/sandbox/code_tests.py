"""The tests of a programming problem, which its gold answer contains."""

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rethink_gym.errors import DataError, argument_error, check_choice

__all__ = ["STYLES", "CodeTests", "StdioCase"]

STYLES = ("humaneval", "asserts", "examples", "stdio")


class StdioCase(NamedTuple):
    """An input and the expected output.

    Attributes:
        stdin: The whole input.
        stdout: The expected output.
    """

    stdin: str
    stdout: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeTests:
    """The tests of a programming problem. They are trusted code; a program never sees them.

    Attributes:
        style: Kind of the tests. ``"humaneval"``: sources that define
            ``check(candidate)``. ``"asserts"``: statements, such as
            ``assert add(1, 2) == 3``, that call the program's functions by name and run
            in one namespace, in order. ``"examples"``: texts with docstring examples,
            ``>>> add(1, 2)`` and the value on the next line. ``"stdio"``: pairs of input
            and output.
        entry_point: Name of the function that the program must define; empty for
            ``"stdio"``.
        setup: Trusted code that runs before the tests, such as a prompt that defines
            further names which the tests use.
        tests: The tests; at least one here or in ``hidden``.
        hidden: Further tests whose arguments and values feedback does not show.
        signature: Function signature from the prompt, which an answer may complete with
            the body alone; empty if the prompt shows no signature.
        tolerance: Maximum absolute or relative difference of a printed number from the
            expected one; 0 if all words must be identical. For ``"stdio"`` only.

    Raises:
        ArgumentError: If ``style`` is unknown, if ``entry_point`` is not an identifier, if
            ``tolerance`` is negative or not finite, or if another field has the wrong type.
            If there are no tests, or tests that do not fit the style.
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
            object.__setattr__(self, name, self._check_tests(name, getattr(self, name)))
        if not (self.tests or self.hidden):
            raise argument_error("tests", "one or more tests", self.tests)

    def to_gold(self) -> str:
        """Return the tests as the gold answer of a problem: one line of JSON."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({name: value for name, value in fields.items() if value})

    @staticmethod
    def from_gold(gold: str) -> "CodeTests":
        """Parse the tests of a gold answer.

        Args:
            gold: The gold answer, as made by `to_gold`.

        Returns:
            The tests. They are cached, since many answers may be graded by them.

        Raises:
            DataError: If ``gold`` was not made by `to_gold`.
        """
        return _parse_gold(gold)

    def _check_tests(self, name: str, tests: object) -> tuple[str | StdioCase, ...]:
        is_stdio = self.style == "stdio"
        must_be = f"a tuple of {'pairs of input and output' if is_stdio else 'texts'}"
        if not isinstance(tests, list | tuple):
            raise argument_error(name, must_be, tests)
        checked: list[str | StdioCase] = []
        for test in tests:
            parts = list(test) if is_stdio and isinstance(test, list | tuple) else [test]
            if len(parts) != 1 + is_stdio or not all(isinstance(part, str) for part in parts):
                raise argument_error(name, must_be, test)
            checked.append(StdioCase(*parts) if is_stdio else test)
        return tuple(checked)


@lru_cache(maxsize=4096)
def _parse_gold(gold: str) -> CodeTests:
    try:
        data = json.loads(gold)
        return CodeTests(**data)
    except (ValueError, TypeError, RecursionError) as error:
        raise DataError(
            f"gold must be tests as CodeTests.to_gold writes them, got {gold[:80]!r}: {error}"
        ) from error
