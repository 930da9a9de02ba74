"""Verdicts on programs: their scores, reasons, limits and options."""

import time
from typing import Any

import pytest
from tests.verifiers.code.programs import ADD_ONE, asserts, verify

from rethink_gym.errors import ArgumentError, DataError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.code import CodeTests, CodeVerifier, StdioCase
from rethink_gym.verifiers.code.verifier import SCORES


@pytest.mark.parametrize(
    ("program", "score", "reason"),
    [
        ("def f(n): return n", 1.0, Reason.EQUAL),
        ("def f(n): return min(n, 2)", 0.75, Reason.DIFFERENT),
        ("def f(n): return max(n, 2)", 0.25, Reason.DIFFERENT),
        ("def f(n): return [][0] if n == 1 else n", 0.75, Reason.DIFFERENT),
        ("import os\ndef f(n): return os._exit(1) if n == 1 else n", 0.75, Reason.DIFFERENT),
        ("def f(n):\n    while n == 3: pass\n    return n", 0.75, Reason.TIMED_OUT),
        ("def f(n):\n    while n == 0: pass\n    return n", 0.0, Reason.TIMED_OUT),
        ("x", 0.0, Reason.DIFFERENT),
        ("def f(n) return n", 0.0, Reason.UNREADABLE),
    ],
)
def test_a_dense_score_is_the_fraction_of_tests_that_pass(
    program: str, score: float, reason: Reason
) -> None:
    tests = asserts(
        "for i in (0, 2):\n    assert f(i) == i",
        "assert f(1) == 1",
        "assert True\nassert not f(0) and f(2)",
        "assert f(3) == 3",
    )
    verdict = verify(program, tests, score="dense", time_s=0.5)
    assert (verdict.score, verdict.reason) == (score, reason), verdict
    assert verify(program, tests, time_s=0.5).score == float(score == 1.0)


def test_a_program_that_crashes_in_each_test_is_restarted_only_a_few_times() -> None:
    tests = asserts(*(f"assert f({n}) == {n}" for n in range(20)))
    program = "import os\ndef f(n): return os._exit(1) if n < 8 else n"
    assert verify(program, tests, score="dense").score == 0.0
    program = "import os\ndef f(n): return os._exit(1) if n in (3, 9, 15) else n"
    assert verify(program, tests, score="dense").score == 17 / 20


def test_a_text_without_a_program_is_no_answer() -> None:
    verifier = CodeVerifier()
    problem = Problem("test/0", "", asserts(*ADD_ONE).to_gold())
    for text in ("", "I cannot do that."):
        verdict = verifier.verify(text, problem)
        assert (verdict.reason, verdict.answer, verdict.isolation) == (Reason.NO_ANSWER, None, None)
        assert verdict.feedback
    assert verifier.verify("x" * 10**6, problem).reason is Reason.OVER_LIMIT


def test_the_time_budget_is_that_of_all_tests_together_and_kept() -> None:
    program = "import time\ndef f(n):\n    time.sleep(0.3)\n    return n + 1"
    started = time.monotonic()
    assert verify(program, asserts(*ADD_ONE), time_s=0.75).reason is Reason.TIMED_OUT
    assert time.monotonic() - started < 10.0  # 0.8 on an idle machine
    assert verify(program, asserts(*ADD_ONE), time_s=1.5).correct


def test_installed_packages_can_be_imported_only_on_request() -> None:
    program = "import numpy\ndef f(n): return int(numpy.add(n, 1))"
    assert not verify(program, asserts(*ADD_ONE)).correct
    assert verify(program, asserts(*ADD_ONE), has_packages=True, memory_bytes=2**31).correct


# A failure outside of all tests, after every assert statement has passed.
FAILS_OUTSIDE = {
    "asserts": asserts("assert f(1) == 2\nf(None)"),
    "humaneval": CodeTests(
        style="humaneval",
        entry_point="f",
        tests=("def check(candidate):\n    assert candidate(1) == 2\n    candidate(None)\n",),
    ),
    "examples": CodeTests(
        style="examples", entry_point="f", tests=(">>> f(1)\n2\n>>> x = f(None)\n",)
    ),
}


@pytest.mark.parametrize("style", FAILS_OUTSIDE)
def test_a_failure_outside_of_all_tests_keeps_a_dense_score_below_1(style: str) -> None:
    verdict = verify("def f(n): return n + 1", FAILS_OUTSIDE[style], score="dense")
    assert not verdict.correct
    assert verdict.score == 0.0
    assert verdict.detail.startswith("0 of 1 tests pass")


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    "program",
    [
        "def f(n): return n + 1",
        "def f(n): return (n or 0) + 1",
        "def f(n): return 2",
        "def f(n): return None",
        "import os\ndef f(n): return n + 1 if n else os._exit(0)",
        "def f(n):\n    while n is None: pass\n    return n + 1",
        "def f(n): return bytearray(2**40)",
        "def f(n): return (",
        "def g(n): return n + 1",
        "x = 1 / 0\ndef f(n): return n + 1",
        "print(int(input()) + 1)",
        "print(2)",
        "pass",
    ],
)
def test_the_score_is_1_if_and_only_if_the_answer_is_correct(score: str, program: str) -> None:
    stdio = CodeTests(style="stdio", tests=(StdioCase("1", "2"), StdioCase("3", "4")))
    suites = [*FAILS_OUTSIDE.values(), asserts(*ADD_ONE), stdio]
    problems = [Problem(str(n), "", tests.to_gold()) for n, tests in enumerate(suites)]
    verifier = CodeVerifier(score=score, time_s=0.5)
    answers = [f"```python\n{program}\n```"] * len(problems)
    for verdict in verifier.verify_batch(answers, problems):
        assert (verdict.score == 1.0) is verdict.correct, verdict
        assert 0.0 <= verdict.score <= 1.0


def test_a_hint_may_reveal_the_reference_solution_and_never_the_tests() -> None:
    gold = asserts(*ADD_ONE).to_gold()
    solution = "def f(n): return n + 1"
    assert CodeVerifier().hint_text(Problem("test/0", "", gold, solution=solution)) == solution
    assert CodeVerifier().hint_text(Problem("test/0", "", gold)) == ""


def test_the_verifier_is_plain_data() -> None:
    data = {
        "type": "code",
        "score": "dense",
        "time_s": 1.5,
        "memory_bytes": 2**28,
        "isolation": "default",
        "has_packages": True,
    }
    assert verifier_from_dict(data).to_dict() == data
    assert isinstance(verifier_from_dict({"type": "code"}), CodeVerifier)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"score": "sparce"}, "Did you mean 'sparse'"),
        ({"time_s": 0}, "time_s must be"),
        ({"memory_bytes": 0.5}, "memory_bytes must be"),
        ({"isolation": "defualt"}, "Did you mean 'default'"),
        ({"memory": 1}, "option must be"),
    ],
)
def test_an_invalid_option_is_an_error(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        CodeVerifier.from_dict(options)


def test_an_invalid_gold_or_number_of_problems_is_an_error() -> None:
    with pytest.raises(DataError, match="gold must be tests"):
        CodeVerifier().verify("def f(): pass", Problem("test/0", "", "42"))
    with pytest.raises(ArgumentError, match="problems must be as many"):
        CodeVerifier().verify_batch(["x"], [])
