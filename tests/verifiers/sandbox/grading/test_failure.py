"""The feedback and the detail of the first failing test."""

import pytest
from tests.verifiers.code.programs import ADD_ONE, asserts, verify

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.code import CodeTests


@pytest.mark.parametrize(
    ("program", "reason", "feedback"),
    [
        ("def f(n): return n + 1", Reason.EQUAL, ""),
        (
            "def f(n): return n + 1 if n < 3 else 0",
            Reason.DIFFERENT,
            "f(3) returned 0, expected 4.",
        ),
        ("def f(n): return None", Reason.DIFFERENT, "f(1) returned None, expected 2."),
        ("def f(n): return str(n + 1)", Reason.DIFFERENT, "f(1) returned '2', expected 2."),
        (
            "def f(n): return 1 / (n - 2) + 3",
            Reason.DIFFERENT,
            "f(2) raised ZeroDivisionError: division by zero, expected 3.",
        ),
        ("def f(n): exit()", Reason.DIFFERENT, "f(1) raised SystemExit, expected 2."),
        (
            "class Oops(Exception): pass\ndef f(n): raise Oops('no')",
            Reason.DIFFERENT,
            "f(1) raised Oops: no, expected 2.",
        ),
        (
            "import os\ndef f(n): os._exit(0)",
            Reason.DIFFERENT,
            "f(1) ended the process, expected 2.",
        ),
        (
            "import ctypes\ndef f(n): ctypes.string_at(0)",
            Reason.DIFFERENT,
            "f(1) crashed, expected 2.",
        ),
        ("def f(n): return f(n)", Reason.DIFFERENT, "f(1) raised RecursionError: maximum"),
        (
            "def f(n):\n    while True: pass",
            Reason.TIMED_OUT,
            "f(1) did not return in time, expected 2.",
        ),
        ("def f(n): return bytearray(2**40)", Reason.OVER_LIMIT, "f(1) raised MemoryError"),
        (
            "def f(n): return [n] * 10**6",
            Reason.OVER_LIMIT,
            "f(1) returned a value that cannot be encoded: list: it has more than",
        ),
        ("def f(n): return 'x' * 10**7", Reason.OVER_LIMIT, "f(1) sent or wrote more than"),
        (
            "class A:\n    def __eq__(self, other): return True\ndef f(n): return A()",
            Reason.DIFFERENT,
            "f(1) returned <A object>, expected 2.",
        ),
        ("def f(n): return (", Reason.UNREADABLE, "The program cannot be read: SyntaxError"),
        ("def g(n): return 1", Reason.UNREADABLE, "The program does not define f."),
        ("f = 3", Reason.UNREADABLE, "The program does not define f."),
        (
            "import no_such_module\ndef f(n): return n + 1",
            Reason.DIFFERENT,
            "The program raised ModuleNotFoundError: No module named 'no_such_module' when it was",
        ),
        ("exit()\ndef f(n): return n + 1", Reason.DIFFERENT, "The program raised SystemExit"),
        ("x = bytearray(2**40)\ndef f(n): pass", Reason.OVER_LIMIT, "The program raised MemoryErr"),
    ],
)
def test_feedback_shows_the_first_failing_call(program: str, reason: Reason, feedback: str) -> None:
    verdict = verify(program, asserts(*ADD_ONE), time_s=1.0)
    assert verdict.reason is reason, verdict
    assert verdict.correct is (reason is Reason.EQUAL)
    assert verdict.score == float(verdict.correct)
    assert verdict.feedback.startswith(feedback), verdict.feedback
    assert bool(verdict.feedback) is not verdict.correct


@pytest.mark.parametrize(
    ("test", "feedback"),
    [
        ("assert 2 == f(1)", "f(1) returned 1, expected 2."),
        ("assert f(1, ) == [2, 3][0]", "f(1) returned 1, expected 2."),
        (
            "assert abs(f(3) - 3.5) < 1e-6",
            "f(3) returned 3; the test is: abs(f(3) - 3.5) < 1e-06.",
        ),
        ("assert not f(7)", "f(7) returned 7; the test is: not f(7)."),
        ("assert f(7) in (1, 2)", "f(7) returned 7; the test is: f(7) in (1, 2)."),
        (
            "assert [f(1), f(2)] == [1, 3]",
            "f(2) returned 2; the test is: [f(1), f(2)] == [1, 3], "
            "which compares [1, 2] with [1, 3].",
        ),
        (
            "assert f([2, 1])[5] == 1",
            "f([2, 1]) returned [2, 1]; the test is: f([2, 1])[5] == 1, "
            "which raised IndexError: list index out of range.",
        ),
        (
            "for i in range(9):\n    assert f(i) * 2 < 8",
            "f(4) returned 4; the test is: f(i) * 2 < 8.",
        ),
        ("for i in range(9):\n    assert f(i) == min(i, 7)", "f(8) returned 8, expected 7."),
        ("assert f(n=1) == 2", "f(n=1) returned 1, expected 2."),
        ("assert 1 == 2", "AssertionError; the test is: 1 == 2."),
        (
            "try:\n    f(1)\n    assert False\nexcept ValueError:\n    pass",
            "f(1) returned 1; the test is: False.",
        ),
    ],
)
def test_feedback_shows_a_test_of_any_shape(test: str, feedback: str) -> None:
    assert verify("def f(n): return n", asserts(test)).feedback == feedback


def test_detail_and_feedback_are_short_and_printable() -> None:
    program = "def f(n): raise ValueError('\\x1b[31m\\n\\u202e' * 9999)"
    verdict = verify(program, asserts(f"assert f({'x' * 9999!r}) == {'y' * 9999!r}"))
    for text in (verdict.feedback, verdict.detail):
        assert len(text) < 1_000
        assert text.isprintable()
    long = verify("def f(n): return 2\n" + "# x\n" * 20_000, asserts("assert f(1) == 2"))
    assert long.correct
    assert len(long.answer or "") < 5_000


HIDDEN = CodeTests(
    style="asserts",
    entry_point="f",
    tests=("assert f(1) == 1",),
    hidden=("assert f(22) == 33", "x = f(44)\nassert x == 44"),
)


@pytest.mark.parametrize(
    ("program", "feedback"),
    [
        ("def f(n): return n", "A hidden test fails: the program returned a wrong value."),
        (
            "def f(n): return {1: 1}[n]",
            "A hidden test fails: the program raised KeyError.",
        ),
        (
            "def f(n): return {1: 1, 22: 33}[n]",
            "A hidden test fails: the program raised KeyError.",
        ),
        (
            "def f(n):\n    while n > 1: pass\n    return n",
            "A hidden test fails: the program did not return in time.",
        ),
        ("def f(n): return 0", "f(1) returned 0, expected 1."),
    ],
)
def test_feedback_on_a_hidden_test_gives_only_the_kind_of_failure(
    program: str, feedback: str
) -> None:
    verdict = verify(program, HIDDEN, time_s=0.5)
    assert verdict.feedback == feedback
    assert "f(" in verdict.detail  # which is for a person
