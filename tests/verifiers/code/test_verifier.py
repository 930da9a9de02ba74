"""Verdicts on programs: each style, each way to fail, each score mode."""

import json
import time
from typing import Any

import pytest

from rethink_gym.errors import ArgumentError, DataError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.code import CodeTests, CodeVerifier, StdioCase
from rethink_gym.verifiers.code.verifier import SCORES

ADD_ONE = ("assert f(1) == 2", "assert f(2) == 3", "assert f(3) == 4")


def asserts(*tests: str, entry_point: str = "f", **fields: Any) -> CodeTests:
    return CodeTests(style="asserts", entry_point=entry_point, tests=tests, **fields)


def verify(program: str, tests: CodeTests, **options: Any) -> Verdict:
    verdict = CodeVerifier(**options).verify(
        f"```python\n{program}\n```", Problem("test/0", "", tests.to_gold())
    )
    assert Verdict.from_dict(json.loads(json.dumps(verdict.to_dict()))) == verdict
    assert verdict.answer is not None
    assert verdict.isolation == "default"
    return verdict


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


@pytest.mark.parametrize(
    "tests",
    [
        asserts("xs = [3, 1, 2]\nassert f(xs) is None\nassert xs == [1, 2, 3]"),
        asserts("xs = [3, 1, 2]\nys = xs\nf(xs)\nassert ys == [1, 2, 3] and ys is xs"),
        asserts("xs = ([2, 1], {'a': [3, 2]})\nf(xs[0])\nassert xs == ([1, 2], {'a': [3, 2]})"),
        asserts("xs = [2, 1]\nf(n=xs)\nassert xs == [1, 2]"),
    ],
)
def test_a_change_of_an_argument_is_seen_by_the_tests(tests: CodeTests) -> None:
    assert verify("def f(n): n.sort()", tests).correct
    assert not verify("def f(n): sorted(n)", tests).correct


@pytest.mark.parametrize(
    ("program", "test"),
    [
        ("def f(n): return (n, [n])", "assert f(1) == (1, [1]) and type(f(1)) is tuple"),
        ("def f(n): return {(1, 2): {3}}", "assert f(1) == {(1, 2): {3}}"),
        ("def f(n): return float('nan')", "assert f(1) != f(1)"),
        ("def f(n): return -0.0", "assert str(f(1)) == '-0.0'"),
        ("def f(n): return 1 + 2j", "assert f(1) == 1 + 2j"),
        ("def f(n): return 7**9999", "assert f(1) == 7**9999"),
        ("def f(n): return n", "assert f(int) is int"),
        ("from collections import Counter as f", "assert f('aab') == {'a': 2, 'b': 1}"),
        ("def f(n):\n    yield from range(n)", "assert list(f(3)) == [0, 1, 2]"),
        ("import itertools\ndef f(n): return itertools.count(n)", "assert next(f(3)) == 3"),
        ("def f(n): return map(str, n)", "assert ' '.join(f([1, 2])) == '1 2'"),
        ("def f(n): return {1: 2}.keys()", "assert f(1) == {1} and list(f(1)) == [1]"),
        ("def f(g): return [g(1), g(x=2)]", "assert f(lambda x: x * 10) == [10, 20]"),
        ("def f(g): return g([3, 4])", "assert f(len) == 2 and f(max) == 4"),
        ("def f(n): return lambda x: x + n", "assert f(1)(2) == 3"),
        ("def f(g, n): return n if n < 1 else g(g, n - 1)", "assert f(f, 3) == 0"),
        ("def f(n): return n", "assert f.__name__ == 'f' and callable(f)"),
        (
            "def f(n):\n    print('x' * 10**6)\n    return input('?') if n else 1",
            "assert f(0) == 1\ntry:\n    f(1)\n    assert False\nexcept EOFError:\n    pass",
        ),
        (
            "class E(KeyError): pass\ndef f(n): raise E(n)",
            "try:\n    f(1)\nexcept LookupError:\n    pass\nelse:\n    assert False",
        ),
    ],
)
def test_values_keep_their_meaning_between_program_and_tests(program: str, test: str) -> None:
    assert verify(program, asserts(test)).correct


STACK = """
class Stack:
    def __init__(self, *items): self.items = list(items)
    def push(self, item): self.items.append(item)
    def pop(self): return self.items.pop()
    def __len__(self): return len(self.items)
    def __contains__(self, item): return True
    def __getitem__(self, index): return self.items[index]
    def __iter__(self): return iter(self.items)
    def __str__(self): return str(self.items)
def join(one, other): return Stack(*one.items, *other.items)
"""


@pytest.mark.parametrize(
    ("test", "is_correct"),
    [
        (
            "s = Stack(1)\ns.push(2)\nassert s.items == [1, 2] and s.pop() == 2 and len(s) == 1",
            True,
        ),
        ("s = Stack(1, 2)\nassert 2 in s and 3 not in s and s[0] == 1", True),
        ("s = Stack(1, 2)\nassert list(s) == [1, 2] and str(s) == '[1, 2]' and not Stack()", True),
        ("s = Stack()\ns.items = [5]\nassert s.pop() == 5", True),
        ("assert Stack(1, 2, 3)[:2] == [1, 2] and [*Stack(1)] == [1]", True),
        ("assert Stack(1)[object()] == 1", False),
        ("assert Stack(1) * 2 == 1", False),
        ("assert join(Stack(1), Stack(2)).items == [1, 2]", True),
        ("s = Stack()\nassert s == s and s != Stack()", True),
        ("assert Stack(1) == Stack(1)", False),  # the grader process decides, never the program
        ("assert Stack(1).no_such == 1", False),
        ("assert Stack(1).pop() == 2", False),
        ("assert No(1) == 1", False),
    ],
)
def test_tests_may_use_the_classes_and_further_functions_of_the_program(
    test: str, is_correct: bool
) -> None:
    assert verify(STACK, asserts(test, entry_point="Stack")).correct is is_correct


def test_setup_may_build_objects_of_the_program() -> None:
    setup = "root = Node(1)\nroot.left = Node(2)"
    tests = asserts("assert f(root) == 3", setup=setup)
    node = "class Node:\n    def __init__(self, value): self.value = value"
    assert verify(f"{node}\ndef f(n): return n.value + n.left.value", tests).correct
    missing = verify("def f(n): return 3", tests)
    assert (missing.reason, missing.feedback) == (
        Reason.DIFFERENT,
        "NameError: name 'Node' is not defined.",
    )


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
