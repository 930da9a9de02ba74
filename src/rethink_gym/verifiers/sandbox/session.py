"""The trusted side of the sandbox: starts programs at one level, and talks to them.

A program is gone when the process that started it is: the fork server ends when its
socket is closed, and its programs when it does.
"""

from collections.abc import Sequence
from typing import Protocol

from rethink_gym.errors import SandboxError, VerifierError
from rethink_gym.verifiers.sandbox.exchange import Ending, Session
from rethink_gym.verifiers.sandbox.fork import ForkServer
from rethink_gym.verifiers.sandbox.level import Level, check_level
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.python import installed_packages
from rethink_gym.verifiers.sandbox.spawn import Spawner

__all__ = ["Ending", "Server", "Session"]

_MAX_TRIES = 2


class Server:
    """Starts programs, one at a time.

    Args:
        level: The isolation asked for, one of `level.Level`.
        use_namespaces: At the level "default", whether programs get namespaces of their
            own; if None, they do where this machine allows it.
        packages: The directories of installed packages, for programs that may import
            them; those of this interpreter if None.

    Attributes:
        level: The isolation in force, which is the one asked for.

    Raises:
        ArgumentError: If there is no such level.
        SandboxError: If this system has no such level.
    """

    def __init__(
        self,
        level: str = "default",
        *,
        use_namespaces: bool | None = None,
        packages: Sequence[str] | None = None,
    ) -> None:
        self.level = check_level(level)
        self._use_namespaces = use_namespaces
        self._packages = list(installed_packages() if packages is None else packages)
        self._starter: _Starter | None = None

    @property
    def pids(self) -> list[int]:
        """The ids of the processes that start programs."""
        return self._starter.pids if isinstance(self._starter, ForkServer) else []

    @property
    def user(self) -> int | None:
        """The id of the user that programs are; None before the first one, or if unknown."""
        return self._starter.user if isinstance(self._starter, ForkServer) else None

    def start(self, job: bytes, limits: Limits) -> Session:
        """Start a program.

        Args:
            job: What it is to do; the first that it hears.
            limits: How much it may use.

        Returns:
            The conversation with it; close it before the next program is started.

        Raises:
            SandboxError: If programs cannot be isolated so on this machine.
            VerifierError: If the session before is still open; or the server is lost, and so
                is the one started instead.
        """
        if self._starter is not None and self._starter.is_busy:
            raise VerifierError("a server runs one program at a time; close its session first")
        for tries_left in reversed(range(_MAX_TRIES)):
            try:
                session = self._ready_starter(limits.disk_bytes).start(limits)
            except SandboxError:
                raise
            except (OSError, VerifierError) as error:
                self.close()
                if not tries_left:
                    raise VerifierError(f"no program can be started: {error}") from error
            else:
                session.begin(job)
                return session
        raise AssertionError

    def close(self) -> None:
        """End the server, and the program that it may run."""
        if self._starter is not None:
            self._starter.close()
            self._starter = None

    def _ready_starter(self, disk_bytes: int) -> "_Starter":
        if self._starter is None or self._starter.disk_bytes != disk_bytes:
            self.close()
            if self.level == Level.DEFAULT:
                self._starter = self._make_fork_server(disk_bytes)
            else:
                self._starter = Spawner(self.level, packages=self._packages, disk_bytes=disk_bytes)
        return self._starter

    def _make_fork_server(self, disk_bytes: int) -> ForkServer:
        wanted = (True, False) if self._use_namespaces is None else (self._use_namespaces,)
        for has_namespaces in wanted:
            try:
                server = ForkServer(
                    has_namespaces=has_namespaces, packages=self._packages, disk_bytes=disk_bytes
                )
            except SandboxError:
                if has_namespaces == wanted[-1]:
                    raise
            else:
                self._use_namespaces = has_namespaces
                return server
        raise AssertionError


class _Starter(Protocol):
    """What starts programs: a fork server, or a command for each of them."""

    disk_bytes: int

    @property
    def is_busy(self) -> bool: ...

    def start(self, limits: Limits) -> Session: ...

    def close(self) -> None: ...
