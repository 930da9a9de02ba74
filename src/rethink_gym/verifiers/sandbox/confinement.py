"""All that holds a program back, prepared once and put on in the process that becomes it."""

import gc
import os
import sys
from typing import NoReturn

from rethink_gym.verifiers.sandbox import (
    landlock,
    program,
    rlimit,
    runtime,
    seccomp,
    system_call,
)
from rethink_gym.verifiers.sandbox.scratch import Scratch

__all__ = ["Confinement", "become_program", "prepare_process"]

_READABLE, _WRITABLE = 3, 4
_MAX_DESCRIPTORS = 4096


class Confinement:
    """Rules for files and system calls, and the limits of the kernel.

    Args:
        library: What may be read by every program.
        packages: What may be read by programs that may import installed packages.
        scratch: The directory in which a program may write.
        is_root_private: Whether this process sees nothing but the runtime anyway, so
            that Landlock may be missing.

    Raises:
        OSError: If the kernel lacks what is needed, with the reason.
    """

    def __init__(
        self, *, library: list[str], packages: list[str], scratch: Scratch, is_root_private: bool
    ) -> None:
        self._packages = packages
        self._scratch = scratch
        self._filter = seccomp.make_filter(system_call.machine())
        self._rulesets: list[int] = []
        if landlock.abi():
            self._rulesets = [
                landlock.make_ruleset(
                    readable=readable,
                    listable=runtime.standard_folders(),
                    scratch=scratch.path,
                    devices=runtime.DEVICES,
                )
                for readable in (library, [*library, *packages])
            ]
        elif not is_root_private:
            raise OSError("the kernel has no Landlock (Linux 5.13 or later, with lsm=landlock)")

    def put_on(self, limits: bytes, *, has_packages: bool) -> None:
        """Hold this process, for ever, to the rules and to the limits.

        Args:
            limits: What `rlimit.pack` returned.
            has_packages: Whether installed packages can be imported.

        Raises:
            OSError: If the kernel refuses.
        """
        os.chdir(self._scratch.path)
        if has_packages:
            sys.path += self._packages
        rlimit.apply(limits)
        if self._rulesets:
            landlock.restrict(self._rulesets[has_packages])
        self._filter.install()


def prepare_process(scratch: str) -> None:
    """Tell a process, and all that come of it, where its directory is, and nothing else."""
    for name in ("HOME", "TMPDIR"):
        os.environ[name] = scratch
    os.environ.pop("PWD", None)  # bubblewrap says where it started
    sys.argv = [""]


def become_program(readable: int, writable: int) -> NoReturn:
    """Run the program, once confined; the process ends with it.

    Args:
        readable: Where its job and its messages come from.
        writable: Where it answers.
    """
    os.dup2(readable, _READABLE)
    os.dup2(writable, _WRITABLE)
    os.closerange(_WRITABLE + 1, _MAX_DESCRIPTORS)
    gc.enable()
    size = int.from_bytes(_read(_READABLE, 4), "big")
    program.main(_read(_READABLE, size), _READABLE, _WRITABLE)
    os._exit(0)


def _read(readable: int, size: int) -> bytes:
    data = os.read(readable, size)
    while len(data) < size:
        more = os.read(readable, size - len(data))
        if not more:
            os._exit(0)  # nobody waits for this program any more
        data += more
    return data
