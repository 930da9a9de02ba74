"""The source of the package as parsed modules, and what imports what in it."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PACKAGE = "rethink_gym"
ROOT = PROJECT / "src" / PACKAGE


@dataclass(frozen=True)
class Module:
    """One file of the package.

    Attributes:
        name: Dotted name; that of a package for its ``__init__.py``.
        path: The file.
        source: Its text.
        tree: Its syntax tree.
    """

    name: str
    path: Path
    source: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"


@cache
def modules() -> dict[str, Module]:
    """Return every module of the package under its dotted name."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        source = path.read_text(encoding="utf-8")
        found[name] = Module(name, path, source, ast.parse(source))
    return found


@cache
def folders() -> dict[str, list[str]]:
    """Return the entries (modules and packages) of every package under its dotted name."""
    return {
        package: [name for name in modules() if name.rpartition(".")[0] == package]
        for package, module in modules().items()
        if module.is_package
    }


def imported_names(node: ast.AST, package: str) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, dotted module and imported name (None for `import a.b`) of an import."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield node.lineno, alias.name, None
    elif isinstance(node, ast.ImportFrom):
        origin = resolve_name("." * node.level + (node.module or ""), package)
        for alias in node.names:
            yield node.lineno, origin, alias.name


@cache
def imports() -> dict[str, frozenset[str]]:
    """Return the modules of the package that each module imports, anywhere in its file."""
    edges = {}
    for module in modules().values():
        package = module.name if module.is_package else module.name.rpartition(".")[0]
        targets = set()
        for node in ast.walk(module.tree):
            for _, origin, name in imported_names(node, package):
                target = f"{origin}.{name}"
                targets.add(target if target in modules() else origin)
        edges[module.name] = frozenset(targets & set(modules())) - {module.name}
    return edges


def circles_of(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the groups of nodes that reach each other (Tarjan's algorithm)."""
    index: dict[str, int] = {}  # in the order of the visit
    lowest: dict[str, int] = {}  # first node of the stack that can be reached
    stack: list[str] = []
    groups = []

    def visit(node: str) -> None:
        index[node] = lowest[node] = len(index)
        stack.append(node)
        for target in edges.get(node, ()):
            if target not in index:
                visit(target)
                lowest[node] = min(lowest[node], lowest[target])
            elif target in stack:
                lowest[node] = min(lowest[node], index[target])
        if lowest[node] == index[node]:
            start = stack.index(node)
            if len(stack) - start > 1:
                groups.append(sorted(stack[start:]))
            del stack[start:]

    for node in edges:
        if node not in index:
            visit(node)
    return groups


def edges_between_entries(package: str) -> dict[str, dict[str, list[str]]]:
    """Return which entry of a package imports which other one, and by which modules."""
    edges: dict[str, dict[str, list[str]]] = {entry: {} for entry in folders()[package]}
    for name, targets in imports().items():
        here = entry_of(name, package)
        for target in targets if here else ():
            there = entry_of(target, package)
            if here and there and there != here:
                edges[here].setdefault(there, []).append(f"{name} -> {target}")
    return edges


def entry_of(module: str, package: str) -> str | None:
    """Return the entry of a package that a module belongs to, None outside of it."""
    if not module.startswith(f"{package}."):
        return None
    return ".".join(module.split(".")[: package.count(".") + 2])
