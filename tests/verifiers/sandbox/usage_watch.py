"""Samples the resources of all processes while a program is verified."""

import contextlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Usage", "Watch", "cpu_pressure_s", "processes"]

_EVERY_S = 0.02
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """The resources of all processes of this namespace at one moment.

    Attributes:
        threads: All threads of all processes.
        memory_bytes: Resident memory of all of them; shared memory counts for each.
        disk_bytes: Bytes stored on the memory file systems that any of them sees.
    """

    threads: int
    memory_bytes: int
    disk_bytes: int


class Watch:
    """Samples usage in a thread; `growth` is the maximum of each above the first sample."""

    def __init__(self) -> None:
        self._first = self._maximum = Usage(0, 0, 0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        self._first = self._maximum = _usage()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def growth(self) -> Usage:
        """The maximum of each resource above the first sample."""
        return Usage(
            self._maximum.threads - self._first.threads,
            self._maximum.memory_bytes - self._first.memory_bytes,
            self._maximum.disk_bytes - self._first.disk_bytes,
        )

    def _sample(self) -> None:
        while not self._stop.wait(_EVERY_S):
            now, maximum = _usage(), self._maximum
            self._maximum = Usage(
                max(now.threads, maximum.threads),
                max(now.memory_bytes, maximum.memory_bytes),
                max(now.disk_bytes, maximum.disk_bytes),
            )


def processes() -> dict[int, str]:
    """Return the command lines of all living processes of this namespace, by id."""
    found = {}
    for pid in _pids():
        with contextlib.suppress(OSError):
            if _stat(pid)[0] not in (b"Z", b"X"):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                found[pid] = b" ".join(words).decode(errors="replace")[:120].strip()
    return found


def cpu_pressure_s() -> float:
    """Return the seconds in which any process waited for a processor, since the start."""
    try:
        line = Path("/proc/pressure/cpu").read_text().split("\n", 1)[0]
    except OSError:
        return 0.0
    return int(line.rpartition("total=")[2]) / 1e6


def _usage() -> Usage:
    threads = memory = 0
    disks: dict[str, int] = {}
    for pid in _pids():
        with contextlib.suppress(OSError):
            fields = _stat(pid)
            threads += int(fields[17])
            memory += int(fields[21]) * _PAGE
            _add_disks(pid, disks)
    return Usage(threads, memory, sum(disks.values()))


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid: int) -> list[bytes]:
    """Return the fields of ``/proc/PID/stat``, beginning with the state."""
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2].split()


def _add_disks(pid: int, disks: dict[str, int]) -> None:
    """Measure each memory file system that a process sees, once."""
    for line in Path(f"/proc/{pid}/mountinfo").read_text(errors="replace").splitlines():
        fields = line.split()
        if fields[fields.index("-") + 1] == "tmpfs" and fields[2] not in disks:
            with contextlib.suppress(OSError):
                status = os.statvfs(f"/proc/{pid}/root{fields[4]}")
                disks[fields[2]] = (status.f_blocks - status.f_bfree) * status.f_frsize
