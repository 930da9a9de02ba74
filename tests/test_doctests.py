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
    tests = doctest.DocTestFinder(exclude_empty=True).find(module, name)
    assert any(test.examples for test in tests)
    for test in tests:
        run(test)


def run(test: doctest.DocTest) -> None:
    """Run the examples of one docstring; raise what the first one that is wrong raises."""
    try:
        doctest.DebugRunner(optionflags=FLAGS).run(test, clear_globs=False)
    except doctest.UnexpectedException as error:
        raise error.exc_info[1] from None
    except doctest.DocTestFailure as error:
        example = error.example
        raise AssertionError(
            f"{test.name}: {example.source.strip()} gives {error.got!r}, not {example.want!r}"
        ) from None


def test_an_example_that_is_wrong_is_found() -> None:
    source = 'def f():\n    """Return 1.\n\n    >>> f()\n    2\n    """\n    return 1\n'
    module = Module("m", Path("m.py"), source, ast.parse(source))
    assert has_examples(module)
    names: dict[str, object] = {}
    exec(source, names)
    (test,) = doctest.DocTestFinder().find(names["f"], "f", globs=names)
    with pytest.raises(AssertionError, match=r"f: f\(\) gives '1\\n', not '2\\n'"):
        run(test)
