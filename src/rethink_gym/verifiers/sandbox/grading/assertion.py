"""Makes every assert statement of the tests a test of its own.

``assert f(1) == 2`` becomes, with the same order of evaluation,

    with __unit__(0):
        assert __unit__.left(f(1)) == __unit__.right(2)

so that a failing test is known, with both of its sides, and the next test can run after it.
"""

import ast
import copy
from dataclasses import dataclass
from typing import TypeGuard, TypeVar

__all__ = ["UNIT_NAME", "Unit", "mark_units"]

UNIT_NAME = "__unit__"

_Node = TypeVar("_Node", bound=ast.stmt | ast.expr)


@dataclass(frozen=True, slots=True)
class Unit:
    """One test.

    Attributes:
        test: The asserted expression; a statement if the test is more than one assert.
        names: Names to replace when the test is shown.
    """

    test: ast.AST
    names: dict[str, str]

    @property
    def text(self) -> str:
        """Source of the test."""
        test = copy.deepcopy(self.test)
        for node in ast.walk(test):
            if isinstance(node, ast.Name):
                node.id = self.names.get(node.id, node.id)
        return ast.unparse(test)

    @property
    def expected(self) -> str:
        """Source of the literal that the test compares with; empty without such a literal."""
        if not _is_equality(self.test):
            return ""
        sides = (self.test.comparators[0], self.test.left)
        return next((ast.unparse(side) for side in sides if _is_literal(side)), "")


def mark_units(body: list[ast.stmt], units: list[Unit], names: dict[str, str]) -> list[ast.stmt]:
    """Wrap each assert statement in a unit.

    Asserts inside functions are left alone. A ``try`` that contains asserts is one unit as
    a whole, since it may catch what they raise. Statements without asserts are one unit.

    Args:
        body: The statements; they are changed.
        units: The units so far; those of the statements are appended.
        names: Names to replace when a test is shown.

    Returns:
        The wrapped statements.
    """
    marker = _Marker(units, names)
    marked = [marker.visit(statement) for statement in body]
    if not marker.has_marked and marked:
        marked = [marker.mark(marked, ast.Module(body, []))]
    return marked


class _Marker(ast.NodeTransformer):
    def __init__(self, units: list[Unit], names: dict[str, str]) -> None:
        self.has_marked = False
        self._units = units
        self._names = names

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        return node

    def visit_Try(self, node: ast.Try) -> ast.stmt:
        inner = next((each for each in ast.walk(node) if isinstance(each, ast.Assert)), None)
        return node if inner is None else self.mark([node], inner.test)

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        test = node.test
        if isinstance(test, ast.Constant):
            return node  # its outcome does not depend on the program
        if _is_equality(test):
            left, right = _call("left", test.left), _call("right", test.comparators[0])
            node.test = _at(test, ast.Compare(left, test.ops, [right]))
        return self.mark([node], test)

    def mark(self, body: list[ast.stmt], test: ast.AST) -> ast.With:
        """Wrap statements in one unit."""
        self.has_marked = True
        self._units.append(Unit(test, self._names))
        number = _at(body[0], ast.Constant(len(self._units) - 1))
        name = _at(body[0], ast.Name(UNIT_NAME, ast.Load()))
        unit = _at(body[0], ast.Call(name, [number], []))
        return _at(body[0], ast.With([ast.withitem(unit)], body))


def _is_equality(test: ast.AST) -> TypeGuard[ast.Compare]:
    return isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) is ast.Eq


def _call(method: str, argument: ast.expr) -> ast.Call:
    unit = _at(argument, ast.Name(UNIT_NAME, ast.Load()))
    function = _at(argument, ast.Attribute(unit, method, ast.Load()))
    return _at(argument, ast.Call(function, [argument], []))


def _at(original: ast.stmt | ast.expr, node: _Node) -> _Node:
    """Give a new node the source position of an original one."""
    node.lineno, node.col_offset = original.lineno, original.col_offset
    return node


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
