"""Tests that call functions, compiled: which tests there are and what they begin with."""

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType

from rethink_gym.verifiers.code.suite import CodeTests
from rethink_gym.verifiers.sandbox.assertion import UNIT_NAME, Unit, mark_units
from rethink_gym.verifiers.sandbox.example import read_examples
from rethink_gym.verifiers.sandbox.forecast import forecast_requests
from rethink_gym.verifiers.sandbox.value import Node

__all__ = ["Suite", "compile_suite"]


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests, ready to run.

    Attributes:
        entry_point: The function under test.
        setup: Trusted code that runs first.
        runs: What runs then, in order.
        num_shown: How many of these are not hidden.
        has_check: Whether each of these defines ``check``, which is called then.
        units: The tests in them.
        names: What the tests may use that the program defines. Where setup or tests define
            the same name, theirs counts.
        requests: The calls that they are certain to begin with.
    """

    entry_point: str
    setup: CodeType
    runs: tuple[CodeType, ...]
    num_shown: int
    has_check: bool
    units: tuple[Unit, ...]
    names: tuple[str, ...]
    requests: tuple[Node, ...]


@lru_cache(maxsize=512)
def compile_suite(gold: str, *, is_dense: bool) -> Suite:
    """Read the sources of tests.

    Args:
        gold: The gold answer that holds them, of a style that calls functions.
        is_dense: Whether tests go on after the first failure.

    Returns:
        The tests, ready to run.

    Raises:
        SyntaxError: If they are no Python.
        ValueError: If tests of the style ``"humaneval"`` define no ``check``.
    """
    tests = CodeTests.from_gold(gold)
    has_check = tests.style == "humaneval"
    runs: list[CodeType] = []
    units: list[Unit] = []
    requests: list[Node] = []
    is_certain = True
    for source in map(str, (*tests.tests, *tests.hidden)):
        tree = ast.parse(read_examples(source) if tests.style == "examples" else source)
        parameter, body = _check_function(tree) if has_check else (tests.entry_point, tree.body)
        if is_certain:
            functions = {parameter, tests.entry_point}
            found, is_certain = forecast_requests(
                body, functions, tests.entry_point, goes_on=is_dense
            )
            requests += found
        body[:] = mark_units(body, units, {parameter: tests.entry_point})
        runs.append(_compile(tree))
    setup = _compile(_parse_setup(tests))
    names = _names([setup, *runs]) - {tests.entry_point, UNIT_NAME} - vars(builtins).keys()
    return Suite(
        entry_point=tests.entry_point,
        setup=setup,
        runs=tuple(runs),
        num_shown=len(tests.tests),
        has_check=has_check,
        units=tuple(units),
        names=tuple(sorted(names)),
        requests=tuple(requests),
    )


def _parse_setup(tests: CodeTests) -> ast.Module:
    """Parse the setup; a prompt may end in a head without a body, which is left out then."""
    try:
        return ast.parse(tests.setup)
    except SyntaxError:
        head, found, _ = tests.setup.rpartition(f"\ndef {tests.entry_point}(")
        if not found:
            raise
        return ast.parse(head)


def _check_function(tree: ast.Module) -> tuple[str, list[ast.stmt]]:
    for statement in reversed(tree.body):
        if isinstance(statement, ast.FunctionDef) and statement.name == "check":
            if statement.args.args:
                return statement.args.args[0].arg, statement.body
            break
    raise ValueError("the tests define no check(candidate)")


def _compile(tree: ast.Module) -> CodeType:
    return compile(tree, "<tests>", "exec", dont_inherit=True, optimize=0)


def _names(codes: Iterable[CodeType]) -> set[str]:
    """Return the names that code asks for; those of attributes are among them, and no harm."""
    names: set[str] = set()
    for code in codes:
        names.update(code.co_names)
        names |= _names(each for each in code.co_consts if isinstance(each, CodeType))
    return names
