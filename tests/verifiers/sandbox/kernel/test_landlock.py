"""A Landlock ruleset allows exactly the named rights, in every version of the interface."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rethink_gym.verifiers.sandbox.kernel import landlock

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or landlock.abi() == 0, reason="the kernel has no Landlock"
)

ATTEMPTS = {
    "read": "open('{inside}/file').read()",
    "list": "os.listdir('{inside}')",
    "write": "open('{inside}/file', 'a').write('x')",
    "truncate": "os.truncate('{inside}/file', 0)",
    "make a file": "open('{inside}/new', 'w')",
    "make a directory": "os.mkdir('{inside}/inner')",
    "move": "os.rename('{inside}/inner', '{inside}/moved')",
    "remove a directory": "os.rmdir('{inside}/moved')",
    "remove a file": "os.unlink('{inside}/new')",
    "make a link": "os.symlink('x', '{inside}/link')",
    "make a pipe": "os.mkfifo('{inside}/pipe')",
    "make a socket": "socket.socket(socket.AF_UNIX).bind('{inside}/socket')",
    "run": "os.spawnv(os.P_WAIT, '{inside}/run', ['run']) != 127 or 1 / 0",
}
ALLOWED = {
    "elsewhere": [],
    "readable": ["read", "list"],
    "listable": ["list"],
    "scratch": [
        "read", "list", "write", "truncate", "make a file", "make a directory", "move",
        "remove a directory", "remove a file",
    ],
}  # fmt: skip

RULES = """
import ctypes, json, os, socket, sys
sys.path[:0] = {path!r}
from rethink_gym.verifiers.sandbox.kernel import landlock
from rethink_gym.verifiers.sandbox.kernel.system_call import call
ruleset = landlock.make_ruleset(
    readable=["{folder}/readable", "{folder}/not there", "/usr/lib"],
    listable=["{folder}/listable"],
    scratch="{folder}/scratch", devices=["/dev/null"], version={version})
call("prctl", 38, 1, 0, 0, 0)
if {is_restricted}:
    landlock.restrict(ruleset)
done = []
for name, attempt in {attempts!r}.items():
    try:
        exec(attempt)
    except (OSError, ZeroDivisionError):
        continue
    done.append(name)
print(json.dumps(done))
"""


def attempts_done(folder: Path, inner: str, *, is_restricted: bool, version: int) -> list[str]:
    """Try all operations in a folder, in a process of their own; return those that worked."""
    for name in ALLOWED:
        inside = folder / name
        inside.mkdir()
        (inside / "file").write_text("x")
        (inside / "run").write_text("#!/bin/true\n")
        (inside / "run").chmod(0o755)
    attempts = {
        name: attempt.replace("{inside}", str(folder / inner)) for name, attempt in ATTEMPTS.items()
    }
    source = RULES.format(
        path=sys.path,
        folder=folder,
        version=version,
        is_restricted=is_restricted,
        attempts=attempts,
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=60
    )
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("inner", list(ALLOWED))
def test_a_folder_allows_its_rights_and_nothing_else(tmp_path: Path, inner: str) -> None:
    version = landlock.abi()
    done = attempts_done(tmp_path, inner, is_restricted=True, version=version)
    assert done == ALLOWED[inner]


def test_all_operations_work_without_a_ruleset(tmp_path: Path) -> None:
    version = landlock.abi()
    done = attempts_done(tmp_path, "elsewhere", is_restricted=False, version=version)
    assert done == list(ATTEMPTS)


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5, 6])
def test_older_versions_confine_as_far_as_they_can(tmp_path: Path, version: int) -> None:
    if version > landlock.abi():
        pytest.skip("the kernel is older")
    done = attempts_done(tmp_path, "elsewhere", is_restricted=True, version=version)
    assert set(done) <= ({"truncate"} if version < 3 else set())
