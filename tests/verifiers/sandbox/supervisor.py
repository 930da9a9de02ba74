"""The first program inside the outer sandbox: bounds it, runs graders, looks what they leave.

Reads a JSON line of settings and then attacks from its standard input, and writes what the
graders say. A grader that dies is replaced by one that goes on with the next attack.
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
"""When a grader that says nothing is lost: stopped, or in an endless loop."""


def main() -> None:
    """Run graders until every attack was judged."""
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
        lines = lines[run_grader(lines, settings) :]
    ended = time.monotonic() + SETTLE_S
    while len(processes()) > len(before) and time.monotonic() < ended:
        time.sleep(0.05)
    left = [f"{pid} {words}" for pid, words in processes().items() if pid not in before]
    left += [str(path) for path in Path("/tmp/work").rglob("*")]
    print(json.dumps({"left": left}), flush=True)


def run_grader(lines: list[str], settings: dict[str, object]) -> int:
    """Let one grader judge attacks; return how many it has begun."""
    words = [str(settings["executor"]), json.dumps(settings["options"])]
    grader = subprocess.Popen(
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
    assert grader.stdin is not None
    assert grader.stdout is not None
    grader.stdin.write("\n".join(lines).encode())
    grader.stdin.close()
    begun, open_name, heard = 0, None, b""
    while select.select([grader.stdout], [], [], PATIENCE_S)[0]:
        if not (new := os.read(grader.stdout.fileno(), 1 << 20)):
            break
        *whole, heard = (heard + new).split(b"\n")
        for line in whole:
            said = json.loads(line)
            if "begun" in said:
                begun, open_name = begun + 1, said["begun"]
            else:
                open_name = None
                print(line.decode(), flush=True)
    grader.kill()
    code = grader.wait()
    if begun == 0:
        sys.exit(f"the grader does not start: {code}")
    if open_name is not None:
        faults = {"parent": f"the grader was lost: {code}"}
        print(json.dumps({"name": open_name, "faults": faults}), flush=True)
    return begun


if __name__ == "__main__":
    main()
