"""The worker process for slow answers: reads one JSON question per line, writes one reply.

This file runs as a program of its own. It loads sympy once and then waits. Where there is
`os.fork`, a child answers each question and its CPU time is limited, so that a verdict does
not depend on the load of the machine. Elsewhere the process answers itself, and its owner
kills it after a wall-clock limit.
"""

import json
import os
import select
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAX_MEMORY_BYTES = 2 * 1024**3
MAX_REPLY_BYTES = 1 << 16
MAX_WALL_FACTOR = 30.0
"""Wall-clock limit of a child, as a multiple of its CPU budget."""

CAN_FORK = hasattr(os, "fork")
SIGKILL = 9  # the same number on every system with fork

AnswerQuestion = Callable[[dict[str, Any]], dict[str, str]]
OUT_OF_MEMORY = {"reason": "over_limit", "detail": "the verifier ran out of memory"}
TIMED_OUT = {"reason": "timed_out", "detail": "verification took too long"}


def main() -> None:
    """Answer questions until the input ends."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)  # what a library prints must not be read as a reply
    answer_question = load_comparison()
    print(json.dumps({"keeps_time": CAN_FORK}), file=replies, flush=True)
    reply_to = reply_from_child if CAN_FORK else reply_from_here
    for line in sys.stdin:
        reply = reply_to(answer_question, json.loads(line))
        print(json.dumps(reply), file=replies, flush=True)


def load_comparison() -> AnswerQuestion:
    """Import the comparison and sympy, but not the environments that `rethink_gym` registers."""
    package = types.ModuleType("rethink_gym")
    package.__path__ = [str(Path(__file__).resolve().parents[2])]
    sys.modules["rethink_gym"] = package
    from rethink_gym.verifiers.math.expression.comparison import symbolic
    from rethink_gym.verifiers.math.expression.comparison.answer import compare_question

    symbolic.load_sympy()
    return compare_question


def reply_from_child(answer_question: AnswerQuestion, question: dict[str, Any]) -> dict[str, str]:
    """Answer one question in a child process, which is killed at the end of its CPU time."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        limit_child(question["budget_s"])
        data = json.dumps(reply_from_here(answer_question, question)).encode()
        os.write(writable, data[:MAX_REPLY_BYTES])
        os._exit(0)
    os.close(writable)
    is_in_time = wait_for_reply(readable, child, question["budget_s"])
    data = os.read(readable, MAX_REPLY_BYTES) if is_in_time else b""
    os.close(readable)
    os.kill(child, SIGKILL)
    os.waitpid(child, 0)
    if not is_in_time:
        return TIMED_OUT
    if not data:
        return OUT_OF_MEMORY
    reply: dict[str, str] = json.loads(data)
    return reply


def reply_from_here(answer_question: AnswerQuestion, question: dict[str, Any]) -> dict[str, str]:
    """Answer one question in this process; an exception becomes a reply too."""
    try:
        return answer_question(question)
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception as error:  # a bug in the verifier: shown and counted, never "different"
        return {"reason": "error", "detail": f"{type(error).__name__}: {error}"[:200]}


def wait_for_reply(readable: int, child: int, budget_s: float) -> bool:
    """Wait for a reply; return whether it came before the CPU time was used up."""
    started = time.monotonic()
    while True:
        elapsed_s = time.monotonic() - started
        used_s = cpu_s(child) if sys.platform == "linux" else elapsed_s
        left_s = min(budget_s - used_s, budget_s * MAX_WALL_FACTOR - elapsed_s)
        if select.select([readable], [], [], max(left_s, 0.0))[0]:
            return True
        if left_s <= 0:
            return False


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that another process has used; on Linux only."""
    return time.clock_gettime((~pid << 3) | 2)  # the clock id of clock_getcpuclockid(3)


def limit_child(budget_s: float) -> None:
    """Limit the memory of this process, and its CPU time in case the parent dies."""
    import resource

    seconds = int(budget_s) + 2
    for kind, limit in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(kind, (limit, limit))
        except (OSError, ValueError):
            continue  # a lower limit is set already, or the system does not have this limit


if __name__ == "__main__":
    main()
