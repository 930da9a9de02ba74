"""The messages between the trusted side and one running program, within its time budget."""

import contextlib
import os
import select
import time
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from rethink_gym.errors import VerifierError, argument_error
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.server import clock

__all__ = ["Ending", "Process", "Session"]

_WALL_CLOCK_FACTOR, _WALL_CLOCK_MARGIN_S = 20.0, 10.0
"""Wall-clock limit: this factor times the time budget, plus this margin. It is generous, so
that a loaded machine does not change a verdict."""

_SHORTEST_WAIT_S = 0.005
_CHUNK_BYTES = 1 << 16
_HEAD_BYTES = 4


class Ending(StrEnum):
    """How a program ended."""

    EXITED = "exited"
    """It exited by itself, without a complete message."""
    KILLED = "killed"
    """A signal ended it: it crashed, or broke a rule or a limit of the kernel."""
    TIMED_OUT = "timed_out"
    """Its time budget was used up."""
    OVER_LIMIT = "over_limit"
    """It sent or wrote more than its limits allow."""


class Process(Protocol):
    """A running program, however it was started."""

    @property
    def descriptor(self) -> int:
        """A descriptor that becomes readable when the program ends: its pidfd on Linux."""

    def end(self) -> tuple[int, bool]:
        """Kill and reap it; return its wait status, and whether it filled the disk."""


class Session:
    """The messages to and from one program; made by `Sandbox.start`.

    Leaving its ``with`` statement kills the program and removes everything of it.

    Attributes:
        time_s: Seconds of its budget that the program has used.
    """

    def __init__(self, process: Process, writable: int, readable: int, limits: Limits) -> None:
        self._process = process
        self._writable = writable
        self._readable = readable
        self._limits = limits
        self._unsent = b""  # messages to the program that are not yet in the pipe
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
        """Send a message. This never waits, and does nothing if the program has ended.

        Args:
            message: The message, at most `Limits.message_bytes` long.

        Raises:
            ArgumentError: If ``message`` is longer than that.
        """
        if len(message) > self._limits.message_bytes:
            must_be = f"at most {self._limits.message_bytes} bytes"
            raise argument_error("message", must_be, f"{len(message)} bytes")
        self.send_job(message)

    def send_job(self, job: bytes) -> None:
        """Send the job of the program, which may be of any length."""
        if self._ending is None:
            self._unsent += len(job).to_bytes(_HEAD_BYTES, "big") + job
            self._write_more()

    def receive(self) -> bytes | Ending:
        """Wait for the next message. The time budget of the program runs only in here.

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
            Everything that it sent and that was not yet received, and how it ended.
        """
        while self._ending is None:
            self._read_more()
        rest = bytes(self._received)
        self._received.clear()
        return rest, self._ending

    def close(self) -> None:
        """Kill the program if it still runs, and wait until it is gone."""
        if self._ending is None:
            with contextlib.suppress(VerifierError):  # the server is lost, and its program too
                self._end(Ending.KILLED)

    def _write_more(self) -> None:
        try:
            self._unsent = self._unsent[os.write(self._writable, self._unsent) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._unsent = b""

    def _read_more(self) -> None:
        """Wait until there is data, and read it; or end the session."""
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
                # Several threads used CPU time at once, so the kernel's own limit on CPU
                # time may have ended the program before its budget by this clock.
                is_in_time = False
            self._end(None if is_in_time else Ending.TIMED_OUT)

    def _wait(self, *, is_for_end: bool = False) -> bool:
        """Wait for data or for the end; return False if the time budget is used up."""
        poll = select.poll()
        poll.register(self._process.descriptor if is_for_end else self._readable, select.POLLIN)
        if self._unsent and not is_for_end:
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
                if not self._unsent:
                    poll.unregister(self._writable)
            if self.time_s >= self._limits.time_s and self._is_used_up():
                return False

    def _is_used_up(self) -> bool:
        """Measure the time exactly: waiting for a processor is not charged to the program."""
        pid = clock.pid_of(self._process.descriptor)
        own_s = self._wall_s - clock.waiting_s(pid)
        self.time_s = max(own_s, clock.cpu_s(pid))
        max_wall_s = self._limits.time_s * _WALL_CLOCK_FACTOR + _WALL_CLOCK_MARGIN_S
        return self._wall_s >= max_wall_s or self.time_s >= self._limits.time_s

    def _end(self, ending: Ending | None) -> None:
        """Kill and reap the program; if `ending` is None, its wait status decides."""
        os.close(self._writable)
        os.close(self._readable)
        self._ending = Ending.KILLED  # in case what follows fails
        status, is_disk_full = self._process.end()
        if is_disk_full:
            self._ending = Ending.OVER_LIMIT
        elif ending is not None:
            self._ending = ending
        elif os.WIFEXITED(status):
            self._ending = Ending.EXITED
