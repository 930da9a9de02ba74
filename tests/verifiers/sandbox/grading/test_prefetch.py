"""Only calls that the tests are certain to start with are prefetched."""

import ast
from typing import Any

import pytest
from tests.verifiers.code.programs import ADD_ONE, asserts, verify

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.grading.prefetch import find_certain_calls


def certain_calls(source: str, *, continues: bool = False) -> tuple[list[Any], bool]:
    return find_certain_calls(ast.parse(source).body, {"f"}, "f", continues=continues)


@pytest.mark.parametrize(
    ("source", "calls", "is_certain"),
    [
        ("assert f(1) == 2\nassert f(2) == 3", ["f(1)", "f(2)"], True),
        ("assert abs(f(1) - f(2, x=3)) < 1e-6", ["f(1)", "f(2, x=3)"], True),
        ("assert not f([1, (2, {3: -4})])", ["f([1, (2, {3: -4})])"], True),
        ("assert f(10**3 + 1) == 0", ["f(1001)"], True),
        ("import math\nx = f(1)\nassert math.isclose(x, 2)", ["f(1)"], True),
        ("assert tuple(f('a')) == tuple(sorted(f('b')))[::-1]", ["f('a')", "f('b')"], True),
        ("assert f(1) == 2, f(9)", ["f(1)"], True),  # a message is computed for a failure only
        ("y = 3\nassert f(y) == 2", [], False),
        ("assert f(1) and f(2)", ["f(1)"], False),
        ("assert f(1) and x", ["f(1)"], True),
        ("assert 1 < f(1) < f(2)", ["f(1)"], False),
        ("assert f(1) if x else f(2)", [], False),
        ("assert all(f(i) for i in range(3))", [], False),
        ("assert g(lambda: f(1))", [], False),
        ("assert list(map(f, [1, 2])) == [1, 2]", [], False),
        ("assert f(f(1)) == 1", [], False),
        ("assert f(*[1, 2]) == 1", [], False),
        ("assert f(**{'x': 1}) == 1", [], False),
        ("assert f(1) == 1\nfor i in range(3):\n    f(i)\nassert f(2) == 1", ["f(1)"], False),
        ("if x:\n    assert f(1)", [], False),
        ("try:\n    f(1)\nexcept ValueError:\n    pass", [], False),
        ("f = g\nassert f(1)", [], False),
        ("assert f(1) == 1\n(f, x) = 1, 2\nassert f(2)", ["f(1)"], False),
        ("def h():\n    return f(1)\nassert h()", [], False),
        ("assert f(1 / 0)", [], False),
        ("assert f('a' - 1)", [], False),
        ("assert g(1) == 2", [], True),
    ],
)
def test_calls_are_found_as_far_as_they_are_certain(
    source: str, calls: list[str], is_certain: bool
) -> None:
    requests, is_complete = certain_calls(source)
    expected, _ = certain_calls("\n".join(calls))
    assert requests == expected
    assert len(requests) == len(calls)
    assert is_complete is is_certain


def test_a_call_counts_under_each_name_of_the_function() -> None:
    requests, _ = find_certain_calls(
        ast.parse("assert candidate(1) == add(2)").body,
        {"candidate", "add"},
        "add",
        continues=False,
    )
    assert [values for _, values, _, _ in requests] == [["add", 1], ["add", 2]]


def test_if_tests_continue_after_a_failure_the_second_call_of_a_statement_is_not_certain() -> None:
    source = "assert f(1) == 1\nassert f(2) + f(3) == 5\nassert f(4) == 4"
    assert certain_calls(source) == (certain_calls("f(1)\nf(2)\nf(3)\nf(4)")[0], True)
    assert certain_calls(source, continues=True) == (certain_calls("f(1)\nf(2)")[0], False)
    cut = "assert f(1) + f(2) + f(x) == 3"
    assert certain_calls(cut, continues=True) == (certain_calls("f(1)")[0], False)


def test_prefetched_calls_change_no_verdict() -> None:
    counting = (
        "calls = []\n"
        "def f(n):\n"
        "    calls.append(n)\n"
        "    if n == 1: raise ValueError\n"
        "    return len(calls)"
    )
    # f(1) raises, so f(2) is never called, and f(3) is the second call.
    tests = asserts("assert f(1) + f(2) == 3", "assert f(3) == 2")
    assert verify(counting, tests, score="dense").score == 0.5
    assert verify(counting, tests).feedback.startswith("f(1) raised ValueError")
    # The wrong value comes before the endless loop, and decides the reason.
    program = "def f(n):\n    while n > 1: pass\n    return n"
    assert verify(program, asserts(*ADD_ONE)).reason is Reason.DIFFERENT


def test_tests_that_make_another_call_than_the_prefetched_one_run_again() -> None:
    renaming = asserts("exec('f = lambda n: n * 10')\nassert f(1) == 10", "assert f(2) == 20")
    assert verify("def f(n): return n", renaming).correct
    swallowing = asserts("h()\nassert f(5) == 5", "assert f(6) == 6", setup=SWALLOWING_SETUP)
    assert verify("def f(n): return n", swallowing).correct


SWALLOWING_SETUP = """
def h():
    try:
        return globals()['f'](0)
    except:
        pass
"""
