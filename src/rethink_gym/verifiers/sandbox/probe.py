"""What this machine can do to isolate programs, found by trying."""

import os
import platform
import shutil
import sys
from dataclasses import dataclass

from rethink_gym.errors import RethinkError
from rethink_gym.verifiers.sandbox.level import Level, check_level
from rethink_gym.verifiers.sandbox.limits import Limits

__all__ = ["LevelReport", "Probe", "probe", "try_level"]


@dataclass(frozen=True, slots=True)
class LevelReport:
    """Whether programs can be run at a level.

    Attributes:
        level: The level.
        is_available: Whether a program ran.
        reason: Why not, with the remedy; empty if it did.
    """

    level: Level
    is_available: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What this machine can do.

    Attributes:
        system: The operating system and the version of its kernel.
        machine: The processor.
        landlock: The version of Landlock that the kernel speaks, 0 if none.
        has_seccomp: Whether the kernel filters system calls.
        namespaces: Why the level "default" has no namespaces; empty if it has.
        bubblewrap: Where bubblewrap lies; None if it is not installed.
        is_root: Whether this process may become another user.
        user: The user that programs are at the level "default"; None if there is no such
            level here.
        levels: A report on each level, the strongest first.
    """

    system: str
    machine: str
    landlock: int
    has_seccomp: bool
    namespaces: str
    bubblewrap: str | None
    is_root: bool
    user: int | None
    levels: tuple[LevelReport, ...]


def probe() -> Probe:
    """Try everything out, which takes about half a second.

    Returns:
        What was found.
    """
    landlock, has_seccomp, is_root = _ask_kernel()
    namespaces, user = _try_namespaces()
    return Probe(
        system=f"{platform.system()} {platform.release()}",
        machine=platform.machine(),
        landlock=landlock,
        has_seccomp=has_seccomp,
        namespaces=namespaces,
        bubblewrap=shutil.which("bwrap"),
        is_root=is_root,
        user=user,
        levels=tuple(map(try_level, Level)),
    )


def try_level(level: Level) -> LevelReport:
    """Run a program at a level.

    Args:
        level: The level.

    Returns:
        Whether that worked.
    """
    try:
        check_level(level)
        _run(level, use_namespaces=None)
    except RethinkError as error:
        return LevelReport(level, False, str(error))
    return LevelReport(level, True, "")


def _run(level: Level, *, use_namespaces: bool | None) -> int | None:
    """Run a program that has no job, and ends at once; return the user that it was."""
    from rethink_gym.verifiers.sandbox.session import Server  # not on Windows

    server = Server(level, use_namespaces=use_namespaces)
    try:
        with server.start(b"", Limits()) as session:
            session.receive_rest()
        return server.user
    finally:
        server.close()


def _try_namespaces() -> tuple[str, int | None]:
    """Say why there are none; and which user programs are."""
    reason = ""
    for use_namespaces in (True, False):
        try:
            check_level(Level.DEFAULT)
            return reason, _run(Level.DEFAULT, use_namespaces=use_namespaces)
        except RethinkError as error:
            reason = reason or str(error)
    return reason, None


def _ask_kernel() -> tuple[int, bool, bool]:
    """Return the version of Landlock, whether there is seccomp, whether this is root."""
    if sys.platform != "linux":
        return 0, False, sys.platform != "win32" and os.geteuid() == 0
    from rethink_gym.verifiers.sandbox import landlock, privilege

    has_seccomp = os.path.exists("/proc/sys/kernel/seccomp/actions_avail")
    return landlock.abi(), has_seccomp, privilege.can_change_user()
