"""Landlock: rules for files, network and signals that a process applies to itself.

References:
    Linux, Documentation/userspace-api/landlock.rst.
"""

import os
import struct
from collections.abc import Iterable

from rethink_gym.verifiers.sandbox.kernel.system_call import call

__all__ = ["abi", "make_ruleset", "restrict"]

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (
    1 << bit for bit in range(6)
)
_MAKE_DIR, _MAKE_REG = 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14

_READ = _READ_FILE | _READ_DIR
_DEVICE = _READ_FILE | _WRITE_FILE
_SCRATCH = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG
_SCRATCH |= _REFER | _TRUNCATE
_OF_FILES = _READ_FILE | _WRITE_FILE | _EXECUTE | _TRUNCATE

_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""Number of file rights in each version of the interface; later versions add none."""

_TCP_SINCE, _SCOPES_SINCE = 4, 6
_ALL_TCP, _ALL_SCOPES = 0b11, 0b11

_VERSION_FLAG = 1
_PATH_BENEATH = 1


def abi() -> int:
    """Return the version of the Landlock interface of this kernel; 0 if it has no Landlock."""
    try:
        return call("landlock_create_ruleset", None, 0, _VERSION_FLAG)
    except OSError:
        return 0


def make_ruleset(
    *,
    readable: Iterable[str],
    listable: Iterable[str],
    scratch: str,
    devices: Iterable[str],
    version: int | None = None,
) -> int:
    """Make a ruleset that denies everything except what is named.

    Args:
        readable: Files and directory trees that may be read; missing ones are skipped.
        listable: Directory trees whose names may be listed.
        scratch: Directory in which files and directories may be made and removed.
        devices: Device files that may be read and written.
        version: Version of the interface to use; that of the kernel if None.

    Returns:
        A descriptor for `restrict`; it may be used any number of times.

    Raises:
        OSError: If the kernel has no Landlock.
    """
    version = abi() if version is None else version
    known = (1 << _FILE_RIGHTS[max(1, min(version, 5))]) - 1
    attributes = struct.pack(
        "=QQQ",
        known,
        _ALL_TCP if version >= _TCP_SINCE else 0,
        _ALL_SCOPES if version >= _SCOPES_SINCE else 0,
    )
    size = 24 if version >= _SCOPES_SINCE else 16 if version >= _TCP_SINCE else 8
    ruleset = call("landlock_create_ruleset", attributes[:size], size, 0)
    for paths, rights in (
        (readable, _READ),
        (listable, _READ_DIR),
        ([scratch], _SCRATCH),
        (devices, _DEVICE),
    ):
        for path in filter(os.path.exists, paths):
            _allow(ruleset, path, rights & known)
    return ruleset


def restrict(ruleset: int) -> None:
    """Apply a ruleset to this thread and all its descendants, irrevocably.

    Args:
        ruleset: Descriptor from `make_ruleset`.

    Raises:
        OSError: If the kernel refuses, for example without `no_new_privs`.
    """
    call("landlock_restrict_self", ruleset, 0)


def _allow(ruleset: int, path: str, rights: int) -> None:
    beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, beneath)
        call("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(beneath)
