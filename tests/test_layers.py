"""The layers of ARCHITECTURE.md: imports point downwards, and heavy ones wait."""

import ast
from collections.abc import Iterator

import pytest
from tests.source import (
    PACKAGE,
    edges_between_entries,
    folders,
    imported_names,
    modules,
)

# Entries of a package, the lowest layer first. Entries of one layer may import each other.
LAYERS = {
    "rethink_gym": (
        ("errors", "hub", "_lazy"),
        ("conversation", "problem", "verdict", "episode"),
        ("metrics",),
        ("verifiers",),
        ("envs",),
        ("agents",),
        ("evaluation",),
        ("integrations",),
        ("cli", "__main__"),
    ),
    "rethink_gym.verifiers": (
        ("verifier", "number", "units", "extraction", "text_metrics", "worker_pool"),
        ("math", "sandbox"),
        ("code", "python_values", "puzzles", "similarity", "steps"),
        ("graders",),
    ),
    "rethink_gym.envs": (
        ("dialogue", "prompt", "reset_options", "reward", "space", "state"),
        ("feedback", "tasks"),
        ("text_env",),
        ("reasoning", "steps", "vector"),
        ("registry", "testing", "wrappers"),
    ),
    "rethink_gym.agents": (
        ("atomic_folder", "policies", "tiny"),
        ("rollout", "batching", "objectives"),
        ("demonstrations",),
        ("models",),
        ("training",),
        ("algorithms",),
        ("search",),
    ),
    "rethink_gym.evaluation": (
        ("folder", "json_file", "log"),
        ("evaluate", "run_config"),
        ("table", "transcript"),
        ("console", "plots"),
        ("report",),
        ("comparison", "measurement", "result"),
        ("run",),
    ),
}
LEVELS = {
    f"{package}.{name}": level
    for package, layers in LAYERS.items()
    for level, names in enumerate(layers)
    for name in names
}
# The package itself registers the environments, so it belongs to their layer.
LEVELS[PACKAGE] = LEVELS["rethink_gym.envs"]
# Folders that are built later; their layer is fixed now.
RESERVED = {"rethink_gym.agents.search"}
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
    """Return the layer that a dotted name of ours belongs to, None for foreign ones."""
    top, *rest = module.split(".")
    return LEVELS[".".join([top, *rest[:1]])] if top == PACKAGE else None


def upward_imports(source: str, module: str, *, is_package: bool = False) -> list[str]:
    """Return what a file imports from layers above its own, wherever in the file that is."""
    here = level_of(module)
    assert here is not None
    package = module if is_package else module.rpartition(".")[0]
    upward = []
    for node in ast.walk(ast.parse(source)):
        for line, origin, name in imported_names(node, package):
            # `from rethink_gym import envs` imports the layer, not the package alone.
            full = f"{PACKAGE}.{name}"
            target = full if origin == PACKAGE and full in LEVELS else origin
            there = level_of(target)
            if there is not None and there > here:
                upward.append(f"line {line}: {target}")
    return upward


def heavy_imports(source: str) -> list[str]:
    """Return the heavy libraries that importing a file with this source would load."""
    loaded = {
        origin.partition(".")[0]
        for node in run_at_import(ast.parse(source))
        for _, origin, _ in imported_names(node, PACKAGE)
    }
    return sorted(HEAVY & loaded)


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


def without_type_checking(source: str) -> str:
    """Return the source without the statements that only type checkers read."""
    tree = ast.parse(source)
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.If) and is_type_checking(node.test))
    ]
    return ast.unparse(tree)


def listed(offenders: list[str]) -> str:
    return "\n".join(["", *offenders])


def test_every_entry_of_a_package_with_layers_is_in_one_of_them() -> None:
    entries = {entry for package in LAYERS for entry in folders()[package]}
    homeless = sorted(entries - set(LEVELS))
    assert not homeless, "put these into LAYERS and into ARCHITECTURE.md" + listed(homeless)
    missing = sorted(set(LEVELS) - entries - RESERVED - {PACKAGE})
    assert not missing, "these do not exist" + listed(missing)


def test_imports_point_downwards() -> None:
    upward = [
        f"{module.name}, {found}"
        for module in modules().values()
        # What the package itself imports for type checkers alone, it exports lazily.
        for found in upward_imports(
            without_type_checking(module.source) if module.name == PACKAGE else module.source,
            module.name,
            is_package=module.is_package,
        )
    ]
    assert not upward, listed(upward)


@pytest.mark.parametrize("package", [package for package in LAYERS if package != PACKAGE])
def test_imports_inside_a_package_point_downwards(package: str) -> None:
    upward = [
        edge
        for here, targets in edges_between_entries(package).items()
        for there, edges in targets.items()
        for edge in edges
        if LEVELS.get(there, 0) > LEVELS.get(here, 0)
    ]
    assert not upward, listed(upward)


def test_below_the_agents_heavy_libraries_load_when_first_needed() -> None:
    heavy = [
        f"{module.name}: {', '.join(found)}"
        for module in modules().values()
        if (level_of(module.name) or 0) < LEVELS["rethink_gym.agents"]
        and (found := heavy_imports(module.source))
    ]
    assert not heavy, listed(heavy)


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
            "from ....evaluation import table",
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
