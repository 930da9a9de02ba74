"""The limits that the kernel itself holds a process to."""

import math
import resource
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rethink_gym.verifiers.sandbox.limits import Limits

__all__ = ["MAX_THREADS", "SIZE", "apply", "pack"]

MAX_THREADS = 60
"""Most threads of one program, where the kernel can count them; with the processes of a
container around it they stay below 64."""

_STACK_BYTES = 64 * 2**20
"""Room for deep recursion; what is not touched costs nothing."""

_LAYOUT = struct.Struct("!qqqqqqqq")

SIZE = _LAYOUT.size
"""The length of what `pack` returns."""

_UNLIMITED = -1


def pack(limits: "Limits", *, can_count_threads: bool) -> bytes:
    """Put the limits of one program into bytes, for the process that will `apply` them.

    Args:
        limits: The limits. The CPU time is rounded up, and a second more, because a kinder
            clock than the kernel's, which kills at whole seconds, stands before it.
        can_count_threads: Whether the user of the program is its own. The kernel counts
            threads per user, and would count other programs as well.

    Returns:
        `SIZE` bytes.
    """
    return _LAYOUT.pack(
        limits.memory_bytes,
        math.ceil(limits.time_s) + 1,
        limits.file_bytes,
        limits.max_open_files,
        min(_STACK_BYTES, limits.memory_bytes),
        0,
        0,
        MAX_THREADS if can_count_threads else _UNLIMITED,
    )


def apply(packed: bytes) -> None:
    """Hold this process to the limits; it cannot raise them again.

    Args:
        packed: What `pack` returned.

    Raises:
        OSError: If the system refuses one of them.
    """
    for kind, wanted in zip(_KINDS, _LAYOUT.unpack(packed), strict=True):
        if wanted != _UNLIMITED:
            _lower(kind, wanted)


_KINDS = (
    resource.RLIMIT_AS,
    resource.RLIMIT_CPU,
    resource.RLIMIT_FSIZE,
    resource.RLIMIT_NOFILE,
    resource.RLIMIT_STACK,
    resource.RLIMIT_CORE,
    resource.RLIMIT_MEMLOCK,
    resource.RLIMIT_NPROC,
)


def _lower(kind: int, wanted: int) -> None:
    """Set soft and hard limit, or leave the hard one that is lower already."""
    try:
        resource.setrlimit(kind, (wanted, wanted))
    except (OSError, ValueError):
        if sys.platform != "linux" and kind == resource.RLIMIT_AS:
            return  # macOS knows the name and refuses the value
        hard = resource.getrlimit(kind)[1]
        if hard == resource.RLIM_INFINITY or hard > wanted:
            raise
        resource.setrlimit(kind, (hard, hard))
