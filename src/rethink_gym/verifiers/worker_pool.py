"""Pools of worker processes that verify slow answers, shared by all verifiers of a process.

The first question starts a worker, a question starts another one if all are busy, and a
lost worker is replaced. There is one pool for slow mathematics and one for programs. No
signal handler, main thread or `multiprocessing` is needed, so any thread and any forked,
spawned or daemonic child may ask; a forked child starts its own workers.
"""

import atexit
import json
import os
import queue
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rethink_gym.errors import VerifierError, check_choice, check_count

__all__ = ["WorkerPool", "shared_pool"]

_START_TIMEOUT_S = 120.0
_MAX_TRIES = 2
_MAX_WORKERS = 8
_MAX_WALL_FACTOR = 40.0
"""Wall-clock limit of a worker as a multiple of its CPU budget, generous so that the load
of the machine does not change verdicts."""

_FOLDER = Path(__file__).parent
_PROGRAMS = {
    "math": (str(_FOLDER / "math" / "worker.py"),),
    "code": (str(_FOLDER / "sandbox" / "server" / "launch.py"), "grading.grader_process"),
}
"""The program that the workers of each kind run, with its arguments."""


class WorkerPool:
    """Send questions to worker processes and wait for their replies.

    Args:
        max_workers: Maximum number of processes; None for as many as there are cores,
            but at most eight.
        kind: What the workers verify: ``"math"`` or ``"code"``.

    Raises:
        ArgumentError: If ``max_workers`` is below 1, or ``kind`` is unknown.
    """

    def __init__(self, max_workers: int | None = None, *, kind: str = "math") -> None:
        self._program = _PROGRAMS[check_choice("kind", kind, _PROGRAMS)]
        if max_workers is None:
            max_workers = min(_num_cores(), _MAX_WORKERS)
        self.max_workers = check_count("max_workers", max_workers)
        self._condition = threading.Condition()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._num_starting = 0  # being started, not yet in the set

    @property
    def pids(self) -> list[int]:
        """The process ids of the running workers."""
        with self._condition:
            return sorted(worker.process.pid for worker in self._all)

    def ask(self, question: Mapping[str, Any], budget_s: float) -> dict[str, Any]:
        """Send one question to the next free worker and wait for its reply.

        Args:
            question: Plain JSON data.
            budget_s: Maximum CPU seconds of the reply, from when the worker has the
                question; the start of a worker does not count.

        Returns:
            The reply: ``reason`` and ``detail`` of a verdict, and anything else the worker
            adds. The reason is ``"timed_out"`` if the reply took too long, also if the
            worker ended itself for that (by SIGPROF). It is ``"error"`` if every worker
            that got the question was lost.

        Raises:
            VerifierError: If no worker can be started.
        """
        data = json.dumps({**question, "budget_s": budget_s}).encode() + b"\n"
        for _ in range(_MAX_TRIES):
            worker = self._acquire()
            is_usable = False
            try:
                worker.wait_until_ready()
                reply = worker.ask(data, budget_s)
                is_usable = reply is not None and reply["reason"] != "overdue"
            finally:
                self._release(worker, is_usable)
            if is_usable and reply is not None:
                return reply
            if reply is not None or worker.has_used_its_time():
                return {"reason": "timed_out", "detail": "verification took too long"}
        return {"reason": "error", "detail": f"{_MAX_TRIES} workers were lost, one after another"}

    def ask_all(
        self, questions: Sequence[Mapping[str, Any]], budgets_s: Sequence[float]
    ) -> list[dict[str, Any]]:
        """Send many questions to up to ``max_workers`` workers at once.

        Args:
            questions: The questions, as for `ask`.
            budgets_s: Maximum CPU seconds of each reply.

        Returns:
            One reply each, in order.

        Raises:
            VerifierError: If no worker can be started.
        """
        if len(questions) < 2 or self.max_workers == 1:
            return list(map(self.ask, questions, budgets_s))
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(self.max_workers, len(questions))) as threads:
            return list(threads.map(self.ask, questions, budgets_s))

    def close(self) -> None:
        """Kill all workers; the next question starts new ones."""
        with self._condition:
            workers, self._all, self._idle = self._all, set(), []
            self._condition.notify_all()
        for worker in workers:
            worker.kill()

    def after_fork(self) -> None:
        """Forget, in a forked child, the workers that belong to the parent."""
        self._condition = threading.Condition()
        for worker in self._all:
            worker.forget()
        self._all, self._idle, self._num_starting = set(), [], 0

    def _acquire(self) -> "_Worker":
        with self._condition:
            self._drop_lost()
            while not self._idle and len(self._all) + self._num_starting >= self.max_workers:
                self._condition.wait()
            if self._idle:
                return self._idle.pop()
            self._num_starting += 1
        worker = None
        try:
            worker = _Worker(self._program)
        finally:
            with self._condition:
                self._num_starting -= 1
                if worker is None:
                    self._condition.notify()
                else:
                    self._all.add(worker)
        return worker

    def _drop_lost(self) -> None:
        for worker in [worker for worker in self._idle if worker.process.poll() is not None]:
            self._idle.remove(worker)
            self._all.discard(worker)
            worker.kill()

    def _release(self, worker: "_Worker", is_usable: bool) -> None:
        with self._condition:
            is_ours = worker in self._all
            if is_usable and is_ours:
                self._idle.append(worker)
            else:
                self._all.discard(worker)
            self._condition.notify()
        if not is_usable:
            worker.kill()


