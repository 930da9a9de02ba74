"""Programs that read an input and print: how they run, and how outputs are compared."""

import pytest

from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.code import CodeTests, CodeVerifier, StdioCase
from rethink_gym.verifiers.sandbox.grading.stdio import are_outputs_equal

SUMS = CodeTests(
    style="stdio",
    tests=(StdioCase("1 2\n", "3\n"), StdioCase("5 6", "11")),
    hidden=(StdioCase("7 8\n", "15"),),
)


def verify(program: str, tests: CodeTests = SUMS, score: str = "sparse") -> Verdict:
    problem = Problem("test/0", "", tests.to_gold())
    return CodeVerifier(score=score, time_s=1.0).verify(f"```python\n{program}\n```", problem)


@pytest.mark.parametrize(
    "program",
    [
        "a, b = map(int, input().split())\nprint(a + b)",
        "import sys\nprint(sum(map(int, sys.stdin.read().split())), end='')",
        "import sys\nfor line in sys.stdin:\n    print(sum(map(int, line.split())), '  \\n\\n')",
        "import sys\nprint(sum(map(int, sys.stdin.buffer.read().split())))",
        "print(sum(map(int, open(0).read().split())))",
        "import os\nos.write(1, b'%d' % sum(map(int, os.read(0, 99).split())))",
        "if __name__ == '__main__':\n    print(sum(map(int, input().split())))",
        "import threading\ndef main(): print(sum(map(int, input().split())))\n"
        "threading.Thread(target=main).start()",
        "import sys\nprint(sum(map(int, input().split())))\nsys.exit(0)",
        "import os\nprint(sum(map(int, input().split())), flush=True)\nos._exit(0)",
        "print(sum(map(int, input().split())))\nexit()",
    ],
)
def test_a_program_may_read_and_print_in_any_way(program: str) -> None:
    verdict = verify(program)
    assert verdict.correct, verdict
    assert verdict.isolation == "default"


@pytest.mark.parametrize(
    ("program", "reason", "feedback"),
    [
        (
            "print(3)",
            Reason.DIFFERENT,
            r"For the input '5 6' the program printed '3\n', expected '11'.",
        ),
        (
            "print(sum(map(int, input().split())))\n1 / 0",
            Reason.DIFFERENT,
            r"For the input '1 2\n' the program raised ZeroDivisionError: division",
        ),
        ("exit(3)", Reason.DIFFERENT, r"For the input '1 2\n' the program raised SystemExit: 3"),
        (
            "input()\ninput()",
            Reason.DIFFERENT,
            r"For the input '1 2\n' the program raised EOFError",
        ),
        ("print(", Reason.UNREADABLE, "The program cannot be read: SyntaxError"),
        ("while True: print('x' * 9999)", Reason.OVER_LIMIT, r"For the input '1 2\n' the program"),
        ("while True: pass", Reason.TIMED_OUT, r"For the input '1 2\n' the program did not end"),
        ("import ctypes; ctypes.string_at(0)", Reason.DIFFERENT, r"For the input '1 2\n' the prog"),
        (
            "a, b = map(int, input().split())\nprint(a + b if a < 7 else 0)",
            Reason.DIFFERENT,
            "A hidden test fails: the program printed something else.",
        ),
    ],
)
def test_feedback_shows_the_first_failing_case(program: str, reason: Reason, feedback: str) -> None:
    verdict = verify(program)
    assert verdict.reason is reason, verdict
    assert verdict.feedback.startswith(feedback), verdict.feedback


@pytest.mark.parametrize(
    ("program", "score"),
    [
        ("print(3)", 1 / 3),
        ("a, b = map(int, input().split())\nprint(a + b if a < 7 else 0)", 2 / 3),
        ("a, b = map(int, input().split())\nprint(a + b if a == 7 else 1 / 0)", 1 / 3),
        ("print(", 0.0),
    ],
)
def test_a_dense_score_is_the_fraction_of_cases_that_pass(program: str, score: float) -> None:
    assert verify(program, score="dense").score == pytest.approx(score)


def test_an_input_is_read_unchanged() -> None:
    text = "é\u2028 \U0001f600 " + "x" * 200_000
    tests = CodeTests(style="stdio", tests=(StdioCase(text, text),))
    assert verify("print(input())", tests).correct


def test_a_program_leaves_nothing_for_the_next_case() -> None:
    program = (
        "import os\nprint(sum(map(int, input().split())) if not os.path.exists('mark') else 0)\n"
        "open('mark', 'w').close()"
    )
    assert verify(program).correct


@pytest.mark.parametrize(
    ("output", "expected", "tolerance", "are_equal"),
    [
        ("1\n2\n", "1\n2", 0.0, True),
        ("1 \r\n2\t\n\n\n", "1\n2", 0.0, True),
        ("1\n\n2", "1\n2", 0.0, False),
        (" 1", "1", 0.0, False),
        ("1", "1\n2", 0.0, False),
        ("1\n2\n3", "1\n2", 0.0, False),
        ("", "", 0.0, True),
        ("", "1", 0.0, False),
        ("1.0", "1", 0.0, False),
        ("1.0", "1", 1e-9, True),
        ("x 0.3333333", "x 0.33333333333", 1e-6, True),
        ("x 0.3333", "x 0.33333333333", 1e-6, False),
        ("1000001", "1000000", 1e-5, True),
        ("y 1", "x 1", 1e-6, False),
        ("nan", "1", 1e-6, False),
        ("1_0", "10", 1e-6, False),
        ("1e5", "100000", 1e-6, True),
        ("1 2", "1  2", 1e-6, True),
    ],
)
def test_outputs_are_compared_line_by_line(
    output: str, expected: str, tolerance: float, are_equal: bool
) -> None:
    assert are_outputs_equal(output, expected, tolerance) is are_equal
