"""A grader with canaries planted around it: judges attacks and says what did not hold.

Run as a program inside the outer sandbox, by `supervisor.py`: reads attacks as JSON lines
on its standard input, and writes a JSON line before and after each.
"""

import json
import os
import re
import resource
import sys
import tempfile
import time
from dataclasses import replace
from typing import Any

from tests.verifiers.sandbox.attack import Attack
from tests.verifiers.sandbox.canary import Canaries
from tests.verifiers.sandbox.executor import EXECUTORS, Judgement
from tests.verifiers.sandbox.usage_watch import Watch, cpu_pressure_s, processes

__all__ = ["main"]

MEBIBYTE = 2**20
MEMORY_BYTES = 512 * MEBIBYTE * 5 // 4
RUNTIME_BYTES = 64 * MEBIBYTE
DISK_BYTES = 64 * MEBIBYTE * 5 // 4
OUTPUT_BYTES = MEBIBYTE
MAX_TASKS = 64
MAX_TEXT = 20_000
SETTLE_S = 2.0
LEAK = re.compile(r"LEAK [A-Z]")

_RIGHT = "```python\ndef f(n):\n    return n * n + 7 * n + 3\n```\n"
_WRONG = "```python\ndef f(n):\n    return 0\n```\n"
_BENIGN = Attack(
    name="benign", category="benign", answer=_RIGHT, must="is right", checks=(), timeout_s=5.0
)


def main() -> None:
    """Judge the attacks on the standard input."""
    executor, options, mark = sys.argv[1:4]
    lines = sys.stdin.read().split("\n")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    replies = os.fdopen(os.dup(1), "w")
    said, path = tempfile.mkstemp()
    os.unlink(path)
    os.dup2(said, 1)
    os.dup2(said, 2)
    grader = Grader(executor, json.loads(options), mark, said)
    for line in lines:
        attack = Attack.from_json(line)
        print(json.dumps({"begun": attack.name}), file=replies, flush=True)
        print(json.dumps({"name": attack.name, **grader.judge(attack)}), file=replies, flush=True)


class Grader:
    """Judges attacks one after another, all by the same executor.

    Args:
        executor: Of `EXECUTORS`.
        options: Handed to it.
        mark: A word on the command line of this process.
        said: Descriptor of the file that takes what this process prints.
    """

    def __init__(self, executor: str, options: dict[str, Any], mark: str, said: int) -> None:
        self._execute = EXECUTORS[executor]
        self._options = options
        self._canaries = Canaries(mark)
        self._said = said
        self._is_well()

    def judge(self, attack: Attack) -> dict[str, Any]:
        """Judge one attack, then look at everything that must hold."""
        if attack.before:
            before = self._canaries.fill(attack.before, attack.timeout_s)
            self._execute(replace(attack, timeout_s=5.0), before, self._options)
        answer = self._canaries.fill(attack.answer, attack.timeout_s)
        trusted = processes()
        self._canaries.reset()
        said = os.fstat(self._said).st_size
        pressure_s, started = cpu_pressure_s(), time.monotonic()
        with Watch() as watch:
            try:
                judgement = self._execute(attack, answer, self._options)
            except Exception as error:  # whatever it is, a verifier must not raise it
                judgement = _raised(error)
            elapsed_s = time.monotonic() - started
        waited_s = cpu_pressure_s() - pressure_s
        text = judgement["text"] + self._said_since(said)
        is_well = self._is_well()
        left = self._left(trusted)
        growth = watch.growth
        # `benchmarks/sandbox.py` measures that half a second is enough on a quiet machine.
        patience_s = 1.0 if attack.category == "time" else attack.timeout_s + 2.0
        late_s = elapsed_s - attack.timeout_s - patience_s - waited_s
        leaks = self._canaries.found_in(text) + LEAK.findall(text)
        faults = {
            "not_passed": "it passed" if judgement["correct"] else "",
            "passed": "" if judgement["correct"] else f"it failed: {judgement['text'][:300]}",
            "verdict": judgement["text"][:500] if judgement["reason"] == "error" else "",
            "text": _fault_of_text(judgement["text"]),
            "time": f"{late_s:.2f} s late" if late_s > 0 else "",
            "parent": "" if is_well else "the next program was judged wrongly",
            "steady": "" if processes().keys() == trusted.keys() else "a process was lost",
            "no_survivor": "; ".join(left),
            "no_outside": "; ".join(self._canaries.changes()),
            "no_net": "; ".join(self._canaries.touched[:5]),
            "no_secret": "; ".join(leaks),
            "mem": _over(growth.memory_bytes, MEMORY_BYTES + RUNTIME_BYTES),
            "disk": _over(growth.disk_bytes, DISK_BYTES),
            "out": _over(len(text), OUTPUT_BYTES),
            "nproc": _over(growth.threads, MAX_TASKS),
        }
        return {
            "faults": {name: faults[name] for name in attack.checks if faults[name]},
            "elapsed_s": round(elapsed_s, 3),
            "waited_s": round(waited_s, 3),
            "memory_bytes": growth.memory_bytes,
            "grader_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            **judgement,
            "text": text[:1000],
        }

    def _is_well(self) -> bool:
        """Whether the next programs, a right and a wrong one, are judged as they should be."""
        try:
            right = self._execute(_BENIGN, _RIGHT, self._options)
            wrong = self._execute(_BENIGN, _WRONG, self._options)
        except Exception:  # whatever it is, the pool did not survive
            return False
        return bool(right["correct"] and not wrong["correct"])

    def _left(self, trusted: dict[int, str]) -> list[str]:
        """Name the processes that are there now beyond as many as there were before."""
        ended = time.monotonic() + SETTLE_S
        while len(now := processes()) > len(trusted) and time.monotonic() < ended:
            time.sleep(0.02)
        if len(now) <= len(trusted):
            return []
        return [f"{pid} {now[pid]}" for pid in now.keys() - trusted.keys()]

    def _said_since(self, size: int) -> str:
        new = os.fstat(self._said).st_size - size
        return os.pread(self._said, min(new, 4 * OUTPUT_BYTES), size).decode(errors="replace")


def _raised(error: Exception) -> Judgement:
    return {
        "correct": False,
        "reason": "error",
        "text": f"raised {type(error).__name__}: {error}",
        "isolation": None,
    }


def _fault_of_text(text: str) -> str:
    if len(text) > MAX_TEXT:
        return f"{len(text)} characters"
    strange = sorted({c for c in text if not (c.isprintable() or c in "\n\t")})
    return f"holds {''.join(strange[:10])!a}" if strange else ""


def _over(number: int, limit: int) -> str:
    return f"{number:,}, the limit is {limit:,}" if number > limit else ""


if __name__ == "__main__":
    main()
