"""The client of one fork server: starts the server, and asks it to run programs."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile

from rethink_gym.errors import SandboxError, VerifierError
from rethink_gym.verifiers.sandbox.kernel import rlimit
from rethink_gym.verifiers.sandbox.kernel.scratch import remove_tree
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.server import packet
from rethink_gym.verifiers.sandbox.server.interpreter import ENVIRONMENT, command
from rethink_gym.verifiers.sandbox.server.session import Session

__all__ = ["ForkClient"]

_START_TIMEOUT_S = 120.0
_END_TIMEOUT_S = 10.0


class ForkClient:
    """The client of a fork server that runs one program at a time.

    Args:
        has_namespaces: Whether the server gets namespaces of its own.
        packages: Directories of installed packages.
        disk_bytes: Maximum disk space of a program.

    Attributes:
        user: The user id that programs run as.

    Raises:
        SandboxError: If the server cannot confine programs on this machine.
    """

    def __init__(self, *, has_namespaces: bool, packages: list[str], disk_bytes: int) -> None:
        self.has_namespaces = has_namespaces
        self.disk_bytes = disk_bytes
        self._pidfd = -1
        self._disk = "" if has_namespaces else _make_disk()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(_START_TIMEOUT_S)
        config = {
            "control": theirs.fileno(),
            "has_namespaces": has_namespaces,
            "disk": self._disk,
            "disk_bytes": disk_bytes,
            "packages": packages,
        }
        with theirs:
            self._process = subprocess.Popen(
                command("server.fork_server", json.dumps(config)),
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                cwd="/",
            )
        try:
            self.user = int(self._expect(packet.READY)[0])
            if self._disk and self.user != os.geteuid():
                # The server can then remove the directory if this process cannot.
                os.chown(self._disk, self.user, -1)
        except (OSError, VerifierError) as error:
            self.close()
            raise SandboxError(str(error)) from error

    @property
    def pids(self) -> list[int]:
        """The process id of the server."""
        return [self._process.pid]

    @property
    def is_busy(self) -> bool:
        """Whether a program is running."""
        return self._pidfd >= 0

    @property
    def descriptor(self) -> int:
        """The pidfd of the program; -1 if no program is running."""
        return self._pidfd

    def start(self, limits: Limits) -> Session:
        """Fork a program.

        Args:
            limits: Limits of the program.

        Returns:
            The session with it.

        Raises:
            VerifierError: If the server is lost.
        """
        packed = rlimit.pack(limits, can_count_threads=self.has_namespaces or os.geteuid() == 0)
        their_readable, writable = os.pipe()
        readable, their_writable = os.pipe()
        try:
            request = packet.START + bytes([limits.has_packages]) + packed
            socket.send_fds(self._control, [request], [their_readable, their_writable])
            self._pidfd = self._expect(packet.STARTED)[1][0]
        except (OSError, VerifierError) as error:
            os.close(writable)
            os.close(readable)
            raise VerifierError(f"the fork server is lost: {error}") from error
        finally:
            os.close(their_readable)
            os.close(their_writable)
        return Session(self, writable, readable, limits)

    def end(self) -> tuple[int, bool]:
        """Kill and reap the program; return its wait status, and whether it filled the disk.

        Raises:
            VerifierError: If the server is lost.
        """
        if self._pidfd < 0:
            return signal.SIGKILL, False  # the server was closed, which ended the program
        with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        os.close(self._pidfd)
        self._pidfd = -1
        try:
            self._control.send(packet.END)
            data, _ = self._expect(packet.ENDED)
        except OSError as error:
            raise VerifierError(f"the fork server is lost: {error}") from error
        status, is_disk_full = packet.STATUS.unpack(data)
        return status, is_disk_full

    def close(self) -> None:
        """End the server, and its program with it."""
        self._control.close()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        try:
            self._process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if os.path.isdir(self._disk):
            remove_tree(self._disk)

    def _expect(self, kind: bytes) -> tuple[bytes, list[int]]:
        """Return the data and the descriptors of the next packet, which must be of one kind."""
        data, descriptors, _, _ = socket.recv_fds(self._control, packet.MAX_BYTES, 1)
        if data[:1] == kind:
            return data[1:], descriptors
        for descriptor in descriptors:
            os.close(descriptor)
        raise VerifierError(data[1:].decode(errors="replace") or "it ended")


def _make_disk() -> str:
    """Make a directory in which the server, under any user id, can make one of its own."""
    disk = tempfile.mkdtemp(prefix="rethink-")
    os.chmod(disk, 0o1733)
    return disk
