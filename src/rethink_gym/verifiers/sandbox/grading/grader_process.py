"""The grader process: grades programs by tests, from requests on its standard input.

It is trusted: it holds the tests and the expected values, and it alone decides. Programs
run in processes that the fork server starts, and the grader process receives nothing but
plain data from them. A value from a program may still make trusted code slow, for example
numbers with colliding hashes. A timer therefore ends the grader process when one request
has taken too much CPU time, and the worker pool replaces it.
"""

import json
import math
import os
import resource
import signal
import sys
from dataclasses import replace
from typing import Any

from rethink_gym.errors import SandboxError, VerifierError
from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.code_tests import CodeTests
from rethink_gym.verifiers.sandbox.grading.call import (
    GradingFault,
    PrefetchMismatch,
    ProgramEnded,
    ProgramError,
    ServerLost,
)
from rethink_gym.verifiers.sandbox.grading.candidate import Candidate
from rethink_gym.verifiers.sandbox.grading.failure import Outcome
from rethink_gym.verifiers.sandbox.grading.message import shorten, show_value
from rethink_gym.verifiers.sandbox.grading.remote import Remote
from rethink_gym.verifiers.sandbox.grading.stdio import run_cases
from rethink_gym.verifiers.sandbox.grading.suite import compile_suite
from rethink_gym.verifiers.sandbox.grading.trial import Trial
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox

__all__ = ["main"]

MAX_MEMORY_BYTES = 512 * 2**20
"""Maximum growth of the address space of the grader process."""

_MIN_TIME_S = 0.01

_OWN_SIZE = "/proc/self/statm"

_SANDBOXES: dict[str, Sandbox] = {}


def main(arguments: list[str]) -> None:
    """Answer requests, one JSON line each, until the input ends.

    Args:
        arguments: Not used.
    """
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)  # so that the output of tests does not get between the replies
    _limit_memory()
    # The caller may have ignored or blocked the signal of the timer.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF])
    print(json.dumps({"keeps_time": True}), file=replies, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, request["grading_s"])
        reply = _answer(request)
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        print(json.dumps(reply), file=replies, flush=True)


def _limit_memory() -> None:
    """Limit the memory that values of a program may make trusted code allocate."""
    if not os.path.exists(_OWN_SIZE):
        return  # not Linux, where the address space cannot be limited
    with open(_OWN_SIZE, encoding="ascii") as file:
        bytes_now = int(file.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = bytes_now + MAX_MEMORY_BYTES
    if hard == resource.RLIM_INFINITY or soft < hard:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    """Answer a request; a fault of the grading itself becomes a reply as well."""
    try:
        try:
            return _grade(request)
        except (ServerLost, VerifierError):  # for example a fork server that was killed
            return _grade(request)
    except MemoryError:
        return {"reason": Reason.OVER_LIMIT, "detail": "the grader process ran out of memory"}
    except SandboxError as error:
        return {"reason": Reason.ERROR, "detail": str(error), "has_no_sandbox": True}
    except (Exception, ServerLost, GradingFault) as error:
        return {"reason": Reason.ERROR, "detail": f"{type(error).__name__}: {error}"[:500]}


def _grade(request: dict[str, Any]) -> dict[str, Any]:
    limits = Limits(**request["limits"])
    sandbox = _sandbox(request["isolation"])
    if "grade" in request:
        return _compute_grade(sandbox, limits, **request["grade"])
    is_dense = request["score"] == "dense"
    return _make_reply(_run_tests(sandbox, limits, request), is_dense=is_dense)


def _sandbox(level: str) -> Sandbox:
    if level not in _SANDBOXES:
        _SANDBOXES[level] = Sandbox(level)
    return _SANDBOXES[level]


def _run_tests(sandbox: Sandbox, limits: Limits, request: dict[str, Any]) -> Outcome:
    sources, is_dense = request["sources"], request["score"] == "dense"
    tests = CodeTests.from_gold(request["gold"])
    if tests.style == "stdio":
        return run_cases(sandbox, sources, tests, limits, is_dense=is_dense)
    suite = compile_suite(request["gold"], is_dense=is_dense)
    candidate = Candidate(sandbox, sources, suite.entry_point, limits, suite.names, suite.requests)
    try:
        return Trial(suite, candidate, is_dense=is_dense).run()
    except PrefetchMismatch:
        # Run all tests again without prefetching, on the rest of the time budget.
        limits = replace(limits, time_s=max(candidate.left_s, _MIN_TIME_S))
        candidate = Candidate(sandbox, sources, suite.entry_point, limits, suite.names)
        return Trial(suite, candidate, is_dense=is_dense).run()


def _make_reply(outcome: Outcome, *, is_dense: bool) -> dict[str, Any]:
    failure = outcome.failure
    if failure is None:
        detail = f"{outcome.num_tests} of {outcome.num_tests} tests pass"
        return {"reason": Reason.EQUAL, "score": 1.0, "detail": detail, "feedback": ""}
    score, detail = 0.0, failure.detail
    if is_dense:
        # A failure outside of all tests, such as in the code between two of them, leaves
        # every test passed. The score must still be below 1, since the answer is incorrect.
        num_passed = min(outcome.num_passed, outcome.num_tests - 1)
        score = num_passed / outcome.num_tests
        detail = f"{num_passed} of {outcome.num_tests} tests pass; {detail}"
    return {
        "reason": failure.reason,
        "score": score,
        "detail": detail,
        "feedback": failure.feedback,
    }


def _compute_grade(
    sandbox: Sandbox, limits: Limits, source: str, sample: object, item: object
) -> dict[str, Any]:
    """Run the function ``grade`` of a Python grader, which returns a number."""
    candidate = Candidate(sandbox, [source], "grade", limits)
    try:
        candidate.start()
        value = candidate.function("grade")(sample, item)
        number = _to_number(value)
    except ProgramEnded as error:
        return {"reason": error.reason, "detail": f"the program {error.message}"}
    except SandboxError:
        raise
    except Exception as error:
        reason = error.reason if isinstance(error, ProgramError) else Reason.DIFFERENT
        call = candidate.last_call
        text = call.error_text if call else f"raised {type(error).__name__}: {error}"
        return {"reason": reason, "detail": f"the program {shorten(text, 300)}"}
    finally:
        candidate.close()
    if not math.isfinite(number):
        shown = show_value(value)
        return {"reason": Reason.DIFFERENT, "detail": f"grade must return a number, got {shown}"}
    return {"reason": Reason.EQUAL, "detail": "", "value": number}


def _to_number(value: object) -> float:
    """Convert a value of a program to a float; NaN if it is not a number."""
    try:
        return float(value) if isinstance(value, int | float | Remote) else math.nan
    except (OverflowError, TypeError, ValueError):
        return math.nan
