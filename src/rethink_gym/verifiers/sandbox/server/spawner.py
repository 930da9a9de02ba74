"""Starts a new interpreter for each program, in the container of its isolation level."""

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
from rethink_gym.verifiers.sandbox.kernel import bubblewrap, privilege, rlimit, runtime, seatbelt
from rethink_gym.verifiers.sandbox.kernel.scratch import Scratch
from rethink_gym.verifiers.sandbox.level import Level
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.server.confined_process import IS_READY
from rethink_gym.verifiers.sandbox.server.interpreter import (
    ENVIRONMENT,
    SOURCE_FOLDERS,
    command,
    interpreter,
)
from rethink_gym.verifiers.sandbox.server.session import Session

__all__ = ["Spawner"]

_START_TIMEOUT_S = 120.0
_END_TIMEOUT_S = 10.0
_MAX_REASON_BYTES = 4096


class Spawner:
    """Starts programs at every level but "default".

    Args:
        level: Isolation level.
        packages: Directories of installed packages.
        disk_bytes: Maximum disk space of a program.
    """

    def __init__(self, level: Level, *, packages: list[str], disk_bytes: int) -> None:
        self.disk_bytes = disk_bytes
        self._level = level
        self._packages = packages
        self._library = runtime.library_paths()

    @property
    def is_busy(self) -> bool:
        """Whether no further program can be started now: never the case here."""
        return False

    def start(self, limits: Limits) -> Session:
        """Start an interpreter, and wait until it is confined.

        Args:
            limits: Limits of the program.

        Returns:
            The session with the program.

        Raises:
            SandboxError: If the program cannot be confined on this machine.
        """
        is_strict = self._level is Level.STRICT
        scratch = None if is_strict else Scratch(tempfile.gettempdir())
        their_readable, writable = os.pipe()
        readable, their_writable = os.pipe()
        status, their_status = os.pipe()
        info, their_info = os.pipe()
        theirs = [their_readable, their_writable, their_status, their_info]
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
        inner_command = command("server.confined_process", json.dumps(config))
        try:
            process = subprocess.Popen(
                [*self._container(scratch, their_info), *inner_command],
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=their_status,
                pass_fds=theirs,
                start_new_session=True,
                cwd="/",
            )
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        program = _SpawnedProgram(process, scratch, self.disk_bytes)
        message = _read_status(status)
        if message == IS_READY:
            program.attach(_inner_pid(info) if is_strict else process.pid)
        os.close(status)
        os.close(info)
        if message != IS_READY:
            os.close(writable)
            os.close(readable)
            program.end()
            reason = message.decode(errors="replace").strip() or "it did not start"
            raise SandboxError(
                f"The sandbox level {str(self._level)!r} is not available here: {reason}"
            )
        return Session(program, writable, readable, limits)

    def close(self) -> None:
        """Do nothing: each program ends with its session."""

    def _container(self, scratch: Scratch | None, info: int) -> list[str]:
        python = interpreter()
        if self._level is Level.STRICT:
            return bubblewrap.container(
                readable=[*runtime.visible_paths(self._packages), python, *SOURCE_FOLDERS],
                devices=runtime.DEVICES,
                disk_bytes=self.disk_bytes,
                info=info,
                is_root=privilege.can_change_user(),
            )
        if self._level is Level.SEATBELT and scratch is not None:
            standard = runtime.standard_folders()
            readable = [*self._library, *self._packages, *standard, *SOURCE_FOLDERS]
            return seatbelt.container(python=python, readable=readable, scratch=scratch.path)
        return []


class _SpawnedProgram:
    """A program with an interpreter of its own."""

    def __init__(
        self, process: "subprocess.Popen[bytes]", scratch: Scratch | None, disk_bytes: int
    ) -> None:
        self.descriptor = -1
        self._process = process
        self._scratch = scratch
        self._disk_bytes = disk_bytes

    def attach(self, pid: int) -> None:
        """Open a descriptor of the process that runs the program, which may be an inner one."""
        if sys.platform == "linux":
            self.descriptor = os.pidfd_open(pid)
        else:
            self.descriptor, mine = os.pipe()
            threading.Thread(target=self._close_at_end, args=(mine,), daemon=True).start()

    def end(self) -> tuple[int, bool]:
        """Kill and reap the program; return its wait status, and whether it filled the disk."""
        if self._scratch is None:  # bubblewrap then ends by itself, with the program's status
            if self.descriptor >= 0:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)
        else:  # the program, and the processes that it may have started
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

    def _close_at_end(self, mine: int) -> None:
        """Close the other end of the descriptor when the program ends, as a pidfd would."""
        self._process.wait()
        os.close(mine)


def _read_status(status: int) -> bytes:
    """Return `IS_READY` once the program is confined, or the reason why it is not."""
    message = b""
    waiting = select.poll()
    waiting.register(status, select.POLLIN)
    while message != IS_READY and len(message) < _MAX_REASON_BYTES:
        if not waiting.poll(_START_TIMEOUT_S * 1000):
            return b"it took too long to start"
        data = os.read(status, _MAX_REASON_BYTES)
        if not data:
            break
        message += data
    return message


def _inner_pid(info: int) -> int:
    """Return the process of the program: the child of the first process in the container.

    The first process is bubblewrap's own. When its parent ends, the kernel can kill it.
    It could not kill a program that runs under another user id.
    """
    match = re.search(rb'"child-pid":\s*(\d+)', os.read(info, _MAX_REASON_BYTES))
    if match is None:
        raise SandboxError("bubblewrap did not report the process that it started")
    first = int(match[1])
    with open(f"/proc/{first}/task/{first}/children", encoding="ascii") as file:
        return int(file.read().split()[0])


def _wait_status(code: int) -> int:
    """Convert a return code of subprocess, or of bubblewrap, to a wait status."""
    if code < 0:
        return -code
    return code - 128 if code > 128 else code << 8
