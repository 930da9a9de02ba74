"""Dropped privileges cannot be regained."""

import json
import os
import subprocess
import sys

import pytest

from rethink_gym.verifiers.sandbox.kernel import privilege

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has capabilities")

SHOW = """
import json, os, sys
sys.path[:0] = {path!r}
from rethink_gym.verifiers.sandbox.kernel import privilege
user = privilege.drop({seed!r})
with open("/proc/self/status") as file:
    status = dict(line.rstrip("\\n").split(":", 1) for line in file)
names = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Groups")
print(json.dumps([user, os.getresuid(), os.getresgid(), {{n: status[n].strip() for n in names}}]))
try:
    os.setuid(0)
except OSError:
    print("stays")
"""


def drop(seed: int | None) -> tuple[int, list[int], list[int], dict[str, str], str]:
    """Drop all privileges in a process of its own; return its ids and capabilities."""
    source = SHOW.format(path=sys.path, seed=seed)
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    shown, _, rest = done.stdout.partition("\n")
    user, users, groups, status = json.loads(shown)
    return user, users, groups, status, rest


@pytest.mark.skipif(not privilege.can_change_user(), reason="only root can become another user")
@pytest.mark.parametrize("seed", [1, 4_194_303])
def test_root_irrevocably_becomes_a_user_that_owns_nothing(seed: int) -> None:
    user, users, groups, status, rest = drop(seed)
    assert user == 0x70000000 + seed
    assert users == groups == [user] * 3
    assert status["Groups"] == ""
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert rest == "stays\n"


def test_another_user_keeps_its_id_and_cannot_gain_privileges() -> None:
    user, users, _, status, _ = drop(None)
    assert user == os.getuid() == users[0]
    for name in ("CapPrm", "CapEff", "CapAmb"):
        assert int(status[name], 16) == 0
    assert status["NoNewPrivs"] == "1"
