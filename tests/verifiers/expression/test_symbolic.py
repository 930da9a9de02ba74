"""The worker that runs sympy: killed in time, replaced, never shared with a child."""

import multiprocessing
import os
import threading
import time

import pytest

from rethink_gym.verifiers.expression import symbolic
from rethink_gym.verifiers.expression.parser import parse
from rethink_gym.verifiers.expression.symbolic import are_symbolically_equal
from rethink_gym.verifiers.expression.tree import TimedOutError, UndecidedError, UnreadableError

INTEGRAL = parse(r"\int_0^1 x^2\,dx")
THIRD = parse("1/3")
ENDLESS = parse("2^{1000000000}-2^{1000000000}+5")


def test_sympy_decides_what_evaluation_cannot() -> None:
    assert are_symbolically_equal(INTEGRAL, THIRD, 5.0)
    assert not are_symbolically_equal(INTEGRAL, parse("1/4"), 5.0)


def test_a_question_that_takes_too_long_ends_at_its_deadline_and_the_next_is_answered() -> None:
    are_symbolically_equal(INTEGRAL, THIRD, 5.0)
    started = time.monotonic()
    with pytest.raises(TimedOutError, match="took longer"):
        are_symbolically_equal(ENDLESS, THIRD, 0.3)
    assert time.monotonic() - started < 2.0
    assert are_symbolically_equal(INTEGRAL, THIRD, 5.0)


def test_threads_may_ask_at_once() -> None:
    answers: list[bool] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(are_symbolically_equal(INTEGRAL, THIRD, 5.0))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 4


def test_a_killed_worker_is_replaced() -> None:
    are_symbolically_equal(INTEGRAL, THIRD, 5.0)
    worker = symbolic._owner.worker
    assert worker is not None
    worker.process.kill()
    worker.process.wait()
    with pytest.raises(TimedOutError):
        are_symbolically_equal(INTEGRAL, THIRD, 0.5)
    assert are_symbolically_equal(INTEGRAL, THIRD, 5.0)


def ask_in_child(answers: "multiprocessing.Queue[tuple[bool, int]]") -> None:
    equal = are_symbolically_equal(INTEGRAL, THIRD, 5.0)
    worker = symbolic._owner.worker
    answers.put((equal, worker.process.pid if worker else 0))
    symbolic._owner.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings(
    "ignore:.*fork:DeprecationWarning"
)  # forking beside threads is the point
def test_a_forked_child_starts_a_worker_of_its_own() -> None:
    are_symbolically_equal(INTEGRAL, THIRD, 5.0)
    worker = symbolic._owner.worker
    assert worker is not None
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=ask_in_child, args=(answers,))
    child.start()
    equal, pid = answers.get(timeout=30)
    child.join()
    assert equal
    assert pid not in (0, worker.process.pid)
    assert are_symbolically_equal(INTEGRAL, THIRD, 5.0)
    assert symbolic._owner.worker is worker


def test_what_sympy_cannot_tell_is_undecided_and_what_is_no_value_unreadable() -> None:
    with pytest.raises(UndecidedError):
        are_symbolically_equal(parse(r"\int x\,dx"), THIRD, 5.0)
    with pytest.raises(UnreadableError):
        are_symbolically_equal(parse("(1,2)"), THIRD, 5.0)
