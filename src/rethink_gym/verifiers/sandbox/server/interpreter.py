"""How to start a Python interpreter that inherits nothing from the process that starts it."""

import os
import sys
from pathlib import Path

__all__ = ["ENVIRONMENT", "SOURCE_FOLDERS", "command", "installed_packages", "interpreter"]

ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # the order in a set must not change a verdict
    "MALLOC_ARENA_MAX": "1",  # each arena of libc takes 64 MiB of a program's address space
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""The whole environment of a program, apart from the variables that name its directory."""

_SERVER = Path(__file__).parent

SOURCE_FOLDERS = tuple(str(_SERVER.parent / name) for name in ("kernel", "protocol", "server"))
"""The source of everything that runs in the confined process; the grading is not in it."""

_PACKAGE_FOLDERS = ("site-packages", "dist-packages")


def command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of the sandbox in a light interpreter.

    Args:
        module: The module, such as ``"server.fork_server"``.
        arguments: The arguments of its `main`.
    """
    return [interpreter(), "-s", "-P", "-S", str(_SERVER / "launch.py"), module, *arguments]


def interpreter() -> str:
    """Return the interpreter that the virtual environment of this process was made from."""
    return os.path.realpath(sys.executable)


def installed_packages() -> list[str]:
    """Return the directories of the packages that this interpreter can import."""
    return [path for path in sys.path if os.path.basename(path) in _PACKAGE_FOLDERS]
