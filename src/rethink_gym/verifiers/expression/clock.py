"""The CPU time that a thread may spend on evaluation."""

import math
import threading
import time

__all__ = ["cpu_left_s", "limit_cpu"]

_LOCAL = threading.local()


def limit_cpu(seconds: float) -> None:
    """Let this thread evaluate for so many CPU seconds from now on."""
    _LOCAL.deadline = time.thread_time() + seconds


def cpu_left_s() -> float:
    """Return the CPU seconds that `limit_cpu` left to this thread; infinite without it."""
    deadline: float = getattr(_LOCAL, "deadline", math.inf)
    return deadline - time.thread_time()
