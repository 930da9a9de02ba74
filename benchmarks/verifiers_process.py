"""Verify all cases of a file with one verifier, in a process of its own.

``benchmarks/verifiers.py`` runs this file with the interpreter that has the verifier. It
imports nothing else, so that it also runs where rethink-gym is not installed. It prints the
verdicts with their times and the CPU seconds of this process and its children.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

Verify = Callable[[dict[str, Any]], bool]


def main() -> None:
    """Verify every case, and print the verdicts."""
    name, path, threads = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    verify, close = make_ours() if name == "ours" else make_rival(has_limits=threads == 1)
    verify(
        {"gold": "1/2", "pred": r"\int_0^1 x\,dx", "mode": "answer"}
    )  # everything is imported now

    def timed(case: dict[str, Any]) -> tuple[bool | None, float]:
        started = time.perf_counter()
        try:
            correct = verify(case)
        except Exception:  # an exception is counted
            correct = None
        return correct, time.perf_counter() - started

    started = cpu_s()
    if threads == 1:
        rows = list(map(timed, cases))
    else:
        with ThreadPoolExecutor(threads) as executor:
            rows = list(executor.map(timed, cases))
    close()
    print(json.dumps({"rows": rows, "cpu_s": cpu_s() - started}))


def cpu_s() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def make_ours() -> tuple[Verify, Callable[[], None]]:
    """Return our verifier, and the function that ends its workers, so that their time counts."""
    from rethink_gym.problem import Problem
    from rethink_gym.verifiers.extraction import extract_answer
    from rethink_gym.verifiers.math.verifier import MathVerifier
    from rethink_gym.verifiers.worker_pool import shared_pool

    verifiers = {mode: MathVerifier(mode=mode) for mode in ("answer", "response")}

    def verify(case: dict[str, Any]) -> bool:
        gold = case["gold"]
        if case.get("gold_mode") == "response":
            extraction = extract_answer(gold)
            gold = gold if extraction is None else extraction.text
        problem = Problem("case", "", gold)
        return verifiers[case.get("mode", "answer")].verify(case["pred"], problem).correct

    return verify, shared_pool().close


def make_rival(*, has_limits: bool) -> tuple[Verify, Callable[[], None]]:
    """Return the verifier of math-verify, and a function that does nothing."""
    from math_verify import parse, verify  # type: ignore[import-not-found]  # in its own venv

    limits = {} if has_limits else {"parsing_timeout": None}
    verify_limits = {} if has_limits else {"timeout_seconds": None}

    def read(text: str, mode: str) -> Any:
        bare = mode == "answer" and "$" not in text and "\\boxed" not in text
        return parse(f"${text}$" if bare else text, **limits)

    def verify_case(case: dict[str, Any]) -> bool:
        gold = read(case["gold"], case.get("gold_mode", "answer"))
        return bool(verify(gold, read(case["pred"], case.get("mode", "answer")), **verify_limits))

    return verify_case, lambda: None


if __name__ == "__main__":
    main()
