"""Evaluate sums, products, transposes and determinants of matrices, entry by entry."""

from rethink_gym.verifiers.math.expression.tree import (
    Call,
    Group,
    GroupKind,
    Node,
    OverLimitError,
    Symbol,
    UnreadableError,
    number_node,
)

__all__ = ["evaluate_matrices"]

MAX_SIDE = 8
MAX_DETERMINANT_SIDE = 4

_MINUS_ONE = number_node(-1)


def evaluate_matrices(node: Node) -> Node:
    """Evaluate the operations on matrices at the top of a tree.

    Args:
        node: Any tree.

    Returns:
        The resulting matrix or expression; ``node`` itself if there are no matrices.

    Raises:
        OverLimitError: If an operand has more than ``MAX_SIDE`` rows or columns.
        UnreadableError: If the sizes of the operands do not match.
    """
    match node:
        case Call(name="power", arguments=(matrix, Symbol(name="T"))):
            matrix = evaluate_matrices(matrix)
            return (
                _matrix([list(row) for row in zip(*_rows(matrix), strict=True)])
                if _is_matrix(matrix)
                else node
            )
        case Call(name="add" | "multiply" | "det"):
            pass
        case _:
            return node
    parts = [evaluate_matrices(part) for part in node.arguments]
    if not any(_is_matrix(part) for part in parts):
        return node
    if node.name == "det":
        return _determinant(_rows(parts[0]))
    result = parts[0]
    for part in parts[1:]:
        result = _sum(result, part) if node.name == "add" else _product(result, part)
    return result


def _is_matrix(node: Node) -> bool:
    return isinstance(node, Group) and node.kind is GroupKind.MATRIX


def _rows(node: Node) -> list[list[Node]]:
    if not isinstance(node, Group) or not _is_matrix(node):
        raise UnreadableError("a matrix was expected")
    rows = [list(row.items) for row in node.items if isinstance(row, Group)]
    if max(len(rows), len(rows[0])) > MAX_SIDE:
        raise OverLimitError(f"a matrix of more than {MAX_SIDE} rows or columns")
    return rows


def _matrix(rows: list[list[Node]]) -> Node:
    return Group(GroupKind.MATRIX, tuple(Group(GroupKind.TUPLE, tuple(row)) for row in rows))


def _sum(left: Node, right: Node) -> Node:
    one, other = _rows(left), _rows(right)
    if (len(one), len(one[0])) != (len(other), len(other[0])):
        raise UnreadableError("matrices of unequal size are added")
    return _matrix(
        [
            [Call("add", pair) for pair in zip(*rows, strict=True)]
            for rows in zip(one, other, strict=True)
        ]
    )


def _product(left: Node, right: Node) -> Node:
    if _is_matrix(left) and _is_matrix(right):
        one, other = _rows(left), _rows(right)
        if len(one[0]) != len(other):
            raise UnreadableError("matrices of incompatible sizes are multiplied")
        return _matrix(
            [
                [
                    Call(
                        "add",
                        tuple(Call("multiply", pair) for pair in zip(row, column, strict=True)),
                    )
                    for column in zip(*other, strict=True)
                ]
                for row in one
            ]
        )
    if not _is_matrix(left) and not _is_matrix(right):
        return Call("multiply", (left, right))
    factor, matrix = (right, left) if _is_matrix(left) else (left, right)
    return _matrix([[Call("multiply", (factor, cell)) for cell in row] for row in _rows(matrix)])


def _determinant(rows: list[list[Node]]) -> Node:
    if len(rows) != len(rows[0]):
        raise UnreadableError("only a square matrix has a determinant")
    if len(rows) > MAX_DETERMINANT_SIDE:
        raise OverLimitError(f"a determinant of more than {MAX_DETERMINANT_SIDE} rows")
    if len(rows) == 1:
        return rows[0][0]
    terms: list[Node] = []
    for column, cell in enumerate(rows[0]):
        minor = [row[:column] + row[column + 1 :] for row in rows[1:]]
        term = Call("multiply", (cell, _determinant(minor)))
        terms.append(term if column % 2 == 0 else Call("multiply", (_MINUS_ONE, term)))
    return Call("add", tuple(terms))
