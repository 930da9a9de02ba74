"""Wrong versions of a correct program: one operator, comparison or number is changed."""

import ast
import copy
from collections.abc import Iterator

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.In: ast.NotIn,
}
_PAIRS = (("all", "any"), ("max", "min"), ("upper", "lower"))
_NAMES = dict(_PAIRS) | {right: left for left, right in _PAIRS}


def mutants(source: str) -> Iterator[str]:
    """Yield the source with one change, for each possible change."""
    tree = ast.parse(source)
    for position, node in enumerate(ast.walk(tree)):
        for change in _changes(node):
            changed = copy.deepcopy(tree)
            target = next(
                each for number, each in enumerate(ast.walk(changed)) if number == position
            )
            for name, value in change.items():
                setattr(target, name, value)
            yield ast.unparse(changed)


def _changes(node: ast.AST) -> list[dict[str, object]]:
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in _SWAPS:
        return [{"op": _SWAPS[type(node.op)]()}]
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _SWAPS:
        return [{"ops": [_SWAPS[type(node.ops[0])](), *node.ops[1:]]}]
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return [{"value": node.value + 1}, {"value": node.value - 1}]
    if isinstance(node, ast.Name) and node.id in _NAMES:
        return [{"id": _NAMES[node.id]}]
    if isinstance(node, ast.Attribute) and node.attr in _NAMES:
        return [{"attr": _NAMES[node.attr]}]
    if isinstance(node, ast.IfExp):
        return [{"body": node.orelse, "orelse": node.body}]
    return []
