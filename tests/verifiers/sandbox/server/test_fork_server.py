"""What a program sees of its surroundings and can use, and which files and processes remain."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.verifiers.sandbox.confined import (
    WAYS,
    children,
    gone_within,
    is_alive,
    open_sandbox,
    run_confined,
    run_outside,
    script,
)

from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox
from rethink_gym.verifiers.sandbox.server.session import Ending

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these levels need Linux")


@pytest.fixture(scope="module", params=list(WAYS))
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    os.environ["CANARY"] = "secret-of-the-environment"
    with open_sandbox(request.param) as sandbox:
        yield sandbox
    del os.environ["CANARY"]


def test_the_environment_of_the_starter_is_not_inherited(sandbox: Sandbox) -> None:
    source = "import os\nprint(sorted(os.environ))"
    assert run_confined(sandbox, source).output == str(
        [
            "HOME", "LC_CTYPE", "MALLOC_ARENA_MAX", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
            "PYTHONHASHSEED", "TMPDIR",
        ]
    ) + "\n"  # fmt: skip


def test_no_descriptor_is_inherited(sandbox: Sandbox, tmp_path: Path) -> None:
    with open(tmp_path / "canary", "w+") as file:
        os.set_inheritable(file.fileno(), True)
        source = (
            "import os\nfound=[]\nfor d in range(5, 1000):\n"
            "  try: os.fstat(d); found.append(d)\n  except OSError: pass\nprint(found)"
        )
        assert run_confined(sandbox, source).output == "[]\n"


def test_the_standard_descriptors_are_empty(sandbox: Sandbox) -> None:
    source = "import os\nos.write(2, b'x')\nprint(os.read(0, 9))"
    assert run_confined(sandbox, source).output == "b''\n"


def test_the_command_line_contains_no_information(sandbox: Sandbox) -> None:
    source = "import sys\nprint(sys.argv, getattr(sys, 'orig_argv', []))"
    said = run_confined(sandbox, source).output
    assert said.startswith("['']")
    assert "CANARY" not in said


def test_the_program_starts_in_an_empty_directory_of_its_own(sandbox: Sandbox) -> None:
    write = "import os\nprint(os.listdir('.'))\nopen('left', 'w').write('x')\nos.mkdir('d', 0)"
    for _ in range(3):
        assert run_confined(sandbox, write).output.startswith("[")
        left = "import os\nprint([n for n in os.listdir('.') if n in ('left', 'd')])"
        assert run_confined(sandbox, left).output == "[]\n"


FILES = {
    "the users": "open('/etc/passwd').read()",
    "the root": "os.listdir('/')",
    "the home": "os.listdir(os.path.expanduser('~root') or '/root')",
    "the processes": "os.listdir('/proc')",
    "one's own memory": "open('/proc/self/mem', 'rb').read(0)",
    "one's own environment": "open('/proc/self/environ').read()",
    "the system": "os.listdir('/sys')",
    "shared memory": "open('/dev/shm/x', 'w').write('x')",
    "temporary files": "open('/tmp/rethink-canary', 'w').write('x')",
    "a secret": "open('{outside}/secret').read()",
    "the list of a directory": "os.listdir('{outside}')",
    "a change": "open('{outside}/secret', 'a').write('x')",
    "a truncation": "os.truncate('{outside}/secret', 0)",
    "a removal": "os.unlink('{outside}/secret')",
    "a new file": "open('{outside}/new', 'w').write('x')",
    "a new directory": "os.mkdir('{outside}/new')",
    "a move": "os.rename('{outside}/secret', '{outside}/moved')",
    "a move in": "os.rename('{outside}/secret', 'moved')",
    "a way up": "open('../' * 20 + '{outside}/secret').read()",
    "the library": "open(os.__file__, 'a').write('')",
    "code of the library": "open(os.path.dirname(os.__file__) + '/new.py', 'w').write('x')",
}


@pytest.mark.parametrize("what", FILES)
def test_files_outside_cannot_be_reached(sandbox: Sandbox, tmp_path: Path, what: str) -> None:
    tmp_path.chmod(0o777)
    secret = tmp_path / "secret"
    secret.write_text("canary")
    secret.chmod(0o666)
    attempt = FILES[what].replace("{outside}", str(tmp_path))
    source = f"import os\ntry: {attempt}\nexcept OSError: print('refused')\nelse: print('done')"
    assert run_confined(sandbox, source).output == "refused\n"
    assert secret.read_text() == "canary"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
    if "root" not in what and "library" not in what and "home" not in what:
        assert run_outside(f"import os; os.chdir({str(tmp_path)!r})\n{source}") == "done\n"
    Path("/tmp/rethink-canary").unlink(missing_ok=True)
    Path("/dev/shm/x").unlink(missing_ok=True)


def test_modes_and_times_of_files_outside_do_not_change(sandbox: Sandbox, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    secret = tmp_path / "secret"
    secret.write_text("canary")
    secret.chmod(0o644)
    before = secret.stat()
    source = (
        f"import os\nfor path in ({str(secret)!r}, os.__file__):\n"
        "  for change in (lambda: os.chmod(path, 0), lambda: os.utime(path, (1, 1)),\n"
        "      lambda: os.chown(path, os.getuid(), os.getgid()),\n"
        "      lambda: os.setxattr(path, 'user.x', b'y')):\n"
        "    try: change()\n    except OSError: pass\n"
    )
    run_confined(sandbox, source)
    after = secret.stat()
    assert (before.st_mode, before.st_mtime) == (after.st_mode, after.st_mtime)
    assert os.stat(os.__file__).st_mtime > 1


def test_installed_packages_can_be_imported_only_on_request(sandbox: Sandbox) -> None:
    source = "import numpy\nprint(numpy.arange(20).sum())"
    assert run_confined(sandbox, source, Limits(has_packages=True)).output == "190\n"
    assert run_confined(sandbox, source).output == ""
    import numpy

    read = f"open({numpy.__file__!r}).read()\nprint('read')"
    assert run_confined(sandbox, read).output == ""


LIMITED = {
    "memory": ("try: bytearray(700 * 10**6)\nexcept MemoryError: print('no')", "no\n"),
    "memory of a list": (
        "x = []\ntry:\n  while True: x.append(bytearray(10**7))\n"
        "except MemoryError:\n  n = len(x)\n  x = None\n  print(30 < n < 54)",
        "True\n",
    ),
    "a file": (
        "try: open('a', 'wb').write(bytes(17 * 2**20))\nexcept OSError: print('no')",
        "no\n",
    ),
    "descriptors": (
        "import os\ntry:\n  while True: os.dup(0)\nexcept OSError: print('no')",
        "no\n",
    ),
    "a higher limit": (
        "import resource\ntry: resource.setrlimit(resource.RLIMIT_AS, (-1, -1))\n"
        "except (OSError, ValueError): print('no')",
        "no\n",
    ),
    "a core": ("import resource\nprint(resource.getrlimit(resource.RLIMIT_CORE))", "(0, 0)\n"),
    "locked memory": (
        "import resource\nprint(resource.getrlimit(resource.RLIMIT_MEMLOCK))",
        "(0, 0)\n",
    ),
}


@pytest.mark.parametrize("what", LIMITED)
def test_the_kernel_enforces_the_limits(sandbox: Sandbox, what: str) -> None:
    source, expected = LIMITED[what]
    assert run_confined(sandbox, source).output == expected


@pytest.mark.parametrize("stack_bytes", [0, 65536])
def test_the_number_of_threads_is_limited(sandbox: Sandbox, stack_bytes: int) -> None:
    source = f"""
