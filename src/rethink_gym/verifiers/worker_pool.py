"""The processes in which answers are judged, shared by all verifiers of a process.

A worker is started when the first question comes, another one when all are busy, and a
lost one is replaced. There is one pool for slow mathematics and one for programs. Nothing
here needs signal handlers, a main thread or `multiprocessing`, so any thread, forked or
spawned child, daemonic or not, may ask; a forked child starts workers of its own.
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
_PATIENCE = 40.0
"""How many times its CPU budget a worker may take by the clock before it counts as lost
from sight: a machine may be that loaded, and the verdict must not depend on it."""

_FOLDER = Path(__file__).parent
_PROGRAMS = {
    "math": (str(_FOLDER / "math" / "worker.py"),),
    "code": (str(_FOLDER / "sandbox" / "server" / "launch.py"), "grading.grader_process"),
}
"""What the workers of each kind run."""


class WorkerPool:
    """Puts questions to worker processes and waits for their replies.

    Args:
        max_workers: Most processes at once; as many as there are cores, but at most
            eight, if None.
        kind: What the workers judge: ``"math"`` or ``"code"``.

    Raises:
        ArgumentError: If ``max_workers`` is below 1, or there is no such kind.
    """

    def __init__(self, max_workers: int | None = None, *, kind: str = "math") -> None:
        self._program = _PROGRAMS[check_choice("kind", kind, _PROGRAMS)]
        if max_workers is None:
            max_workers = min(_num_cores(), _MAX_WORKERS)
        self.max_workers = check_count("max_workers", max_workers)
        self._condition = threading.Condition()
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._num_promised = 0  # being started, not yet in the set

    @property
    def pids(self) -> list[int]:
        """The ids of the processes that run now."""
        with self._condition:
            return sorted(worker.process.pid for worker in self._all)

    def ask(self, question: Mapping[str, Any], budget_s: float) -> dict[str, Any]:
        """Put one question, and wait until a worker is free and has replied.

        Args:
            question: Plain JSON data.
            budget_s: CPU seconds that the reply may take, from when the worker has
                the question; starting a worker is not counted.

        Returns:
            The reply: ``reason`` and ``detail`` of a verdict, and what else there is. A
            reply that took too long is ``"timed_out"``, also if the worker ended itself
            for that (by SIGPROF); a question whose workers got lost, each anew, is
            ``"error"``.

        Raises:
            VerifierError: If no worker can be started.
        """
        data = json.dumps({**question, "budget_s": budget_s}).encode() + b"\n"
        for _ in range(_MAX_TRIES):
            worker = self._take()
            is_well = False
            try:
                worker.wait_until_ready()
                reply = worker.ask(data, budget_s)
                is_well = reply is not None and reply["reason"] != "overdue"
            finally:
                self._give_back(worker, is_well)
            if is_well and reply is not None:
                return reply
            if reply is not None or worker.has_used_its_time():
                return {"reason": "timed_out", "detail": "judging took too long"}
        return {"reason": "error", "detail": f"{_MAX_TRIES} workers got lost, one after another"}

    def ask_all(
        self, questions: Sequence[Mapping[str, Any]], budgets_s: Sequence[float]
    ) -> list[dict[str, Any]]:
        """Put many questions to as many workers as there may be.

        Args:
            questions: As `ask` takes them.
            budgets_s: The CPU seconds of each.

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
        """End all processes; the next question starts new ones."""
        with self._condition:
            workers, self._all, self._idle = self._all, set(), []
            self._condition.notify_all()
        for worker in workers:
            worker.kill()

    def after_fork(self) -> None:
        """Let go, in a forked child, of the processes that belong to the parent."""
        self._condition = threading.Condition()
        for worker in self._all:
            worker.forget()
        self._all, self._idle, self._num_promised = set(), [], 0

    def _take(self) -> "_Worker":
        with self._condition:
            self._drop_lost()
            while not self._idle and len(self._all) + self._num_promised >= self.max_workers:
                self._condition.wait()
            if self._idle:
                return self._idle.pop()
            self._num_promised += 1
        worker = None
        try:
            worker = _Worker(self._program)
        finally:
            with self._condition:
                self._num_promised -= 1
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

    def _give_back(self, worker: "_Worker", is_well: bool) -> None:
        with self._condition:
            is_ours = worker in self._all
            if is_well and is_ours:
                self._idle.append(worker)
            else:
                self._all.discard(worker)
            self._condition.notify()
        if not is_well:
            worker.kill()


class _Worker:
    """One process, and a thread that reads what it says."""

    def __init__(self, program: Sequence[str]) -> None:
        if not sys.executable:
            raise VerifierError("Judging answers in a process needs sys.executable to be set.")
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
        self.patience: float | None = None  # not known before it is ready
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        assert self.process.stdout is not None
        try:
            for line in self.process.stdout:
                self.replies.put(json.loads(line))
        except (OSError, ValueError):
            pass  # the pipe was closed under us: the process is being replaced
        self.replies.put(None)

    def wait_until_ready(self) -> None:
        if self.patience is not None:
            return
        try:
            reply = self.replies.get(timeout=_START_TIMEOUT_S)
        except queue.Empty:
            reply = None
        if reply is None:
            command = shlex.join(map(str, self.process.args))  # type: ignore[arg-type]
            raise VerifierError(f"A worker process did not start. Check that `{command}` runs.")
        self.patience = _PATIENCE if reply["keeps_time"] else 1.0

    def ask(self, data: bytes, budget_s: float) -> dict[str, Any] | None:
        """Put one question; None if the process is gone."""
        assert self.process.stdin is not None
        assert self.patience is not None
        try:
            self.process.stdin.write(data)
            return self.replies.get(timeout=budget_s * self.patience)
        except OSError:
            return None
        except queue.Empty:
            return {"reason": "overdue"}

    def has_used_its_time(self) -> bool:
        """Tell whether the process, which is gone, ended itself by its timer."""
        return self.process.wait() == -getattr(signal, "SIGPROF", 0)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._close_pipes()

    def forget(self) -> None:
        """Let go of a process that belongs to the parent of this one."""
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
    """Return the one pool of a kind in this process.

    Args:
        kind: What its workers judge: ``"math"`` or ``"code"``.

    Returns:
        The pool; it has no workers before the first question.
    """
    return _POOLS[kind]
