"""The directory in which a program may write: one per server, emptied after each check."""

import os

__all__ = ["Scratch", "remove_tree"]

_BOX, _OWN_MODE = "box", 0o700
_ENTRY_BYTES = 4096


class Scratch:
    """A directory for one program at a time.

    Args:
        parent: An existing directory in which a new one is made.

    Attributes:
        disk: The new directory.
        path: The directory for the program, inside `disk`. It is kept from check to check,
            because the Landlock rules refer to the directory itself and not to its path.
    """

    def __init__(self, parent: str) -> None:
        self.disk = os.path.join(parent, f"rethink-{os.urandom(8).hex()}")
        os.mkdir(self.disk, _OWN_MODE)
        self.path = os.path.join(self.disk, _BOX)
        os.mkdir(self.path, _OWN_MODE)

    def clear(self) -> None:
        """Remove the files that a program left. Its processes must have ended.

        Raises:
            OSError: If something cannot be removed.
        """
        if not _is_empty(self.path):
            _empty(self.path, self.disk)

    def size(self) -> int:
        """Return the number of bytes that its files occupy on the disk."""
        total = 0
        waiting = [self.path]
        while waiting:
            try:
                with os.scandir(waiting.pop()) as entries:
                    for entry in entries:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512 + _ENTRY_BYTES
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
            except OSError:
                continue  # removed, or made unreadable by the program, in the meantime
        return total

    def remove(self) -> None:
        """Remove the directory and everything in it."""
        remove_tree(self.disk)


def remove_tree(folder: str) -> None:
    """Remove a directory with any contents.

    Args:
        folder: The directory. No process may be changing it.

    Raises:
        OSError: If something cannot be removed.
    """
    _empty(folder, folder)
    os.rmdir(folder)


def _empty(folder: str, disk: str) -> None:
    """Remove the contents of a directory, at any depth and with any file modes.

    Directories are moved to the top level before they are emptied, so that no path becomes
    too long for the kernel.
    """
    waiting = [folder]
    prefix, num_moved = os.path.join(disk, f"moved-{os.urandom(4).hex()}-"), 0
    while waiting:
        current = waiting.pop()
        os.chmod(current, _OWN_MODE)
        for entry in list(os.scandir(current)):
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
            elif current == disk:
                waiting.append(entry.path)
            else:
                os.chmod(entry.path, _OWN_MODE)
                num_moved += 1
                moved = f"{prefix}{num_moved}"
                os.rename(entry.path, moved)
                waiting.append(moved)
        if current != folder:
            os.rmdir(current)


def _is_empty(path: str) -> bool:
    try:
        with os.scandir(path) as entries:
            return next(entries, None) is None
    except PermissionError:
        return False  # unreadable, so it may have contents
