"""Which calls tests are certain to begin with, read from their source.

Such calls are sent to the program together with its source, which saves a round trip for
each. This changes no verdict: only calls with literal arguments are taken, only from
statements that run one after another, and only up to the first thing that may go another
way. The program gets the same calls in the same order, and its replies are read one by
one, so the first failure ends the tests before a later call matters. Should the tests
call something else after all, as when they give the function another meaning, everything
is judged again with nothing sent ahead, on what is left of the program's time. The values
expected stay here.
"""

import ast
from collections.abc import Collection, Iterable

from rethink_gym.verifiers.sandbox.value import EncodingError, Node
from rethink_gym.verifiers.sandbox.writer import dump

__all__ = ["forecast_requests"]

MAX_REQUESTS = 500

_LITERAL = (
    *(ast.Constant, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.UnaryOp, ast.BinOp),
    *(ast.Load, ast.operator, ast.unaryop),
)
_IN_ORDER = (
    *(ast.UnaryOp, ast.BinOp, ast.List, ast.Tuple, ast.Set, ast.Subscript, ast.Attribute),
    *(ast.Slice, ast.Starred, ast.FormattedValue, ast.JoinedStr),
)
"""Expressions that evaluate all their parts, in the order in which they are written."""


class _Uncertain(Exception):  # noqa: N818  # ends the reading, never reaches a caller
    pass


def forecast_requests(
    statements: Iterable[ast.stmt],
    functions: Collection[str],
    entry_point: str,
    *,
    goes_on: bool,
) -> tuple[list[Node], bool]:
    """Find the calls that statements are certain to begin with.

    Args:
        statements: The statements, in order.
        functions: The names by which they call the program's entry point.
        entry_point: The function itself.
        goes_on: Whether the next statement runs when one fails, so that the second call
            of a statement is not certain.

    Returns:
        Requests for the calls, in order, and whether the statements were read to their
        end, so that the calls of what follows them are certain too.
    """
    reader = _Reader(frozenset(functions), entry_point)
    num_before = 0
    try:
        for statement in statements:
            num_before = len(reader.requests)
            reader.read_statement(statement)
            if goes_on and len(reader.requests) > num_before + 1:
                return reader.requests[: num_before + 1], False
    except _Uncertain:
        return reader.requests[: num_before + 1] if goes_on else reader.requests, False
    return reader.requests, True


class _Reader:
    def __init__(self, functions: frozenset[str], entry_point: str) -> None:
        self.requests: list[Node] = []
        self._functions = functions
        self._entry_point = entry_point

    def read_statement(self, statement: ast.stmt) -> None:
        if isinstance(statement, ast.Assert):
            self._read(statement.test)
        elif isinstance(statement, ast.Expr):
            self._read(statement.value)
        elif isinstance(statement, ast.Assign):
            if any(any(map(self._is_function, ast.walk(each))) for each in statement.targets):
                raise _Uncertain
            self._read(statement.value)
        elif not isinstance(statement, ast.Import | ast.ImportFrom | ast.Pass):
            raise _Uncertain

    def _read(self, node: ast.expr) -> None:
        if not self._mentions(node):
            return
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in self._functions:
                self._read_call(node)
                return
            self._read_all([node.func, *node.args, *(each.value for each in node.keywords)])
        elif isinstance(node, ast.Compare):
            self._read_all([node.left, node.comparators[0]])
            self._refuse(node.comparators[1:])
        elif isinstance(node, ast.BoolOp):
            self._read(node.values[0])
            self._refuse(node.values[1:])
        elif isinstance(node, _IN_ORDER):
            self._read_all(
                each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)
            )
        else:
            raise _Uncertain

    def _read_all(self, nodes: Iterable[ast.expr]) -> None:
        for node in nodes:
            self._read(node)

    def _read_call(self, call: ast.Call) -> None:
        named = {each.arg: each.value for each in call.keywords}
        for node in (*call.args, *named.values()):
            if not all(isinstance(part, _LITERAL) for part in ast.walk(node)):
                raise _Uncertain
        if None in named or len(self.requests) >= MAX_REQUESTS:
            raise _Uncertain
        try:
            values = [_node(each) for each in call.args]
            by_name = [[name, _node(each)] for name, each in named.items()]
        except (ArithmeticError, TypeError, ValueError, MemoryError) as error:
            raise _Uncertain from error
        self.requests.append(["function", [self._entry_point, *values], by_name, False])

    def _mentions(self, node: ast.expr) -> bool:
        return any(map(self._is_function, ast.walk(node)))

    def _is_function(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Name) and node.id in self._functions

    def _refuse(self, nodes: Iterable[ast.expr]) -> None:
        if any(map(self._mentions, nodes)):
            raise _Uncertain


def _node(literal: ast.expr) -> Node:
    """Write a literal of the tests, which are trusted, as it will be when they run."""
    try:
        value = ast.literal_eval(literal)
    except ValueError:  # a sum or a product of literals
        code = compile(ast.Expression(literal), "<tests>", "eval")
        value = eval(code, {"__builtins__": {}})
    return dump(value, _refuse_object)


def _refuse_object(value: object) -> int:
    raise EncodingError(f"{type(value).__name__} is no literal")
