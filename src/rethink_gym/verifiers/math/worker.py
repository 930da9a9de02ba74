"""The process in which slow answers are judged: reads JSON lines, replies likewise.

This file is run as a program of its own. It loads the judging and sympy once and
then only waits: where there is `os.fork`, each question is answered by a child whose
CPU time is watched, so that a verdict does not depend on how loaded the machine is.
Elsewhere the process answers itself, and its owner kills it by the clock.
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
"""How many times its CPU budget a child may take by the clock."""

CAN_FORK = hasattr(os, "fork")
SIGKILL = 9  # on every system that forks

Judge = Callable[[dict[str, Any]], dict[str, str]]


def main() -> None:
    """Answer questions until the input ends."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)  # whatever a library prints is no reply
    judge = load_judge()
    print(json.dumps({"keeps_time": CAN_FORK}), file=replies, flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        reply = judge_in_child(judge, question) if CAN_FORK else judge_here(judge, question)
        print(json.dumps(reply), file=replies, flush=True)


def load_judge() -> Judge:
    """Load what judges, without the environments that our package would register."""
    package = types.ModuleType("rethink_gym")
    package.__path__ = [str(Path(__file__).resolve().parents[2])]
    sys.modules["rethink_gym"] = package
    from rethink_gym.verifiers.math.expression.comparison import symbolic
    from rethink_gym.verifiers.math.expression.comparison.judgement import judge_question

    symbolic.load_sympy()
    return judge_question


def judge_in_child(judge: Judge, question: dict[str, Any]) -> dict[str, str]:
    """Let a child answer, and kill it when it has used up its CPU time."""
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        limit_child(question["budget_s"])
        os.write(writable, json.dumps(judge_here(judge, question)).encode()[:MAX_REPLY_BYTES])
        os._exit(0)
    os.close(writable)
    is_in_time = wait_for(readable, child, question["budget_s"])
    data = os.read(readable, MAX_REPLY_BYTES) if is_in_time else b""
    os.close(readable)
    os.kill(child, SIGKILL)
    os.waitpid(child, 0)
    if not is_in_time:
        return {"reason": "timed_out", "detail": "judging took too long"}
    if not data:
        return {"reason": "over_limit", "detail": "judging broke down for want of memory"}
    reply: dict[str, str] = json.loads(data)
    return reply


def wait_for(readable: int, child: int, budget_s: float) -> bool:
    """Wait for a reply; tell whether it came before the CPU time was used up."""
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
    """Return the CPU seconds that another process of this Linux has used."""
    return time.clock_gettime((~pid << 3) | 2)  # the id that clock_getcpuclockid(3) makes


def limit_child(budget_s: float) -> None:
    """Bound the memory of this process, and its CPU time should nobody watch it."""
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
            continue  # a lower limit is set already, or the system has none


def judge_here(judge: Judge, question: dict[str, Any]) -> dict[str, str]:
    """Answer one question; a breakdown is an answer too."""
    try:
        return judge(question)
    except MemoryError:
        return {"reason": "over_limit", "detail": "judging broke down for want of memory"}
    except Exception as error:  # a fault of ours: shown and counted, never a quiet "different"
        return {"reason": "error", "detail": f"{type(error).__name__}: {error}"[:200]}


if __name__ == "__main__":
    main()
