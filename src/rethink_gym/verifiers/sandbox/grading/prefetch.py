"""Prefetching: finds the calls that tests are certain to start with, in their source.

Such calls are sent to the program together with its source, which saves one round trip
each. No verdict changes by this:

- Only calls with literal arguments are prefetched, from statements that run one after
  another. The search ends at the first point at which the tests may take another way.
- The program gets the same calls in the same order. Its replies are read one by one, so
  that the first failure ends the tests before a later call matters.
- The tests may make another call after all, for example because they redefine the function.
  The program is then graded again without prefetching, on the rest of its time budget.

The expected values are never sent.
"""

import ast
from collections.abc import Collection, Iterable

from rethink_gym.verifiers.sandbox.protocol.encoding import EncodingError, Node
from rethink_gym.verifiers.sandbox.protocol.writer import dump

__all__ = ["find_certain_calls"]

MAX_REQUESTS = 500

_LITERAL = (
    *(ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp),
    *(ast.Load, ast.operator, ast.unaryop),
)
_IN_ORDER = (
    *(ast.UnaryOp, ast.BinOp, ast.List, ast.Tuple, ast.Set, ast.Subscript, ast.Attribute),
    *(ast.Slice, ast.Starred, ast.FormattedValue, ast.JoinedStr),
)
"""Expressions that evaluate all their parts, in the order of the source."""


class _Uncertain(Exception):  # noqa: N818  # ends the search, never reaches a caller
    pass


def find_certain_calls(
    statements: Iterable[ast.stmt],
    functions: Collection[str],
    entry_point: str,
    *,
    continues: bool,
) -> tuple[list[Node], bool]:
    """Find the calls that statements are certain to start with.

    Args:
        statements: The statements, in order.
        functions: The names by which they call the entry point of the program.
        entry_point: Name of the entry point itself.
        continues: Whether the next statement runs after one fails. If so, the second call
            of a statement is not certain.

    Returns:
        Requests for the calls, in order, and whether all statements were searched, so that
        the calls of the statements after them are certain too.
    """
    finder = _CallFinder(frozenset(functions), entry_point)
    num_before = 0
    try:
        for statement in statements:
            num_before = len(finder.requests)
            finder.search_statement(statement)
            if continues and len(finder.requests) > num_before + 1:
                return finder.requests[: num_before + 1], False
    except _Uncertain:
        return finder.requests[: num_before + 1] if continues else finder.requests, False
    return finder.requests, True


class _CallFinder:
    def __init__(self, functions: frozenset[str], entry_point: str) -> None:
        self.requests: list[Node] = []
        self._functions = functions
        self._entry_point = entry_point

    def search_statement(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assert):
            self._search(statement.test)
        elif isinstance(statement, ast.Expr):
            self._search(statement.value)
        elif isinstance(statement, ast.Assign):
            if any(any(map(self._is_function, ast.walk(each))) for each in statement.targets):
                raise _Uncertain
            self._search(statement.value)
        elif not isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass):
            raise _Uncertain

    def _search(self, node: ast.expr) -> None:
        if not self._mentions(node):
            return
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in self._functions:
                self._add_call(node)
                return
            self._search_all([node.func, *node.args, *(each.value for each in node.keywords)])
        elif isinstance(node, ast.Compare):
            # In `a < b < c`, c is evaluated only if a < b.
            self._search_all([node.left, node.comparators[0]])
            self._check_no_call(node.comparators[1:])
        elif isinstance(node, ast.BoolOp):
            self._search(node.values[0])
            self._check_no_call(node.values[1:])
        elif isinstance(node, _IN_ORDER):
            self._search_all(
                each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)
            )
        else:
            raise _Uncertain

    def _search_all(self, nodes: Iterable[ast.expr]) -> None:
        for node in nodes:
            self._search(node)

    def _add_call(self, call: ast.Call) -> None:
        keywords = {each.arg: each.value for each in call.keywords}
        for node in (*call.args, *keywords.values()):
            if not all(isinstance(part, _LITERAL) for part in ast.walk(node)):
                raise _Uncertain
        if None in keywords or len(self.requests) >= MAX_REQUESTS:
            raise _Uncertain
        try:
            values = [_encode_literal(each) for each in call.args]
            by_keyword = [[name, _encode_literal(each)] for name, each in keywords.items()]
        except (ArithmeticError, TypeError, ValueError, MemoryError) as error:
            raise _Uncertain from error
        self.requests.append(["function", [self._entry_point, *values], by_keyword, False])

    def _mentions(self, node: ast.expr) -> bool:
        return any(map(self._is_function, ast.walk(node)))

    def _is_function(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id in self._functions

    def _check_no_call(self, nodes: Iterable[ast.expr]) -> None:
        if any(map(self._mentions, nodes)):
            raise _Uncertain


def _encode_literal(literal: ast.expr) -> Node:
    """Encode the value of a literal of the tests, which are trusted."""
    try:
        value = ast.literal_eval(literal)
    except ValueError:  # a sum or a product of literals
        code = compile(ast.Expression(literal), "<tests>", "eval")
        value = eval(code, {"__builtins__": {}})
    return dump(value, _refuse_object)


def _refuse_object(value: object) -> int:
    raise EncodingError(f"{type(value).__name__} is not a literal")
