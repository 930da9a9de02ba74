"""The tests of a problem are written to its gold answer and read again; faults are errors."""

from typing import Any

import pytest

from rethink_gym.errors import ArgumentError, DataError
from rethink_gym.verifiers.code import CodeTests, StdioCase

CHECK = "def check(candidate):\n    assert candidate(1) == 2\n"


@pytest.mark.parametrize(
    "tests",
    [
        CodeTests(style="humaneval", entry_point="f", setup="x = 1", tests=(CHECK,), signature="d"),
        CodeTests(
            style="asserts", entry_point="f", tests=("assert f(1)",), hidden=("assert f(2)",)
        ),
        CodeTests(style="examples", entry_point="f", hidden=(">>> f('é\\n')\n1",)),
        CodeTests(style="stdio", tests=(StdioCase("", "\ud800"),), tolerance=1e-6),
    ],
    ids=lambda tests: tests.style,
)
def test_tests_are_read_as_they_were_written(tests: CodeTests) -> None:
    gold = tests.to_gold()
    assert gold.isascii()
    assert "\n" not in gold
    assert CodeTests.from_gold(gold) == tests


def test_cases_may_be_given_as_pairs() -> None:
    tests = CodeTests(style="stdio", tests=[["1", "2"]])  # type: ignore[arg-type]
    assert tests.tests == (StdioCase("1", "2"),)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"style": "humanevol"}, "Did you mean 'humaneval'"),
        ({"style": "asserts", "tests": ("assert f(1)",)}, "entry_point must be the name"),
        ({"style": "asserts", "entry_point": "f()", "tests": ("x",)}, "entry_point must be"),
        ({"style": "asserts", "entry_point": "f"}, "tests must be one or more tests"),
        ({"style": "asserts", "entry_point": "f", "tests": "assert"}, "tests must be a tuple of"),
        (
            {"style": "asserts", "entry_point": "f", "hidden": (1,)},
            "hidden must be a tuple of",
        ),
        ({"style": "stdio", "tests": ("1",)}, "tests must be a tuple of pairs"),
        ({"style": "stdio", "tests": (("1", "2", "3"),)}, "tests must be a tuple of pairs"),
        ({"style": "stdio", "tests": (("1", 2),)}, "tests must be a tuple of pairs"),
        ({"style": "stdio", "tests": (("1", "2"),), "tolerance": -1}, "tolerance must be"),
        ({"style": "asserts", "entry_point": "f", "tests": ("x",), "setup": None}, "setup must be"),
    ],
)
def test_invalid_tests_are_an_error(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        CodeTests(**fields)


@pytest.mark.parametrize(
    "gold", ["", "42", "[]", "{}", '{"style": "asserts"}', '{"x": 1}', "[" * 9999]
)
def test_a_gold_answer_without_tests_is_an_error(gold: str) -> None:
    with pytest.raises(DataError, match="gold must be tests"):
        CodeTests.from_gold(gold)
