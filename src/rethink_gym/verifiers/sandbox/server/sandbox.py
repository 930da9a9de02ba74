"""The sandbox, as the trusted side sees it: it starts programs at one isolation level.

A program never outlives the process that started it. The fork server ends when its socket
is closed, and its program ends with it.
"""

from collections.abc import Sequence
from typing import Protocol

from rethink_gym.errors import SandboxError, VerifierError
from rethink_gym.verifiers.sandbox.level import Level, check_level
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.server.fork_client import ForkClient
from rethink_gym.verifiers.sandbox.server.interpreter import installed_packages
from rethink_gym.verifiers.sandbox.server.session import Session
from rethink_gym.verifiers.sandbox.server.spawner import Spawner

__all__ = ["Sandbox"]

_MAX_TRIES = 2


class Sandbox:
    """Starts programs, one at a time.

    Args:
        level: Isolation level, one of `level.Level`.
        use_namespaces: At the level "default", whether programs get namespaces of their
            own; None uses them if this machine allows them.
        packages: Directories of installed packages, for programs that may import them;
            None takes those of this interpreter.

    Attributes:
        level: The isolation level in force, which is always the requested one.

    Raises:
        ArgumentError: If ``level`` is not the name of a level.
        SandboxError: If this system does not support the level.
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
        return self._starter.pids if isinstance(self._starter, ForkClient) else []

    @property
    def user(self) -> int | None:
        """The user id that programs run as; None before the first program, or if unknown."""
        return self._starter.user if isinstance(self._starter, ForkClient) else None

    def start(self, job: bytes, limits: Limits) -> Session:
        """Start a program.

        Args:
            job: The first message to the program, which says what to do.
            limits: Limits of the program.

        Returns:
            The session with the program. Close it before the next program is started.

        Raises:
            SandboxError: If this machine cannot isolate programs at the level.
            VerifierError: If the previous session is still open, or if the fork server and
                its replacement are both lost.
        """
        if self._starter is not None and self._starter.is_busy:
            raise VerifierError("a sandbox runs one program at a time; close its session first")
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
                session.send_job(job)
                return session
        raise AssertionError

    def close(self) -> None:
        """End the processes that start programs, and a program that still runs."""
        if self._starter is not None:
            self._starter.close()
            self._starter = None

    def _ready_starter(self, disk_bytes: int) -> "_Starter":
        if self._starter is None or self._starter.disk_bytes != disk_bytes:
            self.close()
            if self.level == Level.DEFAULT:
                self._starter = self._make_fork_client(disk_bytes)
            else:
                self._starter = Spawner(self.level, packages=self._packages, disk_bytes=disk_bytes)
        return self._starter

    def _make_fork_client(self, disk_bytes: int) -> ForkClient:
        choices = (True, False) if self._use_namespaces is None else (self._use_namespaces,)
        for has_namespaces in choices:
            try:
                client = ForkClient(
                    has_namespaces=has_namespaces, packages=self._packages, disk_bytes=disk_bytes
                )
            except SandboxError:
                if has_namespaces == choices[-1]:
                    raise
            else:
                self._use_namespaces = has_namespaces
                return client
        raise AssertionError


class _Starter(Protocol):
    """A way to start programs: one fork server, or one new interpreter per program."""

    disk_bytes: int

    @property
    def is_busy(self) -> bool: ...

    def start(self, limits: Limits) -> Session: ...

    def close(self) -> None: ...
