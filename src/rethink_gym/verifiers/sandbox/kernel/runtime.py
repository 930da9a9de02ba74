"""The files that a program may read: the standard library, its shared libraries, devices."""

import os
import sys
from collections.abc import Iterable

__all__ = ["DEVICES", "check_readable", "library_paths", "standard_folders", "visible_paths"]

DEVICES = tuple(
    path
    for path in ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
    if os.path.exists(path)
)
"""The devices that a program may use."""

_STANDARD = os.path.dirname(os.__file__)
_SHARED = ("/usr/share/zoneinfo", "/etc/ld.so.cache")
_PACKAGE_FOLDERS = ("site-packages", "dist-packages")


def visible_paths(packages: Iterable[str]) -> list[str]:
    """Return the files and directories that must be visible to a program.

    Args:
        packages: Directories of installed packages.

    Returns:
        Existing files and directories, none of them inside another.
    """
    paths = {*standard_folders(), *_linked_folders(), *packages, *_SHARED}
    outermost: list[str] = []
    for path in sorted(filter(os.path.exists, paths)):
        if not any(_is_within(path, other) for other in outermost):
            outermost.append(path)
    return outermost


def standard_folders() -> list[str]:
    """Return the directories of the standard library, without installed packages."""
    inner = [path for path in sys.path if _is_within(path, _STANDARD) and os.path.isdir(path)]
    return sorted(
        {_STANDARD, *(path for path in inner if os.path.basename(path) not in _PACKAGE_FOLDERS)}
    )


def check_readable() -> None:
    """Check that this process, under its present user id, can read the standard library.

    Raises:
        OSError: If it cannot, with the remedy.
    """
    if not os.access(os.path.join(_STANDARD, "os.py"), os.R_OK):
        raise OSError(
            f"an unprivileged user cannot read {_STANDARD}, which it must do without namespaces; "
            "use a Python that all users can read"
        )


def library_paths() -> list[str]:
    """Return the files and directories of the standard library and its shared libraries.

    Installed packages are left out, although they are often in the same directory.
    """
    paths = list(_SHARED)
    for folder in standard_folders():
        paths += [
            os.path.join(folder, name)
            for name in os.listdir(folder)
            if name not in _PACKAGE_FOLDERS
        ]
    for folder in _linked_folders():
        if any(_is_within(inner, folder) for inner in standard_folders()):
            names = [name for name in os.listdir(folder) if ".so" in name]
            paths += [os.path.join(folder, name) for name in names]
        else:
            paths.append(folder)
    return [path for path in paths if os.path.exists(path)]


def _linked_folders() -> list[str]:
    """Return the directories of the shared libraries that this process has loaded."""
    folders = set()
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            path = line.rstrip("\n").partition("/")[2]
            if ".so" in path:
                folders.add(os.path.dirname(f"/{path}"))
    standard = standard_folders()
    return [
        path
        for path in sorted(folders)
        if not any(_is_within(path, folder) for folder in standard)
        and not any(f"/{name}" in path for name in _PACKAGE_FOLDERS)
    ]


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
