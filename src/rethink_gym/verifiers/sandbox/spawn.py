"""Starts an interpreter of its own for each program, in the container of its level."""

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading

from rethink_gym.errors import SandboxError
from rethink_gym.verifiers.sandbox import bubblewrap, privilege, rlimit, runtime, seatbelt
from rethink_gym.verifiers.sandbox.exchange import Session
from rethink_gym.verifiers.sandbox.level import Level
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.python import ENVIRONMENT, FOLDER, command, interpreter
from rethink_gym.verifiers.sandbox.scratch import Scratch
from rethink_gym.verifiers.sandbox.single import IS_READY

__all__ = ["Spawner"]

_START_TIMEOUT_S = 120.0
_END_TIMEOUT_S = 10.0
_MAX_REASON_BYTES = 4096


class Spawner:
    """Starts programs at any level but "default".

    Args:
        level: The isolation.
        packages: The directories of installed packages.
        disk_bytes: How much a program may keep on the disk.
    """

    def __init__(self, level: Level, *, packages: list[str], disk_bytes: int) -> None:
        self.disk_bytes = disk_bytes
        self._level = level
        self._packages = packages
        self._library = runtime.library_paths()

    @property
    def is_busy(self) -> bool:
        """Whether no other program can be started now; never so."""
        return False

    def start(self, limits: Limits) -> Session:
        """Start an interpreter, and wait until it is confined.

        Args:
            limits: How much the program may use.

        Returns:
            The conversation with it.

        Raises:
            SandboxError: If it cannot be confined here, with the reason.
        """
        is_strict = self._level is Level.STRICT
        scratch = None if is_strict else Scratch(tempfile.gettempdir())
        their_readable, writable = os.pipe()
        readable, their_writable = os.pipe()
        told, their_told = os.pipe()
        info, their_info = os.pipe()
        theirs = [their_readable, their_writable, their_told, their_info]
        config = {
            "readable": their_readable,
            "writable": their_writable,
            "limits": rlimit.pack(limits, can_count_threads=is_strict).hex(),
            "has_packages": limits.has_packages,
            "packages": self._packages,
            "library": self._library if is_strict else None,
            "scratch": bubblewrap.DISK if scratch is None else scratch.path,
            "user_seed": os.getpid() if is_strict and privilege.can_change_user() else None,
        }
        try:
            process = subprocess.Popen(
                [*self._container(scratch, their_info), *command("single", json.dumps(config))],
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=their_told,
                pass_fds=theirs,
                start_new_session=True,
                cwd="/",
            )
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        program = _Spawned(process, scratch, self.disk_bytes)
        said = _hear(told)
        if said == IS_READY:
            program.attach(_inner_pid(info) if is_strict else process.pid)
        os.close(told)
        os.close(info)
        if said != IS_READY:
            os.close(writable)
            os.close(readable)
            program.end()
            reason = said.decode(errors="replace").strip() or "it did not start"
            raise SandboxError(f"The sandbox has no level {str(self._level)!r} here: {reason}")
        return Session(program, writable, readable, limits)

    def close(self) -> None:
        """Do nothing: each program ends with its session."""

    def _container(self, scratch: Scratch | None, info: int) -> list[str]:
        python = interpreter()
        if self._level is Level.STRICT:
            return bubblewrap.container(
                readable=[*runtime.visible_paths(self._packages), python, FOLDER],
                devices=runtime.DEVICES,
                disk_bytes=self.disk_bytes,
                info=info,
                is_root=privilege.can_change_user(),
            )
        if self._level is Level.SEATBELT and scratch is not None:
            readable = [*self._library, *self._packages, *runtime.standard_folders(), FOLDER]
            return seatbelt.container(python=python, readable=readable, scratch=scratch.path)
        return []


class _Spawned:
    """A program with an interpreter of its own."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", scratch: Scratch | None, disk_bytes: int
    ) -> None:
        self.descriptor = -1
        self._process = process
        self._scratch = scratch
        self._disk_bytes = disk_bytes

    def attach(self, pid: int) -> None:
        """Get hold of the process that runs the program, the starter's or one within."""
        if sys.platform == "linux":
            self.descriptor = os.pidfd_open(pid)
        else:
            self.descriptor, mine = os.pipe()
            threading.Thread(target=self._tell_end, args=(mine,), daemon=True).start()

    def end(self) -> tuple[int, bool]:
        """Kill and reap the program; return its wait status, and whether it filled the disk."""
        if self._scratch is None:  # bubblewrap ends by itself, and tells how the one within did
            if self.descriptor >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)
        else:  # the program, and what it may have started
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        try:
            code = self._process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if self.descriptor >= 0:
            os.close(self.descriptor)
        is_disk_full = False
        if self._scratch is not None:
            is_disk_full = self._scratch.size() > self._disk_bytes
            self._scratch.remove()
        return _wait_status(code), is_disk_full

    def _tell_end(self, mine: int) -> None:
        self._process.wait()
        os.close(mine)


def _hear(told: int) -> bytes:
    """Return what was said until the program is ready, or cannot be started."""
    said = b""
    waiting = select.poll()
    waiting.register(told, select.POLLIN)
    while said != IS_READY and len(said) < _MAX_REASON_BYTES:
        if not waiting.poll(_START_TIMEOUT_S * 1000):
            return b"it took too long to start"
        data = os.read(told, _MAX_REASON_BYTES)
        if not data:
            break
        said += data
    return said


def _inner_pid(info: int) -> int:
    """Return the process of the program: the child of the first process in the container.

    The first process is bubblewrap's own. It, unlike a program with another user's id,
    can be killed by the kernel on behalf of its parent when that ends.
    """
    found = re.search(rb'"child-pid":\s*(\d+)', os.read(info, _MAX_REASON_BYTES))
    if found is None:
        raise SandboxError("bubblewrap did not tell which process it started")
    first = int(found[1])
    with open(f"/proc/{first}/task/{first}/children", encoding="ascii") as file:
        return int(file.read().split()[0])


def _wait_status(code: int) -> int:
    """Translate what subprocess, or bubblewrap for the process within, says of an end."""
    if code < 0:
        return -code
    return code - 128 if code > 128 else code << 8
