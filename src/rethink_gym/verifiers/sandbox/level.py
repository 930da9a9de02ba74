"""Isolation levels of programs, and which of them a system supports.

A level is requested by name and never lowered. If it is not available, that is an error
with the remedy.
"""

import platform
import shutil
import sys
from enum import StrEnum

from rethink_gym.errors import SandboxError, check_choice
from rethink_gym.verifiers.sandbox.kernel.system_call import MACHINES

__all__ = ["Level", "check_level"]


class Level(StrEnum):
    """Isolation level of programs, the strongest first."""

    STRICT = "strict"
    """A bubblewrap container for each program, and inside it everything of "default"."""
    DEFAULT = "default"
    """A process forked from a clean one, under Landlock, seccomp and resource limits, in
    namespaces if the machine allows them."""
    SEATBELT = "seatbelt"
    """The macOS sandbox, and resource limits."""
    WEAK = "weak"
    """Resource limits only: no protection from a hostile program."""


def check_level(level: str) -> Level:
    """Check the name of a level, and that this kind of system supports it.

    Args:
        level: Name of the level.

    Returns:
        The level.

    Raises:
        ArgumentError: If ``level`` is not the name of a level; a near miss is suggested.
        SandboxError: If this system does not support the level.
    """
    known = Level(check_choice("isolation", level, list(map(str, Level))))
    reason = _unavailable_reason(known)
    if reason:
        raise SandboxError(f"The sandbox level {str(known)!r} is not available here: {reason}")
    return known


def _unavailable_reason(level: Level) -> str:
    """Return why this kind of system does not support a level, with the remedy, else ``""``."""
    if sys.platform not in ("linux", "darwin"):
        return (
            f"programs can be run only on Linux and macOS, and this is {platform.system()}. "
            "Use WSL 2 or a Linux container."
        )
    if level is Level.SEATBELT and sys.platform != "darwin":
        return 'it needs macOS. Use "default".'
    if level in (Level.STRICT, Level.DEFAULT):
        if sys.platform != "linux":
            return 'it needs Linux. Use "seatbelt", the macOS sandbox.'
        if platform.machine() not in MACHINES:
            return (
                f"it needs a processor of type {' or '.join(MACHINES)}, and this is "
                f"{platform.machine()}."
            )
    if level is Level.STRICT and shutil.which("bwrap") is None:
        return "bubblewrap is not installed. Install it, for example `apt install bubblewrap`."
    if level is Level.SEATBELT and shutil.which("sandbox-exec") is None:
        return "the command sandbox-exec, usually in /usr/bin, is not in the PATH."
    return ""
