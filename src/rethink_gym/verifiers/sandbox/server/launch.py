"""Run one module of the sandbox in a fresh interpreter, without the packages above it.

``python -s -P -S launch.py server.fork_server ...`` imports
``rethink_gym.verifiers.sandbox.server.fork_server`` and calls its `main` with the
arguments after the module name. The three packages on the way there are replaced by empty
stand-ins. What they would import (environments, numerics) is not needed, and would make
the process large and give a program more to look at.
"""

import importlib
import os
import sys
from types import ModuleType

__all__ = ["main"]

_PACKAGE = "rethink_gym.verifiers.sandbox"


def main() -> None:
    """Run the module that the first argument names."""
    # This file is in <sandbox>/server; one more `dirname` per level above it.
    folder = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    parts = _PACKAGE.split(".")
    for depth in range(len(parts), 0, -1):
        stand_in = ModuleType(".".join(parts[:depth]))
        stand_in.__path__ = [folder]
        sys.modules[stand_in.__name__] = stand_in
        folder = os.path.dirname(folder)
    importlib.import_module(f"{_PACKAGE}.{sys.argv[1]}").main(sys.argv[2:])


if __name__ == "__main__":
    main()
