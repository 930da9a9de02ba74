"""Dropping the privileges of a process: its user id, its capabilities, new ones by exec."""

import ctypes
import os
import struct

from rethink_gym.verifiers.sandbox.kernel.system_call import call

__all__ = ["can_change_user", "drop", "show_to_own_user"]

_FIRST_USER = 0x70000000
_NUM_USERS = 0x1000000
_NOBODY = 65534

_SET_DUMPABLE, _DROP_BOUNDING, _SET_SECURE_BITS = 4, 24, 28
_SET_NO_NEW_PRIVILEGES, _AMBIENT, _CLEAR_ALL_AMBIENT = 38, 47, 4
_MAX_CAPABILITIES = 64
_ALL_SECURE_BITS = 0xEF  # the user id 0 gives no privileges, and each bit is locked
_CAPABILITY_VERSION = 0x20080522
_SET_USER_CAPABILITIES = 0b11000000  # CAP_SETGID, CAP_SETUID


def can_change_user() -> bool:
    """Return whether this process may become another user, as root may."""
    return _effective_capabilities() & _SET_USER_CAPABILITIES == _SET_USER_CAPABILITIES


def drop(user_seed: int | None = None) -> int:
    """Drop all capabilities and the ways to gain new ones; with a seed, also the user id.

    Args:
        user_seed: A number that no other server of this machine has now, such as its
            process id. This process becomes a user that owns nothing on the machine and
            that no other server has. The kernel then separates the programs of different
            servers and counts their threads separately. None keeps the user id.

    Returns:
        The user id.

    Raises:
        OSError: If the kernel refuses.
    """
    _try("prctl", _SET_SECURE_BITS, _ALL_SECURE_BITS)
    for capability in range(_MAX_CAPABILITIES):
        if not _try("prctl", _DROP_BOUNDING, capability):
            break
    _try("prctl", _AMBIENT, _CLEAR_ALL_AMBIENT, 0, 0, 0)
    if user_seed is not None:
        os.setgroups([])
        try:
            _become(_FIRST_USER + user_seed % _NUM_USERS)
        except OSError:  # in a container that maps only a few user ids
            _become(_NOBODY)
    call("capset", struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24))
    call("prctl", _SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call("prctl", _SET_DUMPABLE, 0, 0, 0, 0)
    return os.getuid()


def show_to_own_user() -> None:
    """Allow other processes of the same user to see the open files of this process.

    Raises:
        OSError: If the kernel refuses.
    """
    call("prctl", _SET_DUMPABLE, 1, 0, 0, 0)


def _become(user: int) -> None:
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _effective_capabilities() -> int:
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    data = ctypes.create_string_buffer(24)
    call("capget", header, data)
    low, high = struct.unpack_from("=I", data, 0)[0], struct.unpack_from("=I", data, 12)[0]
    return int(low | high << 32)


def _try(name: str, *arguments: int) -> bool:
    """Make a call that only a privileged process may make; return whether it succeeded."""
    try:
        call(name, *arguments)
    except OSError:
        return False
    return True
