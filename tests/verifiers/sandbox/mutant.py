"""Makes correct programs slightly wrong, and runs them without a sandbox.

The programs are made from public reference solutions and therefore harmless. They run in a
process with limits on time and memory.
"""

import ast
import copy
import random
import subprocess
import sys

__all__ = ["make_mutants", "passes_plainly"]

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mod,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
_MEMORY_BYTES = 512 * 2**20
_BOUNDS = """
import resource, signal
resource.setrlimit(resource.RLIMIT_AS, ({0}, {0}))
signal.setitimer(signal.ITIMER_PROF, {1})
"""


def make_mutants(source: str, count: int, seed: int) -> list[str]:
    """Make mutants of a program: swapped operators, numbers off by one, wrong constants,
    early returns.

    Args:
        source: A correct program.
        count: Maximum number of mutants; there are fewer if the program is too short.
        seed: Seed of the random choices.

    Returns:
        Programs that differ from the correct one and from each other.
    """
    tree = ast.parse(source)
    known = {ast.unparse(tree)}
    mutants: list[str] = []
    chance = random.Random(seed)
    for _ in range(count * 20):
        mutant = copy.deepcopy(tree)
        function = [node for node in mutant.body if isinstance(node, ast.FunctionDef)][-1]
        chance.choice((_swap, _swap, _off_by_one, _wrong_constant, _return_early))(function, chance)
        text = ast.unparse(ast.fix_missing_locations(mutant))
        if text not in known:
            known.add(text)
            mutants.append(text)
        if len(mutants) == count:
            break
    return mutants


def passes_plainly(source: str, limit_s: float) -> bool:
    """Whether a program, tests included, ends without an exception when simply run.

    Args:
        source: The whole program.
        limit_s: Seconds of CPU time that it may take.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _BOUNDS.format(_MEMORY_BYTES, limit_s) + source],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=60 + 20 * limit_s,
        check=False,
    )
    return done.returncode == 0


def _nodes(function: ast.FunctionDef, kinds: tuple[type[ast.AST], ...]) -> list[ast.AST]:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return [node for line in body for node in ast.walk(line) if isinstance(node, kinds)]


def _swap(function: ast.FunctionDef, chance: random.Random) -> None:
    places: list[tuple[ast.AST, str, int | None]] = []
    for node in _nodes(function, (ast.BinOp, ast.BoolOp, ast.AugAssign, ast.Compare)):
        if isinstance(node, ast.Compare):
            places += [(node, "ops", i) for i, op in enumerate(node.ops) if type(op) in _SWAPS]
        elif type(getattr(node, "op", None)) in _SWAPS:
            places.append((node, "op", None))
    if places:
        node, name, index = chance.choice(places)
        if index is None:
            setattr(node, name, _SWAPS[type(getattr(node, name))]())
        else:
            getattr(node, name)[index] = _SWAPS[type(getattr(node, name)[index])]()


def _off_by_one(function: ast.FunctionDef, chance: random.Random) -> None:
    numbers = [
        node
        for node in _nodes(function, (ast.Constant,))
        if isinstance(node, ast.Constant) and type(node.value) is int
    ]
    if numbers:
        node = chance.choice(numbers)
        assert isinstance(node.value, int)
        node.value += chance.choice((-1, 1))


def _wrong_constant(function: ast.FunctionDef, chance: random.Random) -> None:
    constants = [
        node for node in _nodes(function, (ast.Constant,)) if isinstance(node, ast.Constant)
    ]
    if constants:
        node = chance.choice(constants)
        value = node.value
        if isinstance(value, bool):
            node.value = not value
        elif isinstance(value, str):
            node.value = chance.choice((value + "x", value[:-1], value.swapcase()))
        elif isinstance(value, int | float):
            node.value = chance.choice((0, 1, 2, 7, value * 10))


def _return_early(function: ast.FunctionDef, chance: random.Random) -> None:
    bodies = [function.body]
    for node in _nodes(function, (ast.If, ast.For, ast.While)):
        assert isinstance(node, ast.If | ast.For | ast.While)
        bodies += [body for body in (node.body, node.orelse) if body]
    body = chance.choice(bodies)
    names = [argument.arg for argument in function.args.args]
    value = chance.choice(("None", "0", "[]", "True", *names))
    returned = ast.Return(ast.parse(value, mode="eval").body)
    body.insert(chance.randint(0, len(body)), returned)
