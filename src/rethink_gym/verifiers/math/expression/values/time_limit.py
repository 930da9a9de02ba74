"""The CPU time that a thread may spend on evaluation."""

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["cpu_left_s", "limited_cpu", "uncounted"]

_LOCAL = threading.local()


@contextmanager
def limited_cpu(seconds: float) -> Iterator[None]:
    """Let this thread evaluate for so many CPU seconds while the context lasts."""
    before: float = getattr(_LOCAL, "deadline", math.inf)
    _LOCAL.deadline = time.thread_time() + seconds
    try:
        yield
    finally:
        _LOCAL.deadline = before


def cpu_left_s() -> float:
    """Return the CPU seconds that `limited_cpu` leaves to this thread; infinite without it."""
    deadline: float = getattr(_LOCAL, "deadline", math.inf)
    return deadline - time.thread_time()


@contextmanager
def uncounted() -> Iterator[None]:
    """Do something, such as loading a library, on nobody's budget."""
    started = time.thread_time()
    try:
        yield
    finally:
        deadline: float = getattr(_LOCAL, "deadline", math.inf)
        _LOCAL.deadline = deadline + time.thread_time() - started
