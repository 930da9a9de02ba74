"""Worker processes for slow answers: killed in time, replaced, never shared with a child."""

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rethink_gym.errors import VerifierError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import MathVerifier
from rethink_gym.verifiers.worker_pool import WorkerPool, shared_pool

LIMIT = r"\lim_{x\to0}\frac{\sin x}{x}"
ENDLESS = "2^{1000000000}-2^{1000000000}+5"
EQUALITY: dict[str, Any] = {}


def question(text: str, gold: str) -> dict[str, Any]:
    return {"text": text, "gold": gold, "equality": EQUALITY}


def verify_limit() -> bool:
    return MathVerifier(mode="answer").verify(LIMIT, Problem("test/0", "", "1")).correct


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(2)
    yield pool
    pool.close()
    assert pool.pids == []


def test_the_first_slow_answer_starts_a_worker_and_one_worker_serves_many(
    pool: WorkerPool,
) -> None:
    assert pool.pids == []
    replies = [pool.ask(question(LIMIT, gold), 5.0) for gold in ("1", "2", "1")]
    assert [reply["reason"] for reply in replies] == ["equal", "different", "equal"]
    assert len(pool.pids) == 1


def test_a_fast_answer_never_leaves_the_process() -> None:
    shared_pool().close()
    golds = ("7", r"2\sqrt3", "x^2+2x+1", "(1,2)", "5")
    answers = ("7", r"\sqrt{12}", "(x+1)^2", "(1,3)", "(")
    problems = [Problem("test/0", "", gold) for gold in golds]
    verdicts = MathVerifier(mode="answer").verify_batch(answers, problems)
    assert [verdict.correct for verdict in verdicts] == [True, True, True, False, False]
    assert shared_pool().pids == []


def test_a_question_that_takes_too_long_ends_at_its_limit_and_the_next_is_answered(
    pool: WorkerPool,
) -> None:
    pool.ask(question(LIMIT, "1"), 5.0)
    (pid,) = pool.pids
    started = time.monotonic()
    assert pool.ask(question(ENDLESS, "5"), 0.3)["reason"] == "timed_out"
    # 0.3 on an idle machine; on a busy one the wall limit ends it, 30 times the budget.
    assert time.monotonic() - started < 12.0
    assert pool.ask(question(LIMIT, "1"), 5.0)["reason"] == "equal"
    assert pool.pids == [pid]


def test_a_time_limit_counts_the_cpu_time_of_a_worker_not_the_time_it_waits(
    pool: WorkerPool,
) -> None:
    pool.ask(question(LIMIT, "1"), 5.0)
    (pid,) = pool.pids
    replies: list[dict[str, Any]] = []
    os.kill(pid, signal.SIGSTOP)
    thread = threading.Thread(target=lambda: replies.append(pool.ask(question(LIMIT, "1"), 0.5)))
    thread.start()
    time.sleep(0.8)  # longer than the budget
    os.kill(pid, signal.SIGCONT)
    thread.join()
    assert replies[0]["reason"] == "equal"


def test_a_batch_is_spread_over_the_workers_and_keeps_its_order(pool: WorkerPool) -> None:
    pool.ask_all([question(LIMIT, "1")] * 2, [5.0] * 2)
    assert len(pool.pids) == 2
    questions = [question(LIMIT, "1"), question(ENDLESS, "5"), question(LIMIT, "2")]
    replies = pool.ask_all(questions, [5.0, 0.2, 5.0])
    assert [reply["reason"] for reply in replies] == ["equal", "timed_out", "different"]


@pytest.mark.parametrize("is_asked", [False, True], ids=["idle", "while it works"])
def test_a_killed_worker_is_replaced_and_its_question_answered(
    pool: WorkerPool, is_asked: bool
) -> None:
    pool.ask(question(LIMIT, "1"), 5.0)
    (pid,) = pool.pids
    killer = threading.Timer(0.3 if is_asked else 0.0, os.kill, (pid, signal.SIGKILL))
    killer.start()
    if not is_asked:
        killer.join()
    asked = question(ENDLESS, "5") if is_asked else question(LIMIT, "1")
    reply = pool.ask(asked, 0.8)
    assert reply["reason"] == ("timed_out" if is_asked else "equal")
    assert pid not in pool.pids


def test_a_question_whose_workers_are_all_lost_is_an_error_and_not_incorrect(
    pool: WorkerPool,
) -> None:
    is_over = threading.Event()

    def kill_all() -> None:
        while not is_over.wait(0.05):
            for pid in pool.pids:
                os.kill(pid, signal.SIGKILL)

    pool.ask_all([question(LIMIT, "1")] * 2, [5.0] * 2)  # both are ready
    killer = threading.Thread(target=kill_all)
    killer.start()
    try:
        reason = pool.ask(question(ENDLESS, "5"), 30.0)["reason"]
    except VerifierError:  # killed before it was ready
        reason = "error"
    finally:
        is_over.set()
        killer.join()
    assert reason == "error"


def test_threads_may_ask_at_once(pool: WorkerPool) -> None:
    reasons: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: reasons.append(pool.ask(question(LIMIT, "1"), 5.0)["reason"])
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reasons == ["equal"] * 6
    assert len(pool.pids) <= 2


def test_coroutines_may_ask() -> None:
    async def verify_twice() -> list[bool]:
        return [verify_limit(), *await asyncio.gather(*[asyncio.to_thread(verify_limit)] * 1)]

    assert asyncio.run(verify_twice()) == [True, True]


def verify_in_child(answers: "multiprocessing.Queue[tuple[bool, list[int]]]") -> None:
    answers.put((verify_limit(), shared_pool().pids))
    shared_pool().close()


@pytest.mark.parametrize("is_daemon", [False, True], ids=["plain", "daemonic"])
@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # beside threads: the point
def test_a_child_process_starts_workers_of_its_own(method: str, is_daemon: bool) -> None:
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this system has no {method}")
    assert verify_limit()
    before = shared_pool().pids
    context: Any = multiprocessing.get_context(method)  # its type knows no Process
    answers = context.Queue()
    child = context.Process(target=verify_in_child, args=(answers,), daemon=is_daemon)
    child.start()
    correct, pids = answers.get(timeout=60)
    child.join()
    assert correct
    assert pids
    assert not set(pids) & set(before)
    assert verify_limit()
    assert shared_pool().pids == before


def test_a_bug_in_the_comparison_is_an_error_and_not_incorrect(pool: WorkerPool) -> None:
    reply = pool.ask({"text": "1", "gold": "1", "equality": {"no": "such"}}, 5.0)
    assert reply["reason"] == Reason.ERROR
