"""The examples in docstrings give the results that they show."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest
from tests.source import Module, modules

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def has_examples(module: Module) -> bool:
    """Report whether a docstring of a module has an example."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return ">>> " in module.source and any(
        doctest.DocTestParser().get_examples(ast.get_docstring(node) or "")
        for node in ast.walk(module.tree)
        if isinstance(node, documented)
    )


@pytest.mark.parametrize("name", [m.name for m in modules().values() if has_examples(m)])
def test_the_examples_of_a_module_are_true(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, name):
        runner.run(test, out=report.append)
    assert runner.tries > 0
    assert runner.failures == 0, "".join(report)


def test_an_example_that_is_wrong_is_found() -> None:
    source = 'def f():\n    """Return 1.\n\n    >>> f()\n    2\n    """\n    return 1\n'
    module = Module("m", Path("m.py"), source, ast.parse(source))
    assert has_examples(module)
    names: dict[str, object] = {}
    exec(source, names)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    (test,) = doctest.DocTestFinder().find(names["f"], "f", globs=names)
    runner.run(test, out=lambda text: None)
    assert (runner.tries, runner.failures) == (1, 1)
