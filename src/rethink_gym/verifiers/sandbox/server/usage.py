"""Disk space and threads of a running program, read from outside.

In namespaces the kernel limits both. Without them the fork server checks both every few
milliseconds.
"""

import os
import stat

from rethink_gym.verifiers.sandbox.kernel.scratch import Scratch

__all__ = ["disk_bytes", "num_threads"]

_BLOCK_BYTES = 512
_DELETED = " (deleted)"


def num_threads(pid: int) -> int:
    """Return the number of threads of a process; 0 if it has ended."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def disk_bytes(pid: int, scratch: Scratch) -> int:
    """Return the disk space of a program: named files, and deleted files that it still holds.

    Args:
        pid: The program.
        scratch: Its directory.

    Returns:
        Bytes on the disk.
    """
    return scratch.size() + _open_bytes(pid) + _mapped_bytes(pid)


def _open_bytes(pid: int) -> int:
    """Return the size of the open files that have no name any more."""
    bytes_of = {}  # by inode, since several descriptors may refer to one file
    try:
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            status = os.stat(f"/proc/{pid}/fd/{descriptor}")
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                bytes_of[status.st_ino] = status.st_blocks * _BLOCK_BYTES
    except OSError:
        pass  # closed, or the process has ended, in the meantime
    return sum(bytes_of.values())


def _mapped_bytes(pid: int) -> int:
    """Return the size of the memory-mapped files that have no name any more."""
    total = 0
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.rstrip("\n").endswith(_DELETED):
                    first, _, last = line.partition(" ")[0].partition("-")
                    total += int(last, 16) - int(first, 16)
    except OSError:
        pass
    return total
