"""The line to one program under test: messages out, messages in, and how it ended."""

from dataclasses import replace
from typing import Any

from rethink_gym.errors import SandboxError, VerifierError
from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.call import Ended, Lost, ProgramError
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.reader import unpack
from rethink_gym.verifiers.sandbox.session import Ending, Server, Session
from rethink_gym.verifiers.sandbox.value import EncodingError, Node
from rethink_gym.verifiers.sandbox.writer import pack

__all__ = ["Line"]

_ENDINGS = {
    Ending.EXITED: (Reason.DIFFERENT, "ended the process"),
    Ending.KILLED: (Reason.DIFFERENT, "crashed"),
    Ending.TIMED_OUT: (Reason.TIMED_OUT, "did not return in time"),
    Ending.OVER_LIMIT: (Reason.OVER_LIMIT, "said or wrote more than is allowed"),
}


class Line:
    """The line to a program, which may be started anew on what is left of its time.

    Args:
        server: Starts the process.
        limits: What the program may use, over all its starts.

    Attributes:
        ended: How the program ended; None while it can be asked.
    """

    def __init__(self, server: Server, limits: Limits) -> None:
        self.ended: Ended | None = None
        self._server = server
        self._limits = limits
        self._used_s = 0.0
        self._session: Session | None = None

    @property
    def left_s(self) -> float:
        """Seconds of its time that the program has left, once it has ended."""
        return self._limits.time_s - self._used_s

    def open(self, job: Node) -> None:
        """Start a program.

        Args:
            job: What it is to do.

        Raises:
            Lost: If the server is lost.
            SandboxError: If programs cannot be isolated so on this machine.
        """
        self.ended = None
        limits = replace(self._limits, time_s=self.left_s)
        try:
            self._session = self._server.start(pack(job), limits)
        except SandboxError:
            raise
        except VerifierError as error:
            raise Lost(str(error)) from error

    def say(self, message: Node) -> None:
        """Say something to the program.

        Args:
            message: Plain JSON data.

        Raises:
            ProgramError: If it is too long.
        """
        assert self._session is not None
        data = pack(message)
        if len(data) > self._limits.message_bytes:
            most = f"{self._limits.message_bytes:,} bytes"
            raise ProgramError(f"a value takes more than {most}", Reason.OVER_LIMIT)
        self._session.send(data)

    def hear(self) -> list[Any]:
        """Wait for what the program says next.

        Returns:
            An array that begins with a text; nothing else is known of it.

        Raises:
            Ended: If the program is gone, or says something else.
            Lost: If the server is lost.
        """
        assert self._session is not None
        try:
            message = self._session.receive()
        except VerifierError as error:
            raise Lost(str(error)) from error
        if isinstance(message, Ending):
            raise self.end(*_ENDINGS[message])
        try:
            said = unpack(message)
        except EncodingError as error:
            raise self.refuse() from error
        if type(said) is not list or not said or type(said[0]) is not str:
            raise self.refuse()
        return said

    def end(self, reason: Reason, message: str) -> Ended:
        """End the program.

        Args:
            reason: Why, as the verdict says it.
            message: What it did.

        Returns:
            The same, for the caller to raise.
        """
        self.ended = Ended(reason, message)
        self.close()
        return self.ended

    def refuse(self) -> Ended:
        """End the program because it says what means nothing; return that, to be raised."""
        return self.end(Reason.DIFFERENT, "answered with what is no value")

    def close(self) -> None:
        """End the program, if there is one."""
        if self._session is not None:
            self._used_s += self._session.time_s
            self._session.close()
            self._session = None
