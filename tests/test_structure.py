"""The rules of the structure: sizes of files and folders, classes, and no circles."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from tests.source import (
    PACKAGE,
    PROJECT,
    Module,
    circles_of,
    edges_between_entries,
    folders,
    imports,
    modules,
)

from rethink_gym.agents import ALGORITHMS

MAX_LINES = 400
MAX_ENTRIES = 15

# Tables of content, with the reason: they grow with their content and not with their subject.
LONG_FILES = {
    "src/rethink_gym/envs/tasks/program/phrases/": "tables of wordings",
}
FULL_FOLDERS = {
    "rethink_gym.envs.tasks": "one source of problems per file",
}
# Classes that others derive from outside of the package, with the place that says so.
EXTENSION_POINTS = {
    "Algorithm": "CONTRIBUTING.md, An agent",
    "GeneratedTask": "CONTRIBUTING.md, A task",
    "Grader": "graders of the JSON family",
    "Policy": "README.md, An agent of your own",
    "RethinkError": "what a caller catches",
    "RowTask": "CONTRIBUTING.md, A task",
    "SelfTraining": "CONTRIBUTING.md, An agent",
    "Task": "CONTRIBUTING.md, A task",
    "TextEnv": "CONTRIBUTING.md, An environment",
    "Verifier": "CONTRIBUTING.md, A verifier",
    "VerifierError": "what a caller catches",
}


def listed(offenders: list[str]) -> str:
    return "\n".join(["", *offenders])


@cache
def file_lengths() -> dict[str, int]:
    return {
        path.relative_to(PROJECT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("src", "tests", "benchmarks", "examples")
        for path in sorted((PROJECT / folder).rglob("*.py"))
    }


def test_a_file_has_at_most_400_lines() -> None:
    long = [
        f"{name}: {count} lines"
        for name, count in file_lengths().items()
        if count > MAX_LINES and not name.startswith(tuple(LONG_FILES))
    ]
    assert not long, listed(long)


def test_a_folder_has_at_most_15_entries() -> None:
    full = [
        f"{name}: {len(entries)} entries"
        for name, entries in folders().items()
        if len(entries) > MAX_ENTRIES and name not in FULL_FOLDERS
    ]
    assert not full, listed(full)


def test_no_files_import_each_other_in_a_circle() -> None:
    edges = [
        f"{here} -> {there}"
        for circle in circles_of(imports())
        for here in circle
        for there in sorted(imports()[here].intersection(circle))
    ]
    assert not edges, listed(edges)


def test_no_siblings_in_a_folder_import_each_other_in_a_circle() -> None:
    edges = []
    for package in folders():
        between = edges_between_entries(package)
        for circle in circles_of(between):
            for here in circle:
                for there in sorted(set(between[here]).intersection(circle)):
                    edges += between[here][there]
    assert not edges, listed(edges)


def test_no_class_has_a_single_subclass_unless_it_is_used_on_its_own() -> None:
    used = names_used() | set(ALGORITHMS.values())  # a learner is used by its name
    single = [
        f"{base}: only {subclasses[0]}"
        for base, subclasses in sorted(subclasses_of(modules()).items())
        if len(subclasses) == 1
        and (name := base.rpartition(".")[2]) not in EXTENSION_POINTS
        and name not in used
    ]
    assert not single, listed(single)


def test_every_exemption_is_still_needed() -> None:
    classes = {
        node.name
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    }
    long = [name for name, count in file_lengths().items() if count > MAX_LINES]
    needless = [start for start in LONG_FILES if not any(name.startswith(start) for name in long)]
    needless += [name for name in FULL_FOLDERS if len(folders().get(name, ())) <= MAX_ENTRIES]
    assert needless + sorted(set(EXTENSION_POINTS) - classes) == []


def test_the_folders_of_the_tests_mirror_those_of_the_package() -> None:
    tests = PROJECT / "tests"
    packages = {name.removeprefix(PACKAGE).replace(".", "/").strip("/") for name in folders()}
    others = {
        folder
        for path in tests.rglob("test_*.py")
        if (folder := path.parent.relative_to(tests).as_posix())
        not in packages | {".", "benchmarks", "examples"}
    }
    assert not others, listed(sorted(others))


def subclasses_of(files: dict[str, Module]) -> dict[str, list[str]]:
    """Return the direct subclasses of each class of these files, by its full name."""
    children: dict[str, list[str]] = defaultdict(list)
    homes = {
        f"{module.name}.{node.name}"
        for module in files.values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
    }
    for module in files.values():
        known = names_imported(module)
        for node in ast.walk(module.tree):
            for base in node.bases if isinstance(node, ast.ClassDef) else ():
                # `Base[T]` derives from `Base`.
                name = ast.unparse(base.value if isinstance(base, ast.Subscript) else base)
                full = known.get(name, f"{module.name}.{name}")
                if full in homes and isinstance(node, ast.ClassDef):
                    children[full].append(f"{module.name}.{node.name}")
    return children


def names_imported(module: Module) -> dict[str, str]:
    """Return the full name of each name that a module imports from another one."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@cache
def names_used() -> set[str]:
    """Return the names that are used as values: called, passed or assigned."""
    return {name for module in modules().values() for name in values_in(module.tree)}


def values_in(node: ast.AST) -> Iterator[str]:
    """Yield names in an expression, but not those of bases, annotations and type tests."""
    if isinstance(node, ast.Name):
        yield node.id
    for name, child in ast.iter_fields(node):
        if name in {"bases", "annotation", "returns", "type_params", "slice"}:
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"TypeVar", "cast"}:
            continue
        for part in child if isinstance(child, list) else [child]:
            if isinstance(part, ast.AST):
                yield from values_in(part)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("class A(Base[int]): pass", set()),
        ("def f(x: Base) -> Base: pass", set()),
        ("T = TypeVar('T', bound=Base)", {"T"}),
        ("x = Base(1)", {"x", "Base"}),
        ("config_class = Base", {"config_class", "Base"}),
    ],
)
def test_a_class_is_used_where_it_is_a_value(source: str, names: set[str]) -> None:
    assert set(values_in(ast.parse(source))) == names


@pytest.mark.parametrize(
    ("edges", "circles"),
    [
        ({"a": "b", "b": "c", "c": "a"}, [["a", "b", "c"]]),
        ({"a": "bc", "b": "c", "c": ""}, []),
        ({"a": "b", "b": "a", "c": "ad", "d": "c"}, [["a", "b"], ["c", "d"]]),
        ({"a": "bx", "b": ""}, []),
    ],
)
def test_every_circle_is_found(edges: dict[str, str], circles: list[list[str]]) -> None:
    assert circles_of(edges) == circles
