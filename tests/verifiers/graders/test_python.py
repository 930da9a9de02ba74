"""The grader that is a program in the sandbox."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rethink_gym.problem import Problem
from rethink_gym.verifiers.code import CodeTests
from rethink_gym.verifiers.graders import ErrorKind, Grade, GraderVerifier, grader_from_dict
from rethink_gym.verifiers.graders import python as python_grader


def grade(
    body: str, sample: str | Mapping[str, Any] = "x", item: Mapping[str, Any] | None = None
) -> Grade:
    source = f"def grade(sample, item):\n    {body}\n"
    return grader_from_dict({"type": "python", "source": source}).grade(sample, item or {})


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("return 0.25", 0.25),
        ("return 1", 1.0),
        ("return True", 1.0),
        ("return len(sample['output_text']) / item['length']", 0.5),
        ("return float(item['nested'][0]['é'] == sample['output_text'])", 1.0),
        ("import numpy\n    return numpy.float32(0.5)", 0.5),
        ("import numpy\n    return numpy.mean([0, 1])", 0.5),
        ("from rapidfuzz import fuzz\n    return fuzz.ratio('abcd', 'abcx') / 100", 0.75),
        ("print('x' * 10**6)\n    return 0.5", 0.5),
    ],
)
def test_a_program_scores(body: str, value: float) -> None:
    if "rapidfuzz" in body:
        pytest.importorskip("rapidfuzz")
    result = grade(body, "ab", {"length": 4, "nested": [{"é": "ab"}]})
    assert (result.score, result.errors) == (value, {}), result


def test_a_sample_that_is_json_comes_as_a_value_too() -> None:
    assert grade("return sample['output_json']['a']", '{"a": 0.5}').score == 0.5
    assert grade("return float(sample['output_json'] is None)", "x").score == 1.0
    sample = {"output_text": "x", "output_json": 0.25, "output_tools": [{"name": "t"}]}
    assert grade("return sample['output_json'] * len(sample['output_tools'])", sample).score == 0.25


def test_a_value_outside_of_the_range_is_clipped_and_says_so() -> None:
    result = grade("return 3.5")
    assert (result.score, result.is_clipped) == (1.0, True)


@pytest.mark.parametrize(
    ("source", "kind", "detail"),
    [
        ("def grade(sample, item): return 1 / 0", "runtime", "raised ZeroDivisionError"),
        ("def grade(sample, item): return item['x']", "runtime", "raised KeyError: 'x'"),
        ("def grade(sample, item): return 'x'", "runtime", "a number, got 'x'"),
        ("def grade(sample, item): return None", "runtime", "a number, got None"),
        (
            "def grade(sample, item): return float('nan')",
            "runtime",
            "a number, got nan",
        ),
        ("def grade(sample, item): return 10**400", "runtime", "a number, got <integer"),
        ("def grade(sample, item): return object()", "runtime", "a number, got <object"),
        ("def grade(sample): return 1", "runtime", "raised TypeError"),
        ("def grade(sample, item): exit()", "runtime", "raised SystemExit"),
        ("import os\ndef grade(sample, item): os._exit(0)", "runtime", "ended the process"),
        ("def grad(sample, item): return 1", "runtime", "does not define grade"),
        ("def grade(", "runtime", "cannot be read: SyntaxError"),
        ("def grade(sample, item): return bytearray(2**40)", "runtime", "raised MemoryError"),
        ("def grade(sample, item):\n    while 1: pass", "unresponsive", "did not return in time"),
    ],
)
def test_a_failure_is_named_and_gives_no_score(
    source: str, kind: str, detail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(python_grader, "TIME_S", 1.0)
    result = grader_from_dict({"type": "python", "source": source}).grade("x", {})
    expected = {
        "runtime": ErrorKind.PYTHON_GRADER_RUNTIME_ERROR,
        "unresponsive": ErrorKind.UNRESPONSIVE_REWARD_ERROR,
    }[kind]
    assert result.score is None
    assert list(result.errors) == [expected]
    assert detail in result.errors[expected]


def test_data_that_is_not_json_is_named() -> None:
    result = grade("return 1", "x", {"a": {1, 2}})
    assert list(result.errors) == [ErrorKind.OTHER_ERROR]


def test_a_program_reaches_neither_files_nor_environment_nor_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    monkeypatch.setenv("RETHINK_TEST_SECRET", "x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        reaching = {
            "read": f"with open({str(secret)!r}) as file: file.read()",
            "write": f"with open({str(tmp_path / 'mark')!r}, 'w'): pass",
            "environment": "import os; os.environ['RETHINK_TEST_SECRET']",
            "network": f"import socket; socket.create_connection(('127.0.0.1', {port})).close()",
        }
        for way, statement in reaching.items():
            exec(statement)  # as the test itself can
            result = grade(f"{statement}\n    return 1.0")
            assert result.score is None, way
            assert list(result.errors) == [ErrorKind.PYTHON_GRADER_RUNTIME_ERROR], way


TESTS = CodeTests(style="asserts", entry_point="f", tests=("assert f(1) == 2", "assert f(2) == 3"))
CODE = {"type": "code", "reference": "{{item.tests}}"}


def test_a_program_may_be_a_part_of_a_whole_and_a_verifier() -> None:
    length = "def grade(sample, item):\n    return len(sample['output_text']) / 40"
    multi = {
        "type": "multi",
        "name": "both",
        "graders": {"length": {"type": "python", "source": length}, "right": CODE},
        "calculate_output": "0.5 * length + 0.5 * right",
    }
    multi["graders"] = {**multi["graders"], "right": {**CODE, "reference": "{{item.gold}}"}}  # type: ignore[dict-item]
    verifier = GraderVerifier(grader_from_dict(multi))
    verdict = verifier.verify("def f(n): return n+1", Problem("test/0", "", TESTS.to_gold()))
    assert verdict.score == 0.75
