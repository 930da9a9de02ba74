"""Time that a running program has used, read from outside."""

import os
import re
import time

__all__ = ["cpu_s", "pid_of", "waiting_s"]


def pid_of(pidfd: int) -> int:
    """Return the id of the process that a pidfd refers to, as this process sees it.

    Args:
        pidfd: The descriptor.

    Returns:
        The process id; -1 if the process has ended.
    """
    with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as info:
        match = re.search(r"^Pid:\s*(-?\d+)$", info.read(), re.MULTILINE)
    return int(match[1]) if match else -1


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that all threads of a process have used.

    Args:
        pid: The process, on this Linux machine.

    Returns:
        Seconds; 0 if the process has ended.
    """
    if pid <= 0:
        return 0.0
    try:
        return time.clock_gettime((~pid << 3) | 2)  # the id that clock_getcpuclockid(3) makes
    except OSError:
        return 0.0


def waiting_s(pid: int) -> float:
    """Return the seconds in which the threads of a process were ready but had no processor.

    Args:
        pid: The process.

    Returns:
        The sum over the threads that are alive; 0 if the kernel does not record it.
    """
    total_ns = 0
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
                total_ns += int(file.read().split()[1])
    except (OSError, IndexError):
        pass  # the thread or the process has ended, or the kernel has no such file
    return total_ns * 1e-9
