"""Resource limits of a process, enforced by the kernel."""

import math
import resource
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rethink_gym.verifiers.sandbox.limits import Limits

__all__ = ["MAX_THREADS", "SIZE", "apply", "pack"]

MAX_THREADS = 60
"""Maximum number of threads of one program. Together with the processes of its container
there are fewer than 64."""

_STACK_BYTES = 64 * 2**20
"""Stack size for deep recursion; memory that is not touched costs nothing."""

_LAYOUT = struct.Struct("!qqqqqqqq")

SIZE = _LAYOUT.size
"""Length of the limits as packed by `pack`."""

_UNLIMITED = -1


def pack(limits: "Limits", *, can_count_threads: bool) -> bytes:
    """Encode the limits of one program, for the process that will `apply` them.

    Args:
        limits: The limits. The CPU time is rounded up and one second is added: the kernel
            kills at whole seconds, and the session measures the budget more exactly.
        can_count_threads: Whether the program has a user id of its own. The kernel counts
            threads per user, so it would also count those of other programs.

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
    """Apply the limits to this process, irrevocably.

    Args:
        packed: The limits, as encoded by `pack`.

    Raises:
        OSError: If the system refuses one of them.
    """
    for kind, limit in zip(_KINDS, _LAYOUT.unpack(packed), strict=True):
        if limit != _UNLIMITED:
            _lower(kind, limit)


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


def _lower(kind: int, limit: int) -> None:
    """Set the soft and the hard limit; keep a hard limit that is already lower."""
    try:
        resource.setrlimit(kind, (limit, limit))
    except (OSError, ValueError):
        if sys.platform != "linux" and kind == resource.RLIMIT_AS:
            return  # macOS has the name but refuses the value
        hard = resource.getrlimit(kind)[1]
        if hard == resource.RLIM_INFINITY or hard > limit:
            raise
        resource.setrlimit(kind, (hard, hard))
