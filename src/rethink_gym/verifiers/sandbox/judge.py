"""The process in which programs are judged: reads questions as JSON lines, replies likewise.

It is trusted: it holds the tests and the values expected, and it alone decides. Programs
run in processes of the fork server, which it starts, and it sees no more of them than
plain data. What a program returns may still make trusted code slow, such as numbers with
colliding hashes; so the judge ends itself by a timer when one question has cost it too
much CPU time, and its owner replaces it.
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
from rethink_gym.verifiers.code.suite import CodeTests
from rethink_gym.verifiers.sandbox.call import Ended, Lost, Misled, ProgramError, Untold
from rethink_gym.verifiers.sandbox.candidate import Candidate
from rethink_gym.verifiers.sandbox.failure import Outcome
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.remote import Remote
from rethink_gym.verifiers.sandbox.script import run_cases
from rethink_gym.verifiers.sandbox.session import Server
from rethink_gym.verifiers.sandbox.suite import compile_suite
from rethink_gym.verifiers.sandbox.trial import Trial
from rethink_gym.verifiers.sandbox.wording import shorten, show_value

__all__ = ["main"]

MAX_MEMORY_BYTES = 512 * 2**20
"""How much the address space of the judge may grow."""

_LEAST_TIME_S = 0.01

_OWN_SIZE = "/proc/self/statm"

_SERVERS: dict[str, Server] = {}


def main(arguments: list[str]) -> None:
    """Answer questions until the input ends.

    Args:
        arguments: None are needed.
    """
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)  # whatever tests print is no reply
    _limit_memory()
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # whatever the caller does with it
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF])
    print(json.dumps({"keeps_time": True}), file=replies, flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, question["judge_s"])
        reply = _judge(question)
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        print(json.dumps(reply), file=replies, flush=True)


def _limit_memory() -> None:
    """Bound what values of a program may make trusted code allocate."""
    if not os.path.exists(_OWN_SIZE):
        return  # not Linux, where address space can be bounded
    with open(_OWN_SIZE, encoding="ascii") as file:
        bytes_now = int(file.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    soft = bytes_now + MAX_MEMORY_BYTES
    if hard == resource.RLIM_INFINITY or soft < hard:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _judge(question: dict[str, Any]) -> dict[str, Any]:
    """Judge one program; a breakdown of ours is an answer too, and says so."""
    try:
        try:
            return _reply(question)
        except (Lost, VerifierError):  # such as a fork server that somebody killed
            return _reply(question)
    except MemoryError:
        return {"reason": Reason.OVER_LIMIT, "detail": "judging broke down for want of memory"}
    except SandboxError as error:
        return {"reason": Reason.ERROR, "detail": str(error), "has_no_sandbox": True}
    except (Exception, Lost, Untold) as error:
        return {"reason": Reason.ERROR, "detail": f"{type(error).__name__}: {error}"[:500]}


def _reply(question: dict[str, Any]) -> dict[str, Any]:
    limits = Limits(**question["limits"])
    server = _server(question["isolation"])
    if "grade" in question:
        return _grade(server, limits, **question["grade"])
    return _verdict(_examine(server, limits, question), is_dense=question["score"] == "dense")


def _server(level: str) -> Server:
    if level not in _SERVERS:
        _SERVERS[level] = Server(level)
    return _SERVERS[level]


def _examine(server: Server, limits: Limits, question: dict[str, Any]) -> Outcome:
    sources, is_dense = question["sources"], question["score"] == "dense"
    tests = CodeTests.from_gold(question["gold"])
    if tests.style == "stdio":
        return run_cases(server, sources, tests, limits, is_dense=is_dense)
    suite = compile_suite(question["gold"], is_dense=is_dense)
    candidate = Candidate(server, sources, suite.entry_point, limits, suite.names, suite.requests)
    try:
        return Trial(suite, candidate, is_dense=is_dense).run()
    except Misled:
        limits = replace(limits, time_s=max(candidate.left_s, _LEAST_TIME_S))
        candidate = Candidate(server, sources, suite.entry_point, limits, suite.names)
        return Trial(suite, candidate, is_dense=is_dense).run()


def _verdict(outcome: Outcome, *, is_dense: bool) -> dict[str, Any]:
    failure = outcome.failure
    if failure is None:
        detail = f"{outcome.num_tests} of {outcome.num_tests} tests pass"
        return {"reason": Reason.EQUAL, "score": 1.0, "detail": detail, "feedback": ""}
    score, detail = 0.0, failure.detail
    if is_dense:
        # What happens outside of every test is a failure too.
        num_passed = min(outcome.num_passed, outcome.num_tests - 1)
        score = num_passed / outcome.num_tests
        detail = f"{num_passed} of {outcome.num_tests} tests pass; {detail}"
    return {
        "reason": failure.reason,
        "score": score,
        "detail": detail,
        "feedback": failure.feedback,
    }


def _grade(
    server: Server, limits: Limits, source: str, sample: object, item: object
) -> dict[str, Any]:
    """Let a program of a grader compute a number."""
    candidate = Candidate(server, [source], "grade", limits)
    try:
        candidate.start()
        value = candidate.function("grade")(sample, item)
        number = _number(value)
    except Ended as error:
        return {"reason": error.reason, "detail": f"the program {error.message}"}
    except SandboxError:
        raise
    except Exception as error:
        reason = error.reason if isinstance(error, ProgramError) else Reason.DIFFERENT
        call = candidate.last_call
        told = call.error_text if call else f"raised {type(error).__name__}: {error}"
        return {"reason": reason, "detail": f"the program {shorten(told, 300)}"}
    finally:
        candidate.close()
    if not math.isfinite(number):
        shown = show_value(value)
        return {"reason": Reason.DIFFERENT, "detail": f"grade must return a number, got {shown}"}
    return {"reason": Reason.EQUAL, "detail": "", "value": number}


def _number(value: object) -> float:
    """Return a number that a program computed; nan if it is none."""
    try:
        return float(value) if isinstance(value, int | float | Remote) else math.nan
    except (OverflowError, TypeError, ValueError):
        return math.nan
