"""Runs one module of this package in a fresh interpreter, without the packages above it.

``python -s -P -S launch.py server ...`` imports ``rethink_gym.verifiers.sandbox.server``
and calls its `main` with the arguments behind the name. The packages on the way there
are empty stand-ins: what they would import (environments, numerics) is neither needed
nor wanted in a process that must be small and clean.
"""

import importlib
import os
import sys
from types import ModuleType

__all__ = ["main"]

_PACKAGE = "rethink_gym.verifiers.sandbox"


def main() -> None:
    """Run the module that the first argument names."""
    folder = os.path.dirname(os.path.realpath(__file__))
    parts = _PACKAGE.split(".")
    for depth in range(len(parts), 0, -1):
        stand_in = ModuleType(".".join(parts[:depth]))
        stand_in.__path__ = [folder]
        sys.modules[stand_in.__name__] = stand_in
        folder = os.path.dirname(folder)
    importlib.import_module(f"{_PACKAGE}.{sys.argv[1]}").main(sys.argv[2:])


if __name__ == "__main__":
    main()
