"""How strongly programs are isolated: the levels by name, and which of them a system can have.

A level is asked for by name and is never lowered: where it cannot be had, that is an
error with the remedy.
"""

import platform
import shutil
import sys
from enum import StrEnum

from rethink_gym.errors import SandboxError, check_choice
from rethink_gym.verifiers.sandbox.system_call import MACHINES

__all__ = ["Level", "check_level"]


class Level(StrEnum):
    """How strongly programs are isolated."""

    STRICT = "strict"
    """A bubblewrap container for each program, and within it all that "default" has."""
    DEFAULT = "default"
    """A process forked from a clean one, under Landlock, seccomp and the limits of the
    kernel, in namespaces where the machine allows them."""
    SEATBELT = "seatbelt"
    """The sandbox of macOS."""
    WEAK = "weak"
    """The limits of the kernel only: no protection from a hostile program."""


def check_level(level: str) -> Level:
    """Check that there is a level, and that this system is of the kind that can have it.

    Args:
        level: Its name.

    Returns:
        The level.

    Raises:
        ArgumentError: If there is none of that name; a near miss is suggested.
        SandboxError: If this system has no such level.
    """
    known = Level(check_choice("isolation", level, list(map(str, Level))))
    reason = _missing(known)
    if reason:
        raise SandboxError(f"The sandbox has no level {str(known)!r} here: {reason}")
    return known


def _missing(level: Level) -> str:
    """Say what a level lacks on this kind of system, and the remedy; empty if nothing."""
    if sys.platform not in ("linux", "darwin"):
        return (
            f"programs can be run on Linux and macOS only, and this is {platform.system()}. "
            "Use WSL 2 or a Linux container."
        )
    if level is Level.SEATBELT and sys.platform != "darwin":
        return 'it is the sandbox of macOS. Use "default".'
    if level in (Level.STRICT, Level.DEFAULT):
        if sys.platform != "linux":
            return 'it needs Linux. Use "seatbelt", the sandbox of macOS.'
        if platform.machine() not in MACHINES:
            return (
                f"system calls are known on {' and '.join(MACHINES)}, and this is "
                f"{platform.machine()}."
            )
    if level is Level.STRICT and shutil.which("bwrap") is None:
        return "bubblewrap is not installed. Install it, as by `apt install bubblewrap`."
    if level is Level.SEATBELT and shutil.which("sandbox-exec") is None:
        return "the command sandbox-exec is missing from the PATH, usually in /usr/bin."
    return ""
