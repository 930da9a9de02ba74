"""The floors of ARCHITECTURE.md: imports point downwards, and heavy ones wait."""

import ast
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

import rethink_gym

PACKAGE = "rethink_gym"
ROOT = Path(rethink_gym.__file__).parent
FLOORS = (
    ("errors", "hub"),
    ("conversation", "problem", "verdict", "episode"),
    ("metrics",),
    ("verifiers",),
    ("envs",),
    ("agents",),
    ("evaluation",),
    ("integrations",),
    ("cli",),
)
LEVELS = {name: level for level, names in enumerate(FLOORS) for name in names}
# The package itself registers the environments, so it stands on their floor.
LEVELS[""] = LEVELS["envs"]
HEAVY = {
    "accelerate",
    "datasets",
    "matplotlib",
    "mpmath",
    "nltk",
    "pandas",
    "peft",
    "pyarrow",
    "rapidfuzz",
    "ray",
    "rich",
    "rouge_score",
    "safetensors",
    "scipy",
    "stable_baselines3",
    "sympy",
    "tensorboard",
    "tokenizers",
    "torch",
    "transformers",
    "typer",
    "vllm",
}


def level_of(module: str) -> int | None:
    """Return the floor that a dotted name of ours stands on, None for foreign ones."""
    top, *rest = module.split(".")
    return LEVELS[rest[0] if rest else ""] if top == PACKAGE else None


def imports_of(source: str, module: str, *, is_package: bool) -> Iterator[tuple[int, str]]:
    """Yield line and full dotted name of each import, wherever in the file it is."""
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        yield from names_of(node, package)


def names_of(node: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield node.lineno, alias.name
    elif isinstance(node, ast.ImportFrom):
        origin = resolve_name("." * node.level + (node.module or ""), package)
        for alias in node.names:
            # `from rethink_gym import envs` imports the floor, not the package alone.
            is_floor = origin == PACKAGE and alias.name in LEVELS
            yield node.lineno, f"{origin}.{alias.name}" if is_floor else origin


def upward_imports(source: str, module: str, *, is_package: bool = False) -> list[str]:
    here = level_of(module)
    assert here is not None
    found = []
    for line, name in imports_of(source, module, is_package=is_package):
        there = level_of(name)
        if there is not None and there > here:
            found.append(f"line {line}: {name}")
    return found


def heavy_imports(source: str) -> list[str]:
    """Name the heavy libraries that importing a file with this source would load."""
    loaded = [
        name.partition(".")[0]
        for node in run_at_import(ast.parse(source))
        for _, name in names_of(node, PACKAGE)
    ]
    return sorted(HEAVY.intersection(loaded))


def run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run when the file is imported."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and is_type_checking(child.test):
            for statement in child.orelse:
                yield statement
                yield from run_at_import(statement)
            continue
        yield child
        yield from run_at_import(child)


def is_type_checking(test: ast.expr) -> bool:
    return ast.unparse(test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {dotted(path): path for path in sorted(ROOT.rglob("*.py"))}


def test_every_file_stands_on_a_floor() -> None:
    homeless = [name for name in FILES if name != PACKAGE and name.split(".")[1] not in LEVELS]
    assert not homeless, "put these on a floor of FLOORS and of ARCHITECTURE.md"


@pytest.mark.parametrize("module", FILES)
def test_imports_point_downwards(module: str) -> None:
    path = FILES[module]
    source = path.read_text(encoding="utf-8")
    assert not upward_imports(source, module, is_package=path.name == "__init__.py")


@pytest.mark.parametrize(
    "module", [name for name in FILES if (level_of(name) or 0) < LEVELS["agents"]]
)
def test_below_the_agents_heavy_libraries_load_when_first_needed(module: str) -> None:
    assert not heavy_imports(FILES[module].read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("module", "source", "upward"),
    [
        (
            "rethink_gym.envs.tasks.base.task",
            "import rethink_gym.agents.algorithms.score",
            ["rethink_gym.agents.algorithms.score"],
        ),
        ("rethink_gym.envs.tasks.base.task", "import rethink_gym.verifiers.math.verifier as m", []),
        ("rethink_gym.envs.tasks.base.task", "import os, rethink_gym.cli", ["rethink_gym.cli"]),
        ("rethink_gym.verdict", "from rethink_gym.metrics import x", ["rethink_gym.metrics"]),
        ("rethink_gym.verdict", "from rethink_gym.problem import Problem", []),
        ("rethink_gym.errors", "from rethink_gym import verdict", ["rethink_gym.verdict"]),
        (
            "rethink_gym.verifiers.math.verifier",
            "from rethink_gym import __version__",
            ["rethink_gym"],
        ),
        ("rethink_gym.agents.algorithms.score", "from rethink_gym import __version__", []),
        (
            "rethink_gym.envs.tasks.base.task",
            "from ..evaluation import table",
            ["rethink_gym.evaluation"],
        ),
        ("rethink_gym.envs.state", "from .. import cli", ["rethink_gym.cli"]),
        ("rethink_gym.envs.state", "from .prompt import WRONG", []),
        ("rethink_gym.metrics", "def f():\n    import rethink_gym.envs", ["rethink_gym.envs"]),
        (
            "rethink_gym.metrics.turns",
            "if TYPE_CHECKING:\n    from rethink_gym.agents import Policy",
            ["rethink_gym.agents"],
        ),
        ("rethink_gym.cli", "import rethink_gym.evaluation, rethink_gym.agents", []),
    ],
)
def test_an_upward_import_is_found_in_any_form(module: str, source: str, upward: list[str]) -> None:
    found = upward_imports(source, module)
    assert [line.split(": ")[1] for line in found] == upward


def test_a_relative_import_in_a_package_starts_at_the_package_itself() -> None:
    source = "from .agents import score"
    assert upward_imports(source, "rethink_gym", is_package=True)
    assert not upward_imports(source, "rethink_gym.envs", is_package=True)


@pytest.mark.parametrize(
    ("source", "heavy"),
    [
        ("import torch", ["torch"]),
        ("from torch.nn import functional", ["torch"]),
        ("try:\n    import sympy\nexcept ImportError:\n    pass", ["sympy"]),
        ("class A:\n    import datasets", ["datasets"]),
        ("def f():\n    import torch", []),
        ("if TYPE_CHECKING:\n    import torch", []),
        ("if TYPE_CHECKING:\n    import torch\nelse:\n    import sympy", ["sympy"]),
        ("import numpy, json", []),
    ],
)
def test_a_heavy_import_counts_where_it_runs_at_import(source: str, heavy: list[str]) -> None:
    assert heavy_imports(source) == heavy
