"""The process of one program at every level but "default": it confines itself, then runs it."""

import json
import os
import sys
from typing import Any

from rethink_gym.verifiers.sandbox.kernel import privilege, rlimit, system_call
from rethink_gym.verifiers.sandbox.kernel.confinement import Confinement, prepare_process
from rethink_gym.verifiers.sandbox.kernel.scratch import Scratch
from rethink_gym.verifiers.sandbox.server.program import become_program

__all__ = ["IS_READY", "main"]

IS_READY = b"ready"
"""Written to standard error once the process is confined; any other text is the error."""

_NULL, _ERRORS = 0, 2


def main(arguments: list[str]) -> None:
    """Confine this process, and run the program in it.

    Args:
        arguments: One JSON text: ``readable`` and ``writable`` (descriptors), ``limits``
            (in hexadecimal), ``has_packages``, ``packages``, ``library`` (paths that may be
            read; null if this process applies nothing but limits), ``scratch`` (the
            directory to write in; with a library, the directory to make it in),
            ``user_seed``.
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
    confinement.apply(limits, has_packages=config["has_packages"])
