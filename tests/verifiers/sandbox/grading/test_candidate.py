"""Values, objects and changed arguments between the tests and a program."""

import pytest
from tests.verifiers.code.programs import asserts, verify

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.code import CodeTests


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
