"""Asks sympy, in a process that can be killed when it takes too long.

One process serves the whole program, one question at a time. It is started when
first needed, started anew if it had to be killed, and never shared with a forked
child, which starts its own. There are no signal handlers, so any thread may ask.
"""

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from rethink_gym.errors import VerifierError
from rethink_gym.verifiers.expression.tree import (
    Call,
    Node,
    OverLimitError,
    Symbol,
    TimedOutError,
    UndecidedError,
    UnreadableError,
)
from rethink_gym.verifiers.number import Number

__all__ = ["are_symbolically_equal"]

_START_TIMEOUT_S = 60.0
_GRACE_S = 1.0
"""How much later than its own deadline a worker that keeps time may answer."""

_WORKER = Path(__file__).with_name("worker.py")


def are_symbolically_equal(left: Node, right: Node, timeout_s: float) -> bool:
    """Let sympy decide whether two expressions are equal.

    Args:
        left: One expression.
        right: The other.
        timeout_s: Wall-clock seconds that sympy gets. Starting the process, which is
            done once, takes up to half of them; more than that is not counted.

    Returns:
        Whether they are equal.

    Raises:
        TimedOutError: If sympy takes longer.
        OverLimitError: If sympy runs out of memory.
        UndecidedError: If sympy cannot tell.
        UnreadableError: If a side is no expression.
        VerifierError: If the process cannot be started.
    """
    reply = _owner.ask({"left": _as_data(left), "right": _as_data(right)}, timeout_s)
    match reply["outcome"]:
        case "equal":
            return True
        case "different":
            return False
        case "timed_out":
            raise TimedOutError(f"sympy took longer than {timeout_s:.2g} s")
        case "died":
            raise OverLimitError("sympy took too much memory")
        case _:
            raise UndecidedError(str(reply["detail"]))


def _as_data(node: Node) -> list[Any]:
    match node:
        case Number(value=value):
            return ["number", hex(value.numerator), hex(value.denominator)]
        case Symbol(name=name):
            return ["symbol", name]
        case Call(name=name, arguments=arguments):
            return ["call", name, *map(_as_data, arguments)]
        case _:
            raise UnreadableError("a value was expected")


class _Worker:
    """One process, and a thread that reads what it says."""

    def __init__(self) -> None:
        if not sys.executable:
            raise VerifierError("The symbolic worker needs sys.executable to be set.")
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        self.replies: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.grace_s: float | None = None  # not known before it is ready
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        buffer = b""
        try:
            while chunk := os.read(self.process.stdout.fileno(), 65_536):
                *lines, buffer = (buffer + chunk).split(b"\n")
                for line in lines:
                    self.replies.put(json.loads(line))
        except (OSError, ValueError):
            pass  # the pipe was closed under us: the process is being replaced
        self.replies.put(None)

    def wait_until_ready(self) -> None:
        if self.grace_s is not None:
            return
        try:
            reply = self.replies.get(timeout=_START_TIMEOUT_S)
        except queue.Empty:
            reply = None
        if reply is None:
            self.kill()
            raise VerifierError(
                "The symbolic worker did not start. Check that "
                f"`{sys.executable} -c 'import sympy'` works."
            )
        self.grace_s = _GRACE_S if reply["keeps_time"] else 0.0

    def ask(self, question: dict[str, Any], timeout_s: float) -> dict[str, Any] | None:
        """Put one question; None if no answer came in time or the process is gone."""
        assert self.process.stdin is not None
        data = json.dumps({**question, "timeout_s": timeout_s})
        try:
            self.process.stdin.write(data.encode() + b"\n")
            return self.replies.get(timeout=timeout_s + (self.grace_s or 0.0))
        except (BrokenPipeError, queue.Empty):
            return None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def forget(self) -> None:
        """Let go of a process that belongs to the parent of this one."""
        self.process.returncode = 0
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class _Owner:
    """Holds the one worker of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.worker: _Worker | None = None

    def ask(self, question: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        with self.lock:
            if self.worker is None:
                self.worker = _Worker()
            started = time.monotonic()
            try:
                self.worker.wait_until_ready()
            except VerifierError:
                self.worker = None
                raise
            waited_s = time.monotonic() - started
            reply = self.worker.ask(question, max(timeout_s - waited_s, timeout_s / 2))
            if reply is None:
                self.worker.kill()
                self.worker = _Worker()  # it loads sympy while nobody waits
                return {"outcome": "timed_out"}
            return reply

    def close(self) -> None:
        with self.lock:
            if self.worker is not None:
                self.worker.kill()
                self.worker = None

    def after_fork(self) -> None:
        self.lock = threading.Lock()
        if self.worker is not None:
            self.worker.forget()
            self.worker = None


_owner = _Owner()
atexit.register(_owner.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_owner.after_fork)
