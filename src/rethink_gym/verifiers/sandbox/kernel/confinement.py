"""The rules and limits of a program: prepared once, applied in the process that runs it."""

import os
import sys

from rethink_gym.verifiers.sandbox.kernel import landlock, rlimit, runtime, seccomp, system_call
from rethink_gym.verifiers.sandbox.kernel.scratch import Scratch

__all__ = ["Confinement", "prepare_process"]


class Confinement:
    """The Landlock rules, the seccomp filter and the resource limits of programs.

    Args:
        library: Paths that every program may read.
        packages: Paths that programs with installed packages may read as well.
        scratch: The directory in which a program may write.
        is_root_private: Whether the root directory of this process holds nothing but the
            runtime, so that Landlock is not required.

    Raises:
        OSError: If the kernel lacks a required feature.
    """

    def __init__(
        self, *, library: list[str], packages: list[str], scratch: Scratch, is_root_private: bool
    ) -> None:
        self._packages = packages
        self._scratch = scratch
        self._filter = seccomp.make_filter(system_call.machine())
        self._rulesets: list[int] = []  # by `has_packages`
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

    def apply(self, limits: bytes, *, has_packages: bool) -> None:
        """Apply the rules and the limits to this process, irrevocably.

        Args:
            limits: The limits, as encoded by `rlimit.pack`.
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
    """Set the scratch directory in the environment, and clear everything else that is visible.

    Args:
        scratch: The directory in which programs of this process may write.
    """
    for name in ("HOME", "TMPDIR"):
        os.environ[name] = scratch
    os.environ.pop("PWD", None)  # bubblewrap sets it to its working directory
    sys.argv = [""]