import os, threading, time
threading.stack_size({stack_bytes})
n = 1
for i in range(2000):
    try: threading.Thread(target=time.sleep, args=(9,), daemon=True).start(); n += 1
    except RuntimeError: break
os.write(1, str(n).encode())
os._exit(0)
"""
    run = run_confined(sandbox, source)
    assert run.ending is Ending.KILLED or int(run.output) <= 64


def test_the_disk_space_is_limited(sandbox: Sandbox) -> None:
    source = (
        "for i in range(40):\n"
        "  with open(str(i), 'wb') as f: f.write(bytes(10**7))\nprint('all written')"
    )
    run = run_confined(sandbox, source)
    assert run.output == ""
    small = (
        "for i in range(100_000):\n"
        "  with open(str(i), 'wb') as f: f.write(b'x' * 4096)\nprint('all written')"
    )
    assert run_confined(sandbox, small, Limits(time_s=9)).output == ""
    hidden = (
        "import os\nkept = []\nfor i in range(40):\n  f = open('f', 'wb')\n"
        "  f.write(bytes(10**7))\n  f.flush()\n  os.unlink('f')\n  kept.append(f)\n"
        "import time\ntime.sleep(0.1)\nprint('all written')"
    )
    assert run_confined(sandbox, hidden).output == ""
    mapped = (
        "import mmap, os\nkept = []\nfor i in range(40):\n  f = open('f', 'w+b')\n"
        "  f.write(bytes(10**7))\n  f.flush()\n  kept.append(mmap.mmap(f.fileno(), 0))\n"
        "  f.close()\n  os.unlink('f')\nimport time\ntime.sleep(0.1)\nprint('all written')"
    )
    assert run_confined(sandbox, mapped).output == ""
    assert run_confined(sandbox, "open('a', 'w').write('x')\nprint('ok')").output == "ok\n"


def test_an_unreadable_or_deep_directory_does_not_affect_the_next_program(sandbox: Sandbox) -> None:
    locked = "import os\nos.makedirs('a/b')\nos.mkdir('a/b/c', 0)\nos.chmod('.', 0)"
    deep = "import os\nfor i in range(2000):\n  os.mkdir('d')\n  os.chdir('d')"
    for source in (locked, deep):
        run_confined(sandbox, source)
        assert run_confined(sandbox, "import os\nprint(os.listdir('.') in ([], ['stdin']))").output


def test_hashes_are_the_same_in_every_program(sandbox: Sandbox) -> None:
    source = "print(list({str(i) for i in range(9)}))"
    with open_sandbox("namespaces") as other:
        assert run_confined(sandbox, source).output == run_confined(other, source).output


OWNER = """
import sys, time
sys.path[:0] = {path!r}
from rethink_gym.verifiers.sandbox.limits import Limits
from tests.verifiers.sandbox.confined import WAYS, script
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox
sandbox = Sandbox(**WAYS[{way!r}])
session = sandbox.start(script("import time\\nwhile True: time.sleep(0.01)"), Limits(time_s=60))
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("way", list(WAYS))
def test_no_process_outlives_its_starter(way: str) -> None:
    with open_sandbox(way):
        pass
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER.format(path=sys.path, way=way)], stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    with owner, contextlib.suppress(ProcessLookupError):
        assert owner.stdout.readline() == b"ready\n"
        started = children(owner.pid)
        assert len(started) >= 2
        owner.kill()
        owner.wait()
        assert gone_within(started, 5.0)


