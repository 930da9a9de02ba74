"""What the trusted side says to one program and hears from it, on the budget of the program."""

import contextlib
import os
import select
import time
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from rethink_gym.errors import VerifierError, argument_error
from rethink_gym.verifiers.sandbox import clock
from rethink_gym.verifiers.sandbox.limits import Limits

__all__ = ["Ending", "Process", "Session"]

_PATIENCE, _PATIENCE_S = 20.0, 10.0
"""A program may take so many times its budget, and so many seconds more, by the clock on
the wall: a machine may be that loaded, and the verdict must not depend on it."""

_SHORTEST_WAIT_S = 0.005
_CHUNK_BYTES = 1 << 16
_HEAD_BYTES = 4


class Ending(StrEnum):
    """How a program ended that said nothing more."""

    EXITED = "exited"
    """By itself, without a complete message."""
    KILLED = "killed"
    """By a signal: it crashed, or broke a rule or a limit of the kernel."""
    TIMED_OUT = "timed_out"
    """Its time was used up."""
    OVER_LIMIT = "over_limit"
    """It said more, or wrote more, than it may."""


class Process(Protocol):
    """A program that runs, whoever started it."""

    @property
    def descriptor(self) -> int:
        """Something to wait for, which becomes readable when it ends: its pidfd on Linux."""

    def end(self) -> tuple[int, bool]:
        """Kill and reap it; return its wait status, and whether it filled the disk."""


class Session:
    """The conversation with one program; made by `Server.start`.

    Used in a ``with`` statement, it leaves nothing of the program behind.

    Attributes:
        time_s: Seconds of its budget that the program has used.
    """

    def __init__(self, process: Process, writable: int, readable: int, limits: Limits) -> None:
        self._process = process
        self._writable = writable
        self._readable = readable
        self._limits = limits
        self._waiting = b""  # said to the program, not yet in the pipe
        self._received = bytearray()
        self._num_received = 0
        self._ending: Ending | None = None
        self._wall_s = 0.0
        self.time_s = 0.0
        os.set_blocking(writable, False)
        os.set_blocking(readable, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, message: bytes) -> None:
        """Say something to the program; never waits, and a program that is gone is no error.

        Args:
            message: At most as many bytes as the limits allow.

        Raises:
            ArgumentError: If the message is longer.
        """
        if len(message) > self._limits.message_bytes:
            most = f"at most {self._limits.message_bytes} bytes"
            raise argument_error("message", most, f"{len(message)} bytes")
        self.begin(message)

    def begin(self, job: bytes) -> None:
        """Say something of any length: what the program is to do."""
        if self._ending is None:
            self._waiting += len(job).to_bytes(_HEAD_BYTES, "big") + job
            self._write_more()

    def receive(self) -> bytes | Ending:
        """Wait for the next message; only here the budget of the program runs.

        Returns:
            The message, or how the program ended.
        """
        while self._ending is None:
            if len(self._received) >= _HEAD_BYTES:
                size = int.from_bytes(self._received[:_HEAD_BYTES], "big")
                if size > self._limits.message_bytes:
                    self._end(Ending.OVER_LIMIT)
                    break
                if len(self._received) >= _HEAD_BYTES + size:
                    message = bytes(self._received[_HEAD_BYTES : _HEAD_BYTES + size])
                    del self._received[: _HEAD_BYTES + size]
                    return message
            self._read_more()
        assert self._ending is not None
        return self._ending

    def receive_rest(self) -> tuple[bytes, Ending]:
        """Wait until the program ends.

        Returns:
            All that it said and nobody received, and how it ended.
        """
        while self._ending is None:
            self._read_more()
        rest = bytes(self._received)
        self._received.clear()
        return rest, self._ending

    def close(self) -> None:
        """Kill the program if it still runs, and wait until nothing of it is left."""
        if self._ending is None:
            with contextlib.suppress(VerifierError):  # a server is lost, and the program with it
                self._end(Ending.KILLED)

    def _write_more(self) -> None:
        try:
            self._waiting = self._waiting[os.write(self._writable, self._waiting) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._waiting = b""

    def _read_more(self) -> None:
        """Wait until there is something to read, and read it; or end the session."""
        if not self._wait():
            self._end(Ending.TIMED_OUT)
            return
        data = os.read(self._readable, _CHUNK_BYTES)
        self._received += data
        self._num_received += len(data)
        if self._num_received > self._limits.output_bytes:
            self._end(Ending.OVER_LIMIT)
        elif not data:
            is_in_time = self._wait(is_for_end=True)
            pid = clock.pid_of(self._process.descriptor)
            if clock.cpu_s(pid) >= self._limits.time_s:
                is_in_time = (
                    False  # several threads at once; the kernel's own limit may have struck
                )
            self._end(None if is_in_time else Ending.TIMED_OUT)

    def _wait(self, *, is_for_end: bool = False) -> bool:
        """Wait on the budget of the program; tell whether it was enough."""
        poll = select.poll()
        poll.register(self._process.descriptor if is_for_end else self._readable, select.POLLIN)
        if self._waiting and not is_for_end:
            poll.register(self._writable, select.POLLOUT)
        while True:
            left_s = self._limits.time_s - self.time_s
            started = time.monotonic()
            ready = poll.poll(max(left_s, _SHORTEST_WAIT_S) * 1000)
            spent_s = time.monotonic() - started
            self._wall_s += spent_s
            self.time_s += spent_s
            if any(descriptor != self._writable for descriptor, _ in ready):
                return True
            if ready:
                self._write_more()
                if not self._waiting:
                    poll.unregister(self._writable)
            if self.time_s >= self._limits.time_s and self._is_used_up():
                return False

    def _is_used_up(self) -> bool:
        """Look at the time more closely: the wait for a processor is not the program's."""
        pid = clock.pid_of(self._process.descriptor)
        own_s = self._wall_s - clock.waiting_s(pid)
        self.time_s = max(own_s, clock.cpu_s(pid))
        is_late = self._wall_s >= self._limits.time_s * _PATIENCE + _PATIENCE_S
        return is_late or self.time_s >= self._limits.time_s

    def _end(self, ending: Ending | None) -> None:
        """Kill and reap the program; how it ended is what its status says if None."""
        os.close(self._writable)
        os.close(self._readable)
        self._ending = Ending.KILLED  # should what follows fail
        status, is_disk_full = self._process.end()
        if is_disk_full:
            self._ending = Ending.OVER_LIMIT
        elif ending is not None:
            self._ending = ending
        elif os.WIFEXITED(status):
            self._ending = Ending.EXITED
