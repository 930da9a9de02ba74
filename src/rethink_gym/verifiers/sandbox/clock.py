"""How much of its time a program has used, read from outside while it runs."""

import os
import re
import time

__all__ = ["cpu_s", "pid_of", "waiting_s"]


def pid_of(pidfd: int) -> int:
    """Return the process id behind a descriptor, as this process counts; -1 if it is gone.

    Args:
        pidfd: The descriptor of a process.
    """
    with open(f"/proc/self/fdinfo/{pidfd}", encoding="ascii") as info:
        found = re.search(r"^Pid:\s*(-?\d+)$", info.read(), re.MULTILINE)
    return int(found[1]) if found else -1


def cpu_s(pid: int) -> float:
    """Return the CPU seconds that all threads of a process have used, 0 if it is gone.

    Args:
        pid: The process, of this Linux machine.
    """
    if pid <= 0:
        return 0.0
    try:
        return time.clock_gettime((~pid << 3) | 2)  # the id that clock_getcpuclockid(3) makes
    except OSError:
        return 0.0


def waiting_s(pid: int) -> float:
    """Return the seconds in which the threads of a process were ready and got no processor.

    Args:
        pid: The process.

    Returns:
        The sum over the threads that are alive, 0 where the kernel keeps no such books.
    """
    total_ns = 0
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
                total_ns += int(file.read().split()[1])
    except (OSError, IndexError):
        pass  # the thread or the process has ended, or there are no such books
    return total_ns * 1e-9
