"""One program in a process of its own that was started for it, confined as its level asks."""

import json
import os
import sys
from typing import Any

from rethink_gym.verifiers.sandbox import privilege, rlimit, system_call
from rethink_gym.verifiers.sandbox.confinement import (
    Confinement,
    become_program,
    prepare_process,
)
from rethink_gym.verifiers.sandbox.scratch import Scratch

__all__ = ["IS_READY", "main"]

IS_READY = b"ready"
"""Written to standard error; anything else there is the reason why not."""

_NULL, _ERRORS = 0, 2


def main(arguments: list[str]) -> None:
    """Confine this process, and become the program.

    Args:
        arguments: One text of JSON: ``readable`` and ``writable`` (descriptors),
            ``limits`` (in hexadecimal), ``has_packages``, ``packages``, ``library`` (what
            may be read; null where this process itself puts on nothing but limits),
            ``scratch`` (the directory to write in, or to make one in if there is a
            library), ``user_seed``.
    """
    config = json.loads(arguments[0])
    try:
        _confine(config)
    except OSError as error:
        os.write(_ERRORS, str(error).encode())
        return
    os.write(_ERRORS, IS_READY)
    os.dup2(_NULL, _ERRORS)
    become_program(config["readable"], config["writable"])


def _confine(config: dict[str, Any]) -> None:
    limits = bytes.fromhex(config["limits"])
    if config["library"] is None:
        prepare_process(config["scratch"])
        os.chdir(config["scratch"])
        if config["has_packages"]:
            sys.path += config["packages"]
        rlimit.apply(limits)
        if sys.platform == "linux":
            system_call.end_with_parent()
        return
    privilege.drop(config["user_seed"])
    system_call.end_with_parent()
    scratch = Scratch(config["scratch"])
    prepare_process(scratch.path)
    confinement = Confinement(
        library=config["library"],
        packages=config["packages"],
        scratch=scratch,
        is_root_private=True,
    )
    confinement.put_on(limits, has_packages=config["has_packages"])
