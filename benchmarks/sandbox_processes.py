"""The processes that verify programs: their ids, CPU time, memory and descriptors."""

import contextlib
import os
from pathlib import Path

from rethink_gym.verifiers.worker_pool import shared_pool

__all__ = ["cpu_times", "family", "holdings"]

_TICK = os.sysconf("SC_CLK_TCK")


def family() -> dict[int, str]:
    """Return the kind of each process: the caller, grader processes, fork servers."""
    graders = set(shared_pool("code").pids)
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(_fields(path)[1])
    kinds = {os.getpid(): "caller", **dict.fromkeys(graders, "grader processes")}
    for pid in parents.keys() - kinds.keys():
        above = pid
        while above and above not in graders:
            above = parents.get(above, 0)
        if above:
            kinds[pid] = "fork servers"
    return kinds


def cpu_times() -> dict[str, float]:
    """Return the CPU seconds of each kind of process, and of the programs that have ended."""
    spent = {"caller": 0.0, "grader processes": 0.0, "fork servers": 0.0, "programs": 0.0}
    for pid, name in family().items():
        fields = _fields(Path(f"/proc/{pid}/stat"))
        spent[name] += (int(fields[11]) + int(fields[12])) / _TICK
        if name == "fork servers":
            spent["programs"] += (int(fields[13]) + int(fields[14])) / _TICK
    return spent


def holdings() -> dict[str, int]:
    """Return the memory of each kind of process, and the number of descriptors and processes."""
    memory = {"caller": 0, "grader processes": 0, "fork servers": 0}
    peak = 0
    descriptors = 0
    processes = family()
    for pid, name in processes.items():
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                memory[name] += int(line.split()[1])
            elif line.startswith("VmHWM:"):
                peak += int(line.split()[1])
        try:
            descriptors += len(os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            continue
    return {
        **{f"memory of {name}, KiB": value for name, value in memory.items()},
        "peak memory of all of them, KiB": peak,
        "processes": len(processes),
        "descriptors": descriptors,
    }


def _fields(path: Path) -> list[bytes]:
    """Return the fields of a ``stat`` file of a process, beginning with its state."""
    return path.read_bytes().rpartition(b") ")[2].split()
