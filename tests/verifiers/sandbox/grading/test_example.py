"""Docstring examples are converted to equivalent assert statements."""

from typing import Any

import pytest

from rethink_gym.verifiers.sandbox.grading.example import read_examples


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Adds.\n>>> f(1)\n2\n", "assert (f(1)) == (2)"),
        (">>> f(1)\n2\n>>> f(2)\n3", "assert (f(1)) == (2)\nassert (f(2)) == (3)"),
        (
            "    >>> x = [\n    ...   1]\n    >>> f(x)\n    [1]",
            "x = [\n  1]\nassert (f(x)) == ([1])",
        ),
        (">>> f(0)", "assert (f(0)) is None"),
        (">>> print(f(1), 2)\na b", "assert ' '.join(map(str, [f(1), 2])) == 'a b'"),
        (">>> import math", "import math"),
    ],
)
def test_an_example_becomes_a_statement(text: str, source: str) -> None:
    assert read_examples(text) == source


@pytest.mark.parametrize(
    ("text", "passing", "failing"),
    [
        (">>> f()\n1.0", 1.0, 1.5),
        (">>> f()\n[1, 2]", [1, 2], (1, 2)),
        (">>> f()\n{'b', 'a'}", {"a", "b"}, {"a"}),
        (">>> f()\nCounter({'a': 2})", __import__("collections").Counter("aa"), {"a": 2}),
        (">>> f()\nhello", "hello", "bye"),
        (">>> f()\nTraceback (most recent call last):\n    ...\nKeyError: 'x'", KeyError(), 1),
        (">>> f()\nTraceback (most recent call last):\nLookupError: y", KeyError(), ValueError()),
    ],
)
def test_an_example_passes_only_for_its_value(text: str, passing: Any, failing: Any) -> None:
    def run(outcome: Any) -> bool:
        def f() -> Any:
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        try:
            exec(read_examples(text), {"f": f})
        except AssertionError:
            return False
        return True

    assert run(passing)
    assert not run(failing)


@pytest.mark.parametrize("text", [">>> x = 1\n2", ">>> print(f(1), end='')\n1", ">>> print(*x)\n1"])
def test_an_example_that_cannot_be_compared_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="print"):
        read_examples(text)
