"""Helpers that run programs in the sandbox and, to show the difference, outside of it."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from rethink_gym.errors import SandboxError
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.protocol.writer import pack
from rethink_gym.verifiers.sandbox.server.program import STATUS_MARK
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox
from rethink_gym.verifiers.sandbox.server.session import Ending

__all__ = [
    "WAYS",
    "Run",
    "children",
    "gone_within",
    "is_alive",
    "open_sandbox",
    "run_confined",
    "run_outside",
    "script",
]

WAYS: dict[str, dict[str, object]] = {
    "namespaces": {"level": "default", "use_namespaces": True},
    "plain": {"level": "default", "use_namespaces": False},
    "strict": {"level": "strict"},
}
"""Arguments of `Sandbox` for each kind of isolation; tests skip those that are unavailable."""


@dataclass(frozen=True)
class Run:
    """The output of a program, how it ended, and the seconds it used of its budget."""

    output: str
    ending: Ending
    time_s: float


@contextmanager
def open_sandbox(way: str) -> Iterator[Sandbox]:
    """Make a sandbox, or skip the test if this machine does not support it."""
    try:
        sandbox = Sandbox(**WAYS[way])  # type: ignore[arg-type]  # read from the table
        sandbox.start(script("pass"), Limits()).close()
    except SandboxError as error:
        pytest.skip(str(error))
    yield sandbox
    sandbox.close()


def script(source: str) -> bytes:
    """Return the job of a program that prints."""
    return pack(["script", [source], ""])


def run_confined(sandbox: Sandbox, source: str, limits: Limits | None = None) -> Run:
    """Run a program in the sandbox."""
    with sandbox.start(script(source), limits or Limits()) as session:
        output, ending = session.receive_rest()
        time_s = session.time_s
    return Run(output.partition(STATUS_MARK)[0].decode(), ending, time_s)


@cache
def run_outside(source: str) -> str:
    """Run a program in an ordinary process, in an empty directory; return its output."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", source],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            cwd=folder,
        )
    return done.stdout or json.dumps(done.stderr)


def children(pid: int) -> list[int]:
    """Return all descendants of a process, as the kernel lists them."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *children(child)]
    return found


def gone_within(pids: list[int], seconds: float) -> bool:
    """Return whether all processes end in that time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(is_alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
