"""The command of bubblewrap that makes a container for one program."""

import os
import shutil
from collections.abc import Sequence

__all__ = ["DISK", "container"]

DISK = "/disk"
"""The directory in memory, within the container."""

_LOADER_FOLDERS = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64")
_ROOT_CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")


def container(
    *,
    readable: Sequence[str],
    devices: Sequence[str],
    disk_bytes: int,
    info: int,
    is_root: bool,
) -> list[str]:
    """Return the command to put before the one that is to run in a container.

    Args:
        readable: Files and directories to be seen in it, read-only.
        devices: Device files to be seen in it.
        disk_bytes: The size of its directory `DISK`.
        info: The descriptor to which bubblewrap tells the process id, as JSON.
        is_root: Whether root calls; then the command itself must become another user,
            else a user namespace hides who one is.
    """
    links = [path for path in _LOADER_FOLDERS if os.path.islink(path)]
    folders = [path for path in _LOADER_FOLDERS if os.path.isdir(path) and path not in links]
    shown: list[str] = []
    for path in links:
        shown += ["--symlink", os.readlink(path), path]
    for path in _ancestors([*folders, *readable, *devices]):
        shown += ["--perms", "0755", "--dir", path]
    for path in [*folders, *readable]:
        shown += ["--ro-bind", path, path]
    for path in devices:
        shown += ["--dev-bind", path, path]
    user = ["--unshare-user"]
    if is_root:
        user = [word for name in _ROOT_CAPABILITIES for word in ("--cap-add", name)]
    return [
        shutil.which("bwrap") or "bwrap",
        *user,
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--hostname",
        "sandbox",
        "--die-with-parent",
        "--new-session",
        "--info-fd",
        str(info),
        *shown,
        "--perms",
        "0777",
        "--size",
        str(disk_bytes),
        "--tmpfs",
        DISK,
        "--remount-ro",
        "/",
        "--chdir",
        "/",
        "--",
    ]


def _ancestors(paths: Sequence[str]) -> list[str]:
    """Return the directories above, the outermost first; bubblewrap would lock them."""
    found = set()
    for path in paths:
        above = os.path.dirname(path)
        while above not in found and above != "/":
            found.add(above)
            above = os.path.dirname(above)
    return sorted(found)