class _Worker:
    """One worker process, and a thread that reads its replies."""

    def __init__(self, program: Sequence[str]) -> None:
        if not sys.executable:
            raise VerifierError("Verification in a worker process needs sys.executable to be set.")
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", *program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise VerifierError(f"A worker process cannot be started: {error}") from error
        self.replies: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.wall_factor: float | None = None  # set once the process is ready
        threading.Thread(target=self.read_replies, daemon=True).start()

    def read_replies(self) -> None:
        assert self.process.stdout is not None
        try:
            for line in self.process.stdout:
                self.replies.put(json.loads(line))
        except (OSError, ValueError):
            pass  # the pipe is closed because the process is being replaced
        self.replies.put(None)

    def wait_until_ready(self) -> None:
        if self.wall_factor is not None:
            return
        try:
            reply = self.replies.get(timeout=_START_TIMEOUT_S)
        except queue.Empty:
            reply = None
        if reply is None:
            command = shlex.join(map(str, self.process.args))  # type: ignore[arg-type]
            raise VerifierError(f"A worker process did not start. Check that `{command}` runs.")
        self.wall_factor = _MAX_WALL_FACTOR if reply["keeps_time"] else 1.0

    def ask(self, data: bytes, budget_s: float) -> dict[str, Any] | None:
        """Send one question and return the reply; None if the process has ended."""
        assert self.process.stdin is not None
        assert self.wall_factor is not None
        try:
            self.process.stdin.write(data)
            return self.replies.get(timeout=budget_s * self.wall_factor)
        except OSError:
            return None
        except queue.Empty:
            return {"reason": "overdue"}

    def has_used_its_time(self) -> bool:
        """Return whether the process, which has ended, was ended by its own timer."""
        return self.process.wait() == -getattr(signal, "SIGPROF", 0)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._close_pipes()

    def forget(self) -> None:
        """Forget a process that belongs to the parent of this one."""
        self.process.returncode = 0
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def _num_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_POOLS = {kind: WorkerPool(kind=kind) for kind in _PROGRAMS}
for _pool in _POOLS.values():
    atexit.register(_pool.close)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_pool.after_fork)


def shared_pool(kind: str = "math") -> WorkerPool:
    """Return the pool of a kind, which all verifiers of this process share.

    Args:
        kind: What the workers verify: ``"math"`` or ``"code"``.

    Returns:
        The pool; it has no workers before the first question.
    """
    return _POOLS[kind]
