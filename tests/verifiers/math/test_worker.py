"""The worker process: a program of its own that replies to every question."""

import json
import subprocess
import sys
from typing import Any

from rethink_gym.verifiers.math import worker

QUESTION: dict[str, Any] = {"text": "1/2", "gold": "0.5", "equality": {}, "budget_s": 5.0}


def test_the_file_runs_by_its_path_and_replies_in_order() -> None:
    questions = [QUESTION, {**QUESTION, "gold": "2"}, {**QUESTION, "text": "("}]
    done = subprocess.run(
        [sys.executable, "-P", worker.__file__],
        input="".join(json.dumps(question) + "\n" for question in questions),
        capture_output=True,
        text=True,
        check=True,
    )
    ready, *replies = map(json.loads, done.stdout.splitlines())
    assert ready == {"keeps_time": worker.CAN_FORK}
    assert [reply["reason"] for reply in replies] == ["equal", "different", "unreadable"]


def test_it_imports_sympy_once_and_neither_gymnasium_nor_numpy() -> None:
    program = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("worker", {worker.__file__!r})
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)
worker.load_comparison()
print(*sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True
    )
    modules = set(done.stdout.split())
    assert "sympy" in modules
    assert not {"gymnasium", "numpy", "torch"} & modules


def test_an_exception_becomes_a_reply() -> None:
    def run_out_of_memory(question: dict[str, Any]) -> dict[str, str]:
        raise MemoryError

    def fail(question: dict[str, Any]) -> dict[str, str]:
        raise KeyError("text")

    assert worker.reply_from_here(run_out_of_memory, QUESTION)["reason"] == "over_limit"
    assert worker.reply_from_here(fail, QUESTION) == {
        "reason": "error",
        "detail": "KeyError: 'text'",
    }
