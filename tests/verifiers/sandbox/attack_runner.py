"""Verifies attacks in a process with canaries around it, and reports the checks that failed.

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
from tests.verifiers.sandbox.executor import EXECUTORS, Result
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
    """Run the attacks from the standard input."""
    executor, options, mark = sys.argv[1:4]
    lines = sys.stdin.read().split("\n")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    replies = os.fdopen(os.dup(1), "w")
    output, path = tempfile.mkstemp()
    os.unlink(path)
    os.dup2(output, 1)
    os.dup2(output, 2)
    runner = AttackRunner(executor, json.loads(options), mark, output)
    for line in lines:
        attack = Attack.from_json(line)
        print(json.dumps({"started": attack.name}), file=replies, flush=True)
        print(json.dumps({"name": attack.name, **runner.run(attack)}), file=replies, flush=True)


class AttackRunner:
    """Runs attacks one after another, all with the same executor.

    Args:
        executor: Name of an executor, from `EXECUTORS`.
        options: Options of the executor.
        mark: A word on the command line of this process.
        output: Descriptor of the file that receives the output of this process.
    """

    def __init__(self, executor: str, options: dict[str, Any], mark: str, output: int) -> None:
        self._execute = EXECUTORS[executor]
        self._options = options
        self._canaries = Canaries(mark)
        self._output = output
        self._is_well()

    def run(self, attack: Attack) -> dict[str, Any]:
        """Run one attack, then make all its checks."""
        if attack.before:
            before = self._canaries.fill(attack.before, attack.timeout_s)
            self._execute(replace(attack, timeout_s=5.0), before, self._options)
        answer = self._canaries.fill(attack.answer, attack.timeout_s)
        trusted = processes()
        self._canaries.reset()
        output = os.fstat(self._output).st_size
        pressure_s, started = cpu_pressure_s(), time.monotonic()
        with Watch() as watch:
            try:
                result = self._execute(attack, answer, self._options)
            except Exception as error:  # a verifier must not raise any
                result = _raised(error)
            elapsed_s = time.monotonic() - started
        waited_s = cpu_pressure_s() - pressure_s
        text = result["text"] + self._output_since(output)
        is_well = self._is_well()
        left = self._left(trusted)
        growth = watch.growth
        # On an idle machine half a second is enough: see `benchmarks/sandbox.py`.
        patience_s = 1.0 if attack.category == "time" else attack.timeout_s + 2.0
        late_s = elapsed_s - attack.timeout_s - patience_s - waited_s
        leaks = self._canaries.found_in(text) + LEAK.findall(text)
        faults = {
            "not_passed": "it passed" if result["correct"] else "",
            "passed": "" if result["correct"] else f"it failed: {result['text'][:300]}",
            "verdict": result["text"][:500] if result["reason"] == "error" else "",
            "text": _fault_of_text(result["text"]),
            "time": f"{late_s:.2f} s late" if late_s > 0 else "",
            "parent": "" if is_well else "the next program got a wrong verdict",
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
            "runner_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            **result,
            "text": text[:1000],
        }

    def _is_well(self) -> bool:
        """Whether the next programs, a correct and an incorrect one, get the right verdicts."""
        try:
            right = self._execute(_BENIGN, _RIGHT, self._options)
            wrong = self._execute(_BENIGN, _WRONG, self._options)
        except Exception:  # the worker pool did not survive
            return False
        return bool(right["correct"] and not wrong["correct"])

    def _left(self, trusted: dict[int, str]) -> list[str]:
        """Return the new processes, if there are more processes than before."""
        ended = time.monotonic() + SETTLE_S
        while len(now := processes()) > len(trusted) and time.monotonic() < ended:
            time.sleep(0.02)
        if len(now) <= len(trusted):
            return []
        return [f"{pid} {now[pid]}" for pid in now.keys() - trusted.keys()]

    def _output_since(self, size: int) -> str:
        new = os.fstat(self._output).st_size - size
        return os.pread(self._output, min(new, 4 * OUTPUT_BYTES), size).decode(errors="replace")


def _raised(error: Exception) -> Result:
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
    return f"contains {''.join(strange[:10])!a}" if strange else ""


def _over(number: int, limit: int) -> str:
    return f"{number:,}, the limit is {limit:,}" if number > limit else ""


if __name__ == "__main__":
    main()
