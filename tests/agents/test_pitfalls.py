"""Every known fault of other implementations has tests here; see `pitfalls.toml`."""

import ast
import tomllib
from pathlib import Path

import pytest

from rethink_gym.problem import Problem
from rethink_gym.verifiers import MathVerifier

TESTS = Path(__file__).parents[1]
TABLES = tomllib.loads(Path(__file__).with_name("pitfalls.toml").read_text(encoding="utf-8"))
GUARDS = {fault: tests for table in TABLES.values() for fault, tests in table.items()}


@pytest.mark.parametrize("fault", GUARDS)
def test_every_known_fault_has_tests_that_exist(fault: str) -> None:
    assert GUARDS[fault]
    for test in GUARDS[fault]:
        path, _, name = test.partition("::")
        tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in defined, test


@pytest.mark.parametrize("answer", ["A: 3.5", "The answer is 3.5.", r"so \boxed{3.5}", "#### 3.50"])
def test_a_decimal_is_not_cut_at_its_point(answer: str) -> None:
    assert MathVerifier().verify(answer, Problem("p", "7/2?", "3.5")).correct
    assert not MathVerifier().verify(answer, Problem("p", "6/2?", "3")).correct
