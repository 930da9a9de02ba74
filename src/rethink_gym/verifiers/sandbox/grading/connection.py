"""The connection to a program under test: decoded messages, and how the program ended."""

from dataclasses import replace
from typing import Any

from rethink_gym.errors import SandboxError, VerifierError
from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.grading.call import ProgramEnded, ProgramError, ServerLost
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.protocol.encoding import EncodingError, Node
from rethink_gym.verifiers.sandbox.protocol.reader import unpack
from rethink_gym.verifiers.sandbox.protocol.writer import pack
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox
from rethink_gym.verifiers.sandbox.server.session import Ending, Session

__all__ = ["Connection"]

_ENDINGS = {
    Ending.EXITED: (Reason.DIFFERENT, "ended the process"),
    Ending.KILLED: (Reason.DIFFERENT, "crashed"),
    Ending.TIMED_OUT: (Reason.TIMED_OUT, "did not return in time"),
    Ending.OVER_LIMIT: (Reason.OVER_LIMIT, "sent or wrote more than is allowed"),
}


class Connection:
    """The connection to a program, which may be restarted with the rest of its time budget.

    Args:
        sandbox: Starts the process.
        limits: Limits of the program, over all its starts.

    Attributes:
        ended: How the program ended; None while it can be called.
    """

    def __init__(self, sandbox: Sandbox, limits: Limits) -> None:
        self.ended: ProgramEnded | None = None
        self._sandbox = sandbox
        self._limits = limits
        self._used_s = 0.0
        self._session: Session | None = None

    @property
    def left_s(self) -> float:
        """Seconds of its time budget that the program has left, once it has ended."""
        return self._limits.time_s - self._used_s

    def open(self, job: Node) -> None:
        """Start a program.

        Args:
            job: The first message to it.

        Raises:
            ServerLost: If the fork server is lost.
            SandboxError: If this machine cannot isolate programs at the level.
        """
        self.ended = None
        limits = replace(self._limits, time_s=self.left_s)
        try:
            self._session = self._sandbox.start(pack(job), limits)
        except SandboxError:
            raise
        except VerifierError as error:
            raise ServerLost(str(error)) from error

    def send(self, message: Node) -> None:
        """Send a message to the program.

        Args:
            message: Plain JSON data.

        Raises:
            ProgramError: If ``message`` is longer than the limits allow.
        """
        assert self._session is not None
        data = pack(message)
        if len(data) > self._limits.message_bytes:
            limit = f"{self._limits.message_bytes:,} bytes"
            raise ProgramError(f"a value takes more than {limit}", Reason.OVER_LIMIT)
        self._session.send(data)

    def receive(self) -> list[Any]:
        """Wait for the next message of the program.

        Returns:
            An array whose first element is a string; nothing else is checked yet.

        Raises:
            ProgramEnded: If the program has ended, or its message is not such an array.
            ServerLost: If the fork server is lost.
        """
        assert self._session is not None
        try:
            message = self._session.receive()
        except VerifierError as error:
            raise ServerLost(str(error)) from error
        if isinstance(message, Ending):
            raise self.end(*_ENDINGS[message])
        try:
            parts = unpack(message)
        except EncodingError as error:
            raise self.reject() from error
        if type(parts) is not list or not parts or type(parts[0]) is not str:
            raise self.reject()
        return parts

    def end(self, reason: Reason, message: str) -> ProgramEnded:
        """End the program.

        Args:
            reason: The reason for the verdict.
            message: What the program did.

        Returns:
            The exception, for the caller to raise.
        """
        self.ended = ProgramEnded(reason, message)
        self.close()
        return self.ended

    def reject(self) -> ProgramEnded:
        """End the program because of an invalid message; return the exception to raise."""
        return self.end(Reason.DIFFERENT, "sent an invalid reply")

    def close(self) -> None:
        """End the program, if one is running."""
        if self._session is not None:
            self._used_s += self._session.time_s
            self._session.close()
            self._session = None
