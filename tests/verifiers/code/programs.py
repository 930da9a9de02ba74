"""Helpers of tests that verify a program."""

import json
from typing import Any

from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.code import CodeTests, CodeVerifier

__all__ = ["ADD_ONE", "asserts", "verify"]

ADD_ONE = ("assert f(1) == 2", "assert f(2) == 3", "assert f(3) == 4")


def asserts(*tests: str, entry_point: str = "f", **fields: Any) -> CodeTests:
    """Return tests that are assert statements."""
    return CodeTests(style="asserts", entry_point=entry_point, tests=tests, **fields)


def verify(program: str, tests: CodeTests, **options: Any) -> Verdict:
    """Verify a program; check what holds for every verdict on a program."""
    verdict = CodeVerifier(**options).verify(
        f"```python\n{program}\n```", Problem("test/0", "", tests.to_gold())
    )
    assert Verdict.from_dict(json.loads(json.dumps(verdict.to_dict()))) == verdict
    assert verdict.answer is not None
    assert verdict.isolation == "default"
    return verdict
