"""Ways to run an attack: by `CodeVerifier`, and without isolation, to show the difference."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from tests.verifiers.sandbox.attack import Attack

from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.code import CodeTests, CodeVerifier

__all__ = ["EXECUTORS", "Result"]

_MAX_OUTPUT_BYTES = 4 * 2**20

Result = dict[str, Any]
"""The result of an executor: ``correct``, ``reason``, ``text`` and ``isolation``."""


def verify_alone(attack: Attack, answer: str, options: dict[str, Any]) -> Result:
    """Verify an answer by `CodeVerifier`."""
    tests = CodeTests(
        style=attack.style, entry_point=attack.entry_point, setup=attack.setup, tests=attack.tests
    )
    verifier = CodeVerifier(time_s=attack.timeout_s, score=attack.score, **options)
    verdict = verifier.verify(answer, Problem(attack.name, "", tests.to_gold()))
    return _result(verdict)


def verify_among_others(attack: Attack, answer: str, options: dict[str, Any]) -> Result:
    """Verify an answer together with correct and incorrect ones, in several processes."""
    tests = CodeTests(
        style=attack.style, entry_point=attack.entry_point, setup=attack.setup, tests=attack.tests
    )
    problem = Problem(attack.name, "", tests.to_gold())
    plain = CodeTests(style="asserts", entry_point="f", tests=("assert f(1) == 2",))
    other = Problem("other", "", plain.to_gold())
    others = [f"```python\ndef f(n):\n    return n + {step}\n```" for step in (1, 2)] * 4
    verifier = CodeVerifier(time_s=attack.timeout_s, score=attack.score, **options)
    verdicts = verifier.verify_batch(
        [*others, answer, *others], [*[other] * 8, problem, *[other] * 8]
    )
    verdict = verdicts.pop(8)
    if [each.correct for each in verdicts] != [True, False] * 8:
        raise RuntimeError(f"others got wrong verdicts: {verdicts}")
    return _result(verdict)


def run_unconfined(attack: Attack, answer: str, options: dict[str, Any]) -> Result:
    """Run program and tests in one unconfined process; the exit code is the verdict."""
    program = answer.removeprefix("```python\n").removesuffix("```\n")
    source = "\n".join([program, attack.setup, *map(str, attack.tests), "check(f)"])
    with (
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
    ):
        process = subprocess.Popen(
            [sys.executable, "-c", source],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            close_fds=False,
            start_new_session=True,
            cwd=folder,
        )
        try:
            process.wait(attack.timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        output.seek(0)
        text = output.read(_MAX_OUTPUT_BYTES).decode(errors="replace")
    return {
        "correct": process.returncode == 0,
        "reason": "equal" if process.returncode == 0 else "different",
        "text": text,
        "isolation": None,
    }


def _result(verdict: Verdict) -> Result:
    json.dumps(verdict.to_dict())
    return {
        "correct": verdict.correct,
        "reason": verdict.reason.value,
        "text": f"{verdict.detail}\n{verdict.feedback}",
        "isolation": verdict.isolation,
    }


EXECUTORS: dict[str, Callable[[Attack, str, dict[str, Any]], Result]] = {
    "verifier": verify_alone,
    "batch": verify_among_others,
    "subprocess": run_unconfined,
}
