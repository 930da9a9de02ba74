"""Grader processes: replaced when lost, shared by threads, never by a forked child."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.code import CodeTests, CodeVerifier
from rethink_gym.verifiers.worker_pool import WorkerPool, shared_pool

TESTS = CodeTests(
    style="humaneval",
    entry_point="f",
    tests=(
        "def check(candidate):\n    assert candidate(1) == 2\n"
        "    for i in range(3):\n        assert candidate(i) == i + 1\n",
    ),
)
PROBLEM = Problem("test/0", "", TESTS.to_gold())
RIGHT = "def f(n): return n + 1"
WRONG = "def f(n): return n"
SLOW = "def f(n):\n    for _ in range(2 * 10**6): pass\n    return n + 1"
ENDLESS = "def f(n):\n    while True: pass"
SLEEPING = "import time\ndef f(n): time.sleep(99)"
ASLEEP_FOR_A_WHILE = "import time\ndef f(n):\n    time.sleep(0.2)\n    return n + 1"
# Its value makes trusted code slow: numbers that all have the same hash.
COLLIDING = "def f(n): return {i * (2**61 - 1) for i in range(30_000)}"
EXPECTED = {
    RIGHT: Reason.EQUAL,
    WRONG: Reason.DIFFERENT,
    SLOW: Reason.EQUAL,
    ENDLESS: Reason.TIMED_OUT,
    SLEEPING: Reason.TIMED_OUT,
    ASLEEP_FOR_A_WHILE: Reason.EQUAL,
}


def request(program: str, time_s: float = 2.0) -> dict[str, Any]:
    return {
        "gold": PROBLEM.gold,
        "sources": [program],
        "score": "sparse",
        "isolation": "default",
        "limits": {"time_s": time_s},
        "grading_s": time_s,
    }


def verify(program: str = RIGHT) -> Verdict:
    return CodeVerifier(time_s=1.5).verify(f"```\n{program}\n```", PROBLEM)


def children(pid: int) -> list[int]:
    """Return the processes that a process started, and those that these did."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *children(child)]
    return found


def has_ended(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


def wait_until_ended(pids: list[int]) -> None:
    deadline = time.monotonic() + 20.0
    while not all(map(has_ended, pids)):
        assert time.monotonic() < deadline, "processes were left behind"
        time.sleep(0.02)


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(2, kind="code")
    yield pool
    left = [*pool.pids, *(child for pid in pool.pids for child in children(pid))]
    pool.close()
    wait_until_ended(left)


def test_one_grader_process_serves_many_programs(pool: WorkerPool) -> None:
    assert pool.pids == []
    reasons = [pool.ask(request(program), 4.0)["reason"] for program in (RIGHT, WRONG, RIGHT)]
    assert reasons == ["equal", "different", "equal"]
    assert len(pool.pids) == 1


@pytest.mark.parametrize("is_asked", [False, True], ids=["idle", "while it grades"])
@pytest.mark.parametrize("who", ["grader process", "fork server"])
def test_a_killed_process_is_replaced_and_the_program_graded(
    pool: WorkerPool, who: str, is_asked: bool
) -> None:
    pool.ask(request(RIGHT), 4.0)
    (pid,) = pool.pids
    family = [pid, *children(pid)]
    victim = family[0 if who == "grader process" else 1]
    killer = threading.Timer(0.3 if is_asked else 0.0, os.kill, (victim, signal.SIGKILL))
    killer.start()
    if not is_asked:
        killer.join()
    reply = pool.ask(request(ENDLESS if is_asked else RIGHT, 0.6), 4.0)
    assert reply["reason"] == ("timed_out" if is_asked else "equal"), reply
    assert pool.ask(request(RIGHT), 4.0)["reason"] == "equal"
    if who == "grader process":
        wait_until_ended(family)


def test_a_value_that_makes_grading_slow_times_out_and_the_next_program_is_graded(
    pool: WorkerPool,
) -> None:
    pool.ask(request(RIGHT), 4.0)
    started = time.monotonic()
    assert pool.ask(request(COLLIDING, 0.5), 2.0)["reason"] == "timed_out"
    assert time.monotonic() - started < 15.0  # 0.6 on an idle machine
    assert pool.ask(request(RIGHT), 4.0)["reason"] == "equal"


def test_threads_may_ask_at_once(pool: WorkerPool) -> None:
    reasons: list[str] = []
    threads = [
        threading.Thread(target=lambda: reasons.append(pool.ask(request(RIGHT), 4.0)["reason"]))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reasons == ["equal"] * 6
    assert len(pool.pids) <= 2


def verify_in_child(answers: "multiprocessing.Queue[tuple[bool, list[int]]]") -> None:
    answers.put((verify().correct, shared_pool("code").pids))
    shared_pool("code").close()


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # with threads, on purpose
def test_a_child_process_starts_grader_processes_of_its_own(method: str) -> None:
    assert verify().correct
    before = shared_pool("code").pids
    context: Any = multiprocessing.get_context(method)  # its type lacks Process
    answers = context.Queue()
    child = context.Process(target=verify_in_child, args=(answers,), daemon=True)
    child.start()
    correct, pids = answers.get(timeout=60)
    child.join()
    assert correct
    assert pids
    assert not set(pids) & set(before)
    assert verify().correct
    assert shared_pool("code").pids == before


def burn(is_over: Any) -> None:
    while not is_over.is_set():
        sum(range(10**5))


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # the other threads are waiting
def test_verdicts_are_the_same_on_a_loaded_machine() -> None:
    programs = list(EXPECTED)
    answers = [f"```\n{program}\n```" for program in programs]
    verifier = CodeVerifier(time_s=1.5)
    context = multiprocessing.get_context("fork")
    is_over = context.Event()
    burners = [context.Process(target=burn, args=(is_over,), daemon=True) for _ in range(6)]
    for burner in burners:
        burner.start()
    try:
        verdicts = verifier.verify_batch(answers, [PROBLEM] * len(answers))
    finally:
        is_over.set()
        for burner in burners:
            burner.join()
    assert [verdict.reason for verdict in verdicts] == list(EXPECTED.values()), verdicts


def test_a_batch_keeps_its_order_and_includes_answers_without_a_program() -> None:
    answers = [RIGHT, "no program", WRONG, "def f(:", RIGHT]
    verdicts = CodeVerifier().verify_batch(answers, [PROBLEM] * 5)
    assert [verdict.reason for verdict in verdicts] == [
        Reason.EQUAL,
        Reason.NO_ANSWER,
        Reason.DIFFERENT,
        Reason.UNREADABLE,
        Reason.EQUAL,
    ]
    assert CodeVerifier().verify_batch([], []) == []
