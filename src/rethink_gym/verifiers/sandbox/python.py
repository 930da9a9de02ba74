"""How a Python is started that knows nothing of its starter."""

import os
import sys
from pathlib import Path

__all__ = ["ENVIRONMENT", "FOLDER", "command", "installed_packages", "interpreter"]

ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # the order in a set must not change a verdict
    "MALLOC_ARENA_MAX": "1",  # each arena of libc takes 64 MiB of a program's address space
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""All that the environment of a program holds, but for the names of its directory."""

FOLDER = str(Path(__file__).parent)
"""Where this package lies."""

_PACKAGE_FOLDERS = ("site-packages", "dist-packages")


def command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this package in a light interpreter.

    Args:
        module: Its name within the package; its `main` gets the arguments.
        arguments: What it gets.
    """
    return [interpreter(), "-s", "-P", "-S", f"{FOLDER}/launch.py", module, *arguments]


def interpreter() -> str:
    """Return the interpreter behind this one's virtual environment."""
    return os.path.realpath(sys.executable)


def installed_packages() -> list[str]:
    """Return the directories of the packages that this interpreter can import."""
    return [path for path in sys.path if os.path.basename(path) in _PACKAGE_FOLDERS]
