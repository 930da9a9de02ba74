"""Finds out, by running a program at each level, how this machine can isolate programs."""

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
        reason: Why the level is not available, with the remedy; empty if it is.
    """

    level: Level
    is_available: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The means of isolation on this machine.

    Attributes:
        system: The operating system and the version of its kernel.
        machine: The processor.
        landlock: Version of the Landlock interface of the kernel; 0 if it has no Landlock.
        has_seccomp: Whether the kernel can filter system calls.
        namespaces: Why the level "default" has no namespaces; empty if it has them.
        bubblewrap: Path of bubblewrap; None if it is not installed.
        is_root: Whether this process may become another user.
        user: The user id that programs run as at the level "default"; None if that level
            is not available here.
        levels: One report per level, the strongest level first.
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
    """Try every level, which takes about half a second.

    Returns:
        The means of isolation on this machine.
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
    """Try to run a program at a level.

    Args:
        level: The level.

    Returns:
        Whether that worked, and if not, why.
    """
    try:
        check_level(level)
        _run(level, use_namespaces=None)
    except RethinkError as error:
        return LevelReport(level, False, str(error))
    return LevelReport(level, True, "")


def _run(level: Level, *, use_namespaces: bool | None) -> int | None:
    """Run a program without a job, which ends at once; return the user id that it ran as."""
    # Imported here because its modules do not exist on Windows.
    from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox

    sandbox = Sandbox(level, use_namespaces=use_namespaces)
    try:
        with sandbox.start(b"", Limits()) as session:
            session.receive_rest()
        return sandbox.user
    finally:
        sandbox.close()


def _try_namespaces() -> tuple[str, int | None]:
    """Return why there are no namespaces (empty if there are), and the programs' user id."""
    reason = ""
    for use_namespaces in (True, False):
        try:
            check_level(Level.DEFAULT)
            return reason, _run(Level.DEFAULT, use_namespaces=use_namespaces)
        except RethinkError as error:
            reason = reason or str(error)
    return reason, None


def _ask_kernel() -> tuple[int, bool, bool]:
    """Return the version of Landlock, whether there is seccomp, and whether this is root."""
    if sys.platform != "linux":
        return 0, False, sys.platform != "win32" and os.geteuid() == 0
    from rethink_gym.verifiers.sandbox.kernel import landlock, privilege

    has_seccomp = os.path.exists("/proc/sys/kernel/seccomp/actions_avail")
    return landlock.abi(), has_seccomp, privilege.can_change_user()
