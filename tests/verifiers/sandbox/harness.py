"""Runs attacks inside an outer sandbox, so that even a successful one does no harm."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.verifiers.sandbox.attack import Attack

__all__ = ["ORDINARY_UID", "Outcome", "Run", "run_attacks"]

ORDINARY_UID = 12345
_ROOT = Path(__file__).resolve().parents[3]
_DISK_BYTES = 1 << 30


@dataclass(frozen=True)
class Outcome:
    """The outcome of one attack.

    Attributes:
        name: Name of the attack.
        faults: The checks that failed, with details; empty if the attack was contained.
        elapsed_s: Seconds until the verdict.
        result: Everything else that the attack runner reports.
    """

    name: str
    faults: Mapping[str, str]
    elapsed_s: float
    result: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Run:
    """The outcomes of many attacks.

    Attributes:
        outcomes: One per attack, in order.
        left: Processes and files that were left after the last attack runner had ended.
    """

    outcomes: list[Outcome]
    left: list[str]

    @property
    def faults(self) -> dict[str, Mapping[str, str]]:
        """The checks that failed, by the name of the attack."""
        return {outcome.name: outcome.faults for outcome in self.outcomes if outcome.faults}


def run_attacks(
    attacks: Iterable[Attack],
    *,
    executor: str = "verifier",
    options: Mapping[str, Any] | None = None,
    as_root: bool = False,
    has_namespaces: bool = True,
    timeout_s: float = 600.0,
) -> Run:
    """Run attacks inside an outer sandbox.

    Args:
        attacks: The attacks; those for another processor are left out.
        executor: Name of an executor, from `executor.EXECUTORS`.
        options: Options of the executor, such as arguments of `CodeVerifier`.
        as_root: Whether the attack runner runs as root, else as an ordinary user.
        has_namespaces: Whether the attack runner may make namespaces.
        timeout_s: Time limit of the whole run.

    Returns:
        The outcomes.
    """
    machine = os.uname().machine
    chosen = [attack for attack in attacks if attack.machine in ("", machine)]
    uid = 0 if as_root or os.geteuid() != 0 else ORDINARY_UID
    settings = {
        "executor": executor,
        "options": dict(options or {}),
        "uid": uid,
        "has_namespaces": has_namespaces,
    }
    lines = [json.dumps(settings), *(attack.to_json() for attack in chosen)]
    done = subprocess.run(
        [*_outer_sandbox(as_root), sys.executable, "-m", "tests.verifiers.sandbox.supervisor"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        cwd=_ROOT,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": "/tmp",
            "PYTHONPATH": f"{_ROOT}:{_ROOT / 'src'}",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(replies) != len(chosen) + 1:
        pytest.fail(f"the outer sandbox ended with {done.returncode}: {done.stderr[-2000:]}")
    outcomes = [
        Outcome(reply["name"], reply["faults"], reply.get("elapsed_s", 0.0), reply)
        for reply in replies[:-1]
    ]
    return Run(outcomes, replies[-1]["left"])


def _outer_sandbox(as_root: bool) -> list[str]:
    """Return the words that start a program in which only ``/tmp`` can be written."""
    is_root = os.geteuid() == 0
    if as_root and not is_root:
        pytest.skip("needs root")
    if not shutil.which("bwrap"):
        pytest.skip("needs bubblewrap as the outer sandbox of hostile programs")
    words = ["bwrap", "--die-with-parent", "--new-session", "--unshare-pid", "--unshare-net"]
    words += ["--unshare-ipc", "--unshare-uts", *([] if is_root else ["--unshare-user"])]
    words += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    words += ["--size", str(_DISK_BYTES), "--tmpfs", "/tmp", "--chmod", "1777", "/tmp"]
    return [*words, *_visible(), "--chdir", str(_ROOT)]


def _visible() -> list[str]:
    """Return binds of the paths that an ordinary user needs from closed folders, or from /tmp."""
    words: list[str] = []
    made = {Path("/tmp")}
    for path in (Path(sys.base_prefix).resolve(), Path(sys.prefix), _ROOT):
        for parent in reversed(path.parents[:-1]):
            if parent.parent in made or not parent.stat().st_mode & 0o001:
                if parent not in made:
                    words += ["--perms", "0755"]
                    words += ["--dir" if parent.parent in made else "--tmpfs", str(parent)]
                made.add(parent)
        if path.parent in made:
            words += ["--ro-bind", str(path), str(path)]
    return words
