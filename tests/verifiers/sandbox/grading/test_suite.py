"""Tests of each style, and faults in them."""

import pytest
from tests.verifiers.code.programs import asserts, verify

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.code import CodeTests

HUMANEVAL = CodeTests(
    style="humaneval",
    entry_point="decode",
    setup='def encode(s):\n    return s[::-1]\n\ndef decode(s):\n    """Undo encode."""\n',
    tests=(
        "def check(candidate):\n"
        "    from random import choice\n"
        "    for _ in range(20):\n"
        "        s = ''.join(choice('abc') for _ in range(9))\n"
        "        assert candidate(encode(s)) == s\n"
        "        assert decode(encode(s)) == s\n",
    ),
    signature='def encode(s):\n    return s[::-1]\n\ndef decode(s):\n    """Undo encode."""\n',
)


@pytest.mark.parametrize(
    ("program", "is_correct"),
    [
        ("    return s[::-1]", True),
        ("    return encode(s)", True),
        ("def decode(s): return encode(s)", True),
        ("def encode(s): return 'x'\ndef decode(s): return s[::-1]", True),  # tests use their own
        ("def encode(s): return s\ndef decode(s): return s", False),
    ],
)
def test_tests_and_program_can_use_what_the_prompt_defines(program: str, is_correct: bool) -> None:
    assert verify(program, HUMANEVAL).correct is is_correct


EXAMPLES = CodeTests(
    style="examples",
    entry_point="f",
    tests=(
        "Adds.\n\n>>> f(1)\n2\n>>> f('a')\nTraceback (most recent call last):\nTypeError: no\n",
        ">>> x = f(2)\n>>> [x, f(0.5)]\n[3, 1.5]\n>>> print(f(1))\n2\n",
    ),
)


@pytest.mark.parametrize(
    ("program", "score", "feedback"),
    [
        ("def f(n): return n + 1", 1.0, ""),
        ("def f(n): return int(n + 1)", 0.75, "which compares [3, 1] with [3, 1.5]"),
        ("def f(n): return 2", 0.5, "f('a') returned 2; the test is: "),
    ],
)
def test_examples_are_tests(program: str, score: float, feedback: str) -> None:
    verdict = verify(program, EXAMPLES, score="dense")
    assert verdict.score == score
    assert feedback in verdict.feedback


def test_a_fault_of_the_tests_is_an_error_and_not_a_wrong_answer() -> None:
    faults = (
        asserts("assert f("),
        asserts("assert f(1) == 1", setup="1 / 0"),
        asserts("class A: pass\nassert f(A()) == 1"),
        asserts("try:\n    f(object())\nexcept:\n    pass\nassert f(1) == 1"),
        CodeTests(style="humaneval", entry_point="f", tests=("assert f(1)",)),
        CodeTests(style="examples", entry_point="f", tests=(">>> print(1, end='')\n1",)),
    )
    for tests in faults:
        verdict = verify("def f(n): return n", tests)
        assert verdict.reason is Reason.ERROR, verdict
        assert verdict.detail
