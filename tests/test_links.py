"""The links in the top folder lead to the packages of their names, and change nothing."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
LINKS = ("agents", "envs", "verifiers")


@pytest.mark.parametrize("name", LINKS)
def test_a_link_leads_to_the_package_of_its_name(name: str) -> None:
    link, target = PROJECT / name, f"src/rethink_gym/{name}"
    if not link.is_symlink():
        # Git without link support checks a link out as a file that holds the path.
        assert link.read_text(encoding="utf-8").strip() == target
        pytest.skip("this checkout has no link support")
    assert Path(os.readlink(link)).as_posix() == target
    assert (link / "__init__.py").samefile(PROJECT / target / "__init__.py")


def test_nothing_is_imported_through_a_link() -> None:
    folders = [PROJECT / name for name in ("src", "tests", "benchmarks", "examples")]
    through = [
        f"{path.relative_to(PROJECT)}: {name}"
        for folder in folders
        for path in folder.rglob("*.py")
        for name in absolute_imports(path.read_text(encoding="utf-8"))
        if name.partition(".")[0] in LINKS
    ]
    assert not through, "write rethink_gym in front"


def absolute_imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
