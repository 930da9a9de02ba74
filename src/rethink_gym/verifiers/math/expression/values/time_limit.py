"""Limit the CPU time that a thread spends on evaluation."""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["cpu_left_s", "limited_cpu", "uncounted"]

_LOCAL = threading.local()


@contextmanager
def limited_cpu(seconds: float) -> Iterator[None]:
    """Limit the CPU seconds of evaluation in this thread, inside the context."""
    before: float = getattr(_LOCAL, "deadline", math.inf)
    _LOCAL.deadline = time.thread_time() + seconds
    try:
        yield
    finally:
        _LOCAL.deadline = before


def cpu_left_s() -> float:
    """Return the CPU seconds that are left in this thread; infinite without `limited_cpu`."""
    deadline: float = getattr(_LOCAL, "deadline", math.inf)
    return deadline - time.thread_time()


@contextmanager
def uncounted() -> Iterator[None]:
    """Exclude the CPU time inside the context, such as an import, from the limit."""
    started = time.thread_time()
    try:
        yield
    finally:
        deadline: float = getattr(_LOCAL, "deadline", math.inf)
        _LOCAL.deadline = deadline + time.thread_time() - started
