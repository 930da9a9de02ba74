"""Resource limits are applied, and never raised."""

import subprocess
import sys

import pytest

from rethink_gym.verifiers.sandbox.kernel import rlimit
from rethink_gym.verifiers.sandbox.limits import Limits

SHOW = """
import resource, sys
sys.path[:0] = {path!r}
from rethink_gym.verifiers.sandbox.kernel import rlimit
if {first!r}: rlimit.apply({first!r})
rlimit.apply({packed!r})
print([resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in
    ("AS", "CPU", "FSIZE", "NOFILE", "CORE")])
"""


def applied(limits: Limits, first: bytes = b"") -> str:
    """Apply limits in a process of its own, after optional first ones, and show them."""
    packed = rlimit.pack(limits, can_count_threads=False)
    assert len(packed) == rlimit.SIZE
    source = SHOW.format(path=sys.path, packed=packed, first=first)
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not limit memory")
def test_each_limit_is_set_as_hard_and_soft_limit() -> None:
    limits = Limits(memory_bytes=2**28, time_s=1.5, file_bytes=1000, max_open_files=20)
    expected = [(2**28, 2**28), (3, 3), (1000, 1000), (20, 20), (0, 0)]
    assert applied(limits) == str(expected)


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not limit memory")
def test_a_lower_limit_is_kept() -> None:
    low = rlimit.pack(Limits(file_bytes=500), can_count_threads=False)
    shown = applied(Limits(file_bytes=1000), first=low)
    assert "(500, 500)" in shown or "(1000, 1000)" in shown
