"""The bubblewrap command line of a container for one program."""

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
    """Return the words to put before a command that is to run in a container.

    Args:
        readable: Files and directories that are visible in it, read-only.
        devices: Device files that are visible in it.
        disk_bytes: Size of its directory `DISK`.
        info: Descriptor to which bubblewrap writes the process id, as JSON.
        is_root: Whether the caller is root. If so, the command itself must become another
            user; otherwise a user namespace hides the user id.
    """
    links = [path for path in _LOADER_FOLDERS if os.path.islink(path)]
    folders = [path for path in _LOADER_FOLDERS if os.path.isdir(path) and path not in links]
    binds: list[str] = []
    for path in links:
        binds += ["--symlink", os.readlink(path), path]
    # Made explicitly, since bubblewrap may close the directories above a bind to other users.
    for path in _ancestors([*folders, *readable, *devices]):
        binds += ["--perms", "0755", "--dir", path]
    for path in [*folders, *readable]:
        binds += ["--ro-bind", path, path]
    for path in devices:
        binds += ["--dev-bind", path, path]
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
        *binds,
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
    """Return all directories above the paths, the outermost first."""
    ancestors = set()
    for path in paths:
        above = os.path.dirname(path)
        while above not in ancestors and above != "/":
            ancestors.add(above)
            above = os.path.dirname(above)
    return sorted(ancestors)
