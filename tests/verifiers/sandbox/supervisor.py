"""The first process in the outer sandbox: sets limits, runs attack runners, finds leftovers.

Reads a JSON line of settings and then attacks from its standard input, and writes the
results. A runner that dies is replaced by one that continues with the next attack.
"""

import json
import os
import resource
import secrets
import select
import subprocess
import sys
import time
from pathlib import Path

from tests.verifiers.sandbox.refusal import refuse_namespaces
from tests.verifiers.sandbox.usage_watch import processes

__all__ = ["main"]

BOUNDS = {
    resource.RLIMIT_AS: 4 * 2**30,
    resource.RLIMIT_FSIZE: 2**30,
    resource.RLIMIT_NPROC: 1000,
    resource.RLIMIT_CORE: 0,
}
SETTLE_S = 3.0
PATIENCE_S = 60.0
"""A runner without output for this long is lost: stopped, or in an endless loop."""


def main() -> None:
    """Run attack runners until every attack was run."""
    settings = json.loads(sys.stdin.readline())
    lines = [line for line in sys.stdin.read().split("\n") if line]
    if settings["uid"]:
        os.setgroups([])
        os.setresgid(settings["uid"], settings["uid"], settings["uid"])
        os.setresuid(settings["uid"], settings["uid"], settings["uid"])
    if not settings["has_namespaces"]:
        refuse_namespaces()
    for kind, bound in BOUNDS.items():
        resource.setrlimit(kind, (bound, bound))
    Path("/tmp/work").mkdir()
    Path("/tmp/work").chmod(0o1777)
    os.environ["TMPDIR"] = "/tmp/work"
    before = processes()
    while lines:
        lines = lines[run_attack_runner(lines, settings) :]
    ended = time.monotonic() + SETTLE_S
    while len(processes()) > len(before) and time.monotonic() < ended:
        time.sleep(0.05)
    left = [f"{pid} {words}" for pid, words in processes().items() if pid not in before]
    left += [str(path) for path in Path("/tmp/work").rglob("*")]
    print(json.dumps({"left": left}), flush=True)


def run_attack_runner(lines: list[str], settings: dict[str, object]) -> int:
    """Let one attack runner run attacks; return how many it has started."""
    words = [str(settings["executor"]), json.dumps(settings["options"])]
    runner = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.verifiers.sandbox.attack_runner",
            *words,
            "M" + secrets.token_hex(4),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert runner.stdin is not None
    assert runner.stdout is not None
    runner.stdin.write("\n".join(lines).encode())
    runner.stdin.close()
    num_started, open_name, buffer = 0, None, b""
    while select.select([runner.stdout], [], [], PATIENCE_S)[0]:
        if not (new := os.read(runner.stdout.fileno(), 1 << 20)):
            break
        *whole, buffer = (buffer + new).split(b"\n")
        for line in whole:
            message = json.loads(line)
            if "started" in message:
                num_started, open_name = num_started + 1, message["started"]
            else:
                open_name = None
                print(line.decode(), flush=True)
    runner.kill()
    code = runner.wait()
    if num_started == 0:
        sys.exit(f"the attack runner does not start: {code}")
    if open_name is not None:
        faults = {"parent": f"the attack runner was lost: {code}"}
        print(json.dumps({"name": open_name, "faults": faults}), flush=True)
    return num_started


if __name__ == "__main__":
    main()
