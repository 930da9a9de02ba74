"""What a program keeps on the disk, and how many threads it has, seen from outside.

In namespaces the kernel bounds both; elsewhere the fork server looks, often.
"""

import os
import stat

from rethink_gym.verifiers.sandbox.scratch import Scratch

__all__ = ["disk_bytes", "num_threads"]

_BLOCK_BYTES = 512
_DELETED = " (deleted)"


def num_threads(pid: int) -> int:
    """Count the threads of a process; 0 if it is gone."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except OSError:
        return 0


def disk_bytes(pid: int, scratch: Scratch) -> int:
    """Count what a program keeps: files with a name, and those that it holds without one.

    Args:
        pid: The program.
        scratch: Its directory.

    Returns:
        Bytes on the disk.
    """
    return scratch.size() + _open_bytes(pid) + _mapped_bytes(pid)


def _open_bytes(pid: int) -> int:
    """Count files that are open and have no name any more."""
    found = {}
    try:
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            status = os.stat(f"/proc/{pid}/fd/{descriptor}")
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                found[status.st_ino] = status.st_blocks * _BLOCK_BYTES
    except OSError:
        pass  # closed, or gone, while we looked
    return sum(found.values())


def _mapped_bytes(pid: int) -> int:
    """Count files that are in memory and have no name any more."""
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
