"""Tests that call functions, compiled, with the calls that they are certain to start with."""

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType

from rethink_gym.verifiers.sandbox.code_tests import CodeTests
from rethink_gym.verifiers.sandbox.grading.assertion import UNIT_NAME, Unit, mark_units
from rethink_gym.verifiers.sandbox.grading.example import read_examples
from rethink_gym.verifiers.sandbox.grading.prefetch import find_certain_calls
from rethink_gym.verifiers.sandbox.protocol.encoding import Node

__all__ = ["Suite", "compile_suite"]


@dataclass(frozen=True, slots=True)
class Suite:
    """A test suite that is ready to run.

    Attributes:
        entry_point: Name of the function under test.
        setup: Trusted code that runs first.
        runs: The test sources, in the order in which they run.
        num_shown: Number of sources that are not hidden; these come first.
        has_check: Whether each source defines ``check``, which is then called.
        units: The tests in all sources.
        names: Names that the tests use and the program may define. Where the setup or the
            tests define the same name, theirs is used.
        requests: Requests for the calls that the tests are certain to start with.
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
    """Compile the tests of a gold answer.

    Args:
        gold: The gold answer; its style must be one that calls functions.
        is_dense: Whether the next test runs after a failure.

    Returns:
        The suite.

    Raises:
        SyntaxError: If the tests are not valid Python.
        ValueError: If tests of the style ``"humaneval"`` do not define ``check``.
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
            certain, is_certain = find_certain_calls(
                body, functions, tests.entry_point, continues=is_dense
            )
            requests += certain
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
    """Parse the setup; a signature without a body at its end, as in prompts, is dropped."""
    try:
        return ast.parse(tests.setup)
    except SyntaxError:
        before, signature, _ = tests.setup.rpartition(f"\ndef {tests.entry_point}(")
        if not signature:
            raise
        return ast.parse(before)


def _check_function(tree: ast.Module) -> tuple[str, list[ast.stmt]]:
    """Return the name of the parameter of ``check``, and its body."""
    for statement in reversed(tree.body):
        if isinstance(statement, ast.FunctionDef) and statement.name == "check":
            if statement.args.args:
                return statement.args.args[0].arg, statement.body
            break
    raise ValueError("the tests do not define check(candidate)")


def _compile(tree: ast.Module) -> CodeType:
    return compile(tree, "<tests>", "exec", dont_inherit=True, optimize=0)


def _names(codes: Iterable[CodeType]) -> set[str]:
    """Return the global names that code uses, and harmlessly also its attribute names."""
    names: set[str] = set()
    for code in codes:
        names.update(code.co_names)
        names |= _names(each for each in code.co_consts if isinstance(each, CodeType))
    return names