@pytest.mark.parametrize("way", list(WAYS))
def test_no_process_is_left_after_a_session_and_after_a_sandbox(way: str, tmp_path: Path) -> None:
    before, descriptors = children(os.getpid()), len(os.listdir("/proc/self/fd"))
    with open_sandbox(way) as sandbox:
        own = [pid for pid in children(os.getpid()) if pid not in before]
        with sandbox.start(script("import time\ntime.sleep(9)"), Limits()) as session:
            assert session.time_s < 1
        assert [pid for pid in children(os.getpid()) if pid not in before] == own
    assert children(os.getpid()) == before
    assert len(os.listdir("/proc/self/fd")) == descriptors


def footprint(sandbox: Sandbox) -> dict[str, int]:
    """Measure resources of this process and its fork server that a leak would increase."""
    pids = [os.getpid(), *children(sandbox.pids[0])]
    return {
        "descriptors": sum(map(num_descriptors, pids)),
        "processes": len(pids),
        "kilobytes": sum(resident_kilobytes(pid) for pid in pids),
    }


def num_descriptors(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except PermissionError:
        return 0  # only root can see those of the fork server


def resident_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@pytest.mark.parametrize("num_checks", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_many_checks_do_not_leak(num_checks: int) -> None:
    jobs = [
        script("print(1)"),
        script("open('a', 'w').write('x')"),
        script("import os\nos._exit(1)"),
        script("import ctypes\nctypes.string_at(0)"),
    ]
    with open_sandbox("namespaces") as sandbox:

        def check(number: int) -> None:
            with sandbox.start(jobs[number % len(jobs)], Limits()) as session:
                session.receive_rest()

        for number in range(100):
            check(number)
        gc.collect()
        before = footprint(sandbox)
        for number in range(num_checks):
            check(number)
        gc.collect()
        after = footprint(sandbox)
    assert after["descriptors"] == before["descriptors"]
    assert after["processes"] == before["processes"]
    assert after["kilobytes"] < before["kilobytes"] + 1024


def test_closing_the_session_of_a_lost_fork_server_is_not_an_error() -> None:
    with open_sandbox("namespaces") as sandbox:
        pid = sandbox.pids[0]
        session = sandbox.start(script("import time\ntime.sleep(9)"), Limits())
        os.kill(pid, signal.SIGTERM)
        session.close()
    assert not is_alive(pid)
