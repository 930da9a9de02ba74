"""Namespaces of the fork server, with a root directory that holds nothing but the runtime.

The new root has read-only views of the runtime, a few devices, and a directory of limited
size in memory. It has no ``/proc``, no ``/etc``, no ``/home``, no network and no process
other than the server's own. There is no way back to the old root.
"""

import os
import socket
import struct
from collections.abc import Iterable

from rethink_gym.verifiers.sandbox.kernel.system_call import call

__all__ = ["DISK", "become_first_process", "build_root", "unshare"]

DISK = "/disk"
"""The directory in memory, within the new root."""

_NEW_MOUNT, _NEW_UTS, _NEW_IPC = 0x00020000, 0x04000000, 0x08000000
_NEW_USER, _NEW_PID, _NEW_NET = 0x10000000, 0x20000000, 0x40000000
_ALL_BUT_USER = _NEW_MOUNT | _NEW_UTS | _NEW_IPC | _NEW_PID | _NEW_NET

_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_EXECUTION, _REMOUNT = 1, 2, 4, 8, 32
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18
_DETACH = 2
_HERE, _ALL_BENEATH = -100, 0x8000

_MAX_FILES = 8192
_STAGE = "/proc"
"""The directory in which the new root is assembled; no part of the runtime is in it."""


def unshare(*, needs_user: bool) -> None:
    """Enter new namespaces. The one of process ids takes effect for children only.

    Args:
        needs_user: Whether to make a user namespace as well; without one, only root may
            make the others.

    Raises:
        OSError: If this machine does not allow namespaces.
    """
    user, group = os.getuid(), os.getgid()
    call("unshare", _ALL_BUT_USER | (_NEW_USER if needs_user else 0))
    if needs_user:
        for name, content in (
            ("setgroups", "deny"),
            ("gid_map", f"{group} {group} 1"),
            ("uid_map", f"{user} {user} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(content)
    socket.sethostname("sandbox")


def become_first_process() -> None:
    """Continue as the first process of the new process-id namespace.

    When this process ends, the kernel ends all others of the namespace. The calling
    process remains as its parent and waits for it.
    """
    child = os.fork()
    if child:
        os.closerange(3, 256)
        os.waitpid(child, 0)
        os._exit(0)


def build_root(*, readable: Iterable[str], devices: Iterable[str], disk_bytes: int) -> None:
    """Make a new root directory, switch to it, and detach the old one.

    Args:
        readable: Files and directories to bind read-only, under the same paths.
        devices: Device files to bind.
        disk_bytes: Size of the directory `DISK`.

    Raises:
        OSError: If a mount is refused.
    """
    _mount("none", "/", _RECURSIVE | _PRIVATE)
    _mount("tmpfs", _STAGE, _NO_SETUID | _NO_DEVICES | _NO_EXECUTION, "mode=755,size=1m")
    for path in readable:
        _bind(path, _NO_SETUID | _NO_DEVICES | _READ_ONLY)
    for path in devices:
        _bind(path, _NO_SETUID | _NO_EXECUTION)
    os.mkdir(_STAGE + DISK)
    options = f"mode=777,size={disk_bytes},nr_inodes={_MAX_FILES}"
    _mount("tmpfs", _STAGE + DISK, _NO_SETUID | _NO_DEVICES | _NO_EXECUTION, options)
    os.chdir(_STAGE)
    call("pivot_root", b".", b".")
    call("umount2", b".", _DETACH)
    os.chdir("/")
    flags = _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_DEVICES | _NO_EXECUTION
    _mount("none", "/", flags)


def _bind(path: str, attributes: int) -> None:
    """Bind a path and everything below it into the new root, with the same attributes."""
    target = _STAGE + path
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC))
    _mount(path, target, _BIND | _RECURSIVE)
    settings = struct.pack("=QQQQ", attributes, 0, 0, 0)
    call("mount_setattr", _HERE, target.encode(), _ALL_BENEATH, settings, len(settings))


def _mount(source: str, target: str, flags: int, options: str | None = None) -> None:
    kind = b"tmpfs" if source == "tmpfs" else None
    data = None if options is None else options.encode()
    call("mount", os.fsencode(source), os.fsencode(target), kind, flags, data)
