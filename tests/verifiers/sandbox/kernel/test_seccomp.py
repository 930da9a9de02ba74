"""The seccomp filter: by simulation for each processor, and in force in a program."""

import errno
import struct
import sys
from collections.abc import Iterator

import pytest
from tests.verifiers.sandbox.confined import WAYS, open_sandbox, run_confined, run_outside

from rethink_gym.verifiers.sandbox.kernel.seccomp import ALLOWED, make_filter
from rethink_gym.verifiers.sandbox.kernel.system_call import MACHINES, NUMBERS
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="seccomp is of Linux")

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000


@pytest.fixture(scope="module", params=list(WAYS))
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with open_sandbox(request.param) as sandbox:
        yield sandbox


def simulate(code: bytes, architecture: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """Simulate the kernel: return the action of a filter for one call."""
    padded = (*arguments, *[0] * (6 - len(arguments)))
    data = struct.pack("=IIQ6Q", number, architecture, 0, *padded)
    program = list(struct.iter_unpack("=HBBI", code))
    accumulator = place = 0
    while True:
        operation, on_true, on_false, value = program[place]
        place += 1
        if operation == 0x20:
            accumulator = struct.unpack_from("=I", data, value)[0]
        elif operation == 0x15:
            place += on_true if accumulator == value else on_false
        elif operation == 0x35:
            place += on_true if accumulator >= value else on_false
        elif operation == 0x05:
            place += value
        elif operation == 0x54:
            accumulator &= value
        else:
            assert operation == 0x06
            return int(value)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_allows_the_listed_numbers_and_refuses_all_others(machine: str) -> None:
    code, numbers = make_filter(machine).code, NUMBERS[machine]
    allowed = {numbers[name] for name in ALLOWED if name in numbers}
    conditional = ("clone", "fcntl", "mmap", "open", "openat", "prctl", "prlimit64")
    depends = {numbers[name] for name in conditional if name in numbers}
    for number in set(range(600)) - depends:
        action = simulate(code, ARCHITECTURES[machine], number)
        assert (action == ALLOW) is (number in allowed), number


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "action"),
    [
        ("clone", (0x3D0F00,), ALLOW),
        ("clone", (0x7D0F00,), ALLOW),  # a thread of musl
        ("clone", (17,), ERROR | errno.EPERM),  # fork
        ("clone", (0x4111,), ERROR | errno.EPERM),  # vfork
        ("clone", (0x3D0F00 | 0x10000000,), ERROR | errno.EPERM),  # a user namespace
        ("clone", (0x3D0F00 | 1 << 32,), ERROR | errno.EPERM),
        ("clone3", (), ERROR | errno.ENOSYS),
        ("fcntl", (3, 3), ALLOW),  # F_GETFL
        ("fcntl", (3, 8), ERROR | errno.EPERM),  # F_SETOWN
        ("fcntl", (3, 10), ERROR | errno.EPERM),  # F_SETSIG
        ("fcntl", (3, 15), ERROR | errno.EPERM),  # F_SETOWN_EX
        ("fcntl", (3, 1024), ERROR | errno.EPERM),  # F_SETLEASE
        ("fcntl", (3, 1026), ERROR | errno.EPERM),  # F_NOTIFY
        ("fcntl", (3, 1031), ERROR | errno.EPERM),  # F_SETPIPE_SZ
        ("openat", (3, 0, 0o1000 | 0o2), ALLOW),  # O_TRUNC and O_RDWR
        ("openat", (3, 0, 0o1000 | 0o1 | 0o100), ALLOW),
        ("openat", (3, 0, 0o100), ALLOW),
        ("openat", (3, 0, 0o1000), ERROR | errno.EPERM),  # O_TRUNC and O_RDONLY
        ("mmap", (0, 8192, 3, 0x22), ALLOW),
        ("mmap", (0, 8 << 20, 0, 0x20022), ALLOW),  # a stack
        ("mmap", (0, 1 << 32, 0, 0x20022), ALLOW),
        ("mmap", (0, 32768, 0, 0x20022), ERROR | errno.EPERM),
        ("truncate", (0, 0), ERROR | errno.EPERM),
        ("prctl", (15,), ALLOW),
        ("prctl", (1,), ERROR | errno.EPERM),  # the signal at the parent's death
        ("prctl", (4,), ERROR | errno.EPERM),  # dumpable
        ("prctl", (22,), ERROR | errno.EPERM),  # seccomp
        ("prlimit64", (0, 7), ALLOW),
        ("prlimit64", (1, 7), ERROR | errno.EPERM),
        ("ioctl", (0, 0x5412), ERROR | errno.ENOTTY),  # TIOCSTI
        ("fchmod", (3, 0), ERROR),
        ("getxattr", (), ERROR | errno.ENOTSUP),
    ],
)
def test_the_filter_checks_arguments(
    machine: str, name: str, arguments: tuple[int, ...], action: int
) -> None:
    code = make_filter(machine).code
    number = NUMBERS[machine][name]
    assert simulate(code, ARCHITECTURES[machine], number, arguments) == action


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_by_the_numbers_of_another_processor_kill_the_program(machine: str) -> None:
    code = make_filter(machine).code
    read = NUMBERS[machine]["read"]
    i386, arm = 0x40000003, 0x40000028
    for architecture in (i386, arm):
        assert simulate(code, architecture, read) == KILL
    if machine == "x86_64":
        assert simulate(code, ARCHITECTURES[machine], read | 0x40000000) == KILL  # x32


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_future_kernels_do_not_exist_for_the_program(machine: str) -> None:
    code = make_filter(machine).code
    for number in (468, 500, 1000, 0x3FFFFFFF):
        assert simulate(code, ARCHITECTURES[machine], number) == ERROR | errno.ENOSYS


TRY = """
import ctypes, errno, os, signal, socket, resource, sys, fcntl, threading
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    number, *rest = arguments
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) for a in rest))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, "")
    return result
def child():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
try:
    {attempt}
except OSError as error:
    print(errno.errorcode[error.errno])
except MemoryError:
    print("MemoryError")
else:
    print("done")
"""

REFUSED = {
    "a socket of the internet": "socket.socket()",
    "a socket of this machine": "socket.socket(socket.AF_UNIX)",
    "a netlink socket": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "a pair of sockets": "socket.socketpair()",
    "a child by fork": "child()",
    "another program": "os.posix_spawn('/bin/true', ['true'], {})",
    "becoming another program": "os.execv('/bin/echo', ['echo', 'done'])",
    "a signal to oneself": "os.kill(os.getpid(), 0)",
    "a signal to a thread": "signal.pthread_kill(threading.get_ident(), 0)",
    "a signal to the parent": "os.kill(os.getppid(), 0)",
    "a signal to the group": "os.killpg(0, 0)",
    "a descriptor of a process": "os.pidfd_open(os.getpid())",
    "memory without a name": "os.memfd_create('x')",
    "shared memory": "call({shmget}, 0, 4096, 0o1600)",
    "a message queue": "call({msgget}, 0, 0o1600)",
    "a semaphore": "call({semget}, 0, 1, 0o1600)",
    "being traced": "call({ptrace}, 0, 0, 0, 0)",
    "memory of a process": "call({process_vm_readv}, os.getpid(), 0, 0, 0, 0, 0)",
    "a lower priority": "os.nice(1)",
    "a choice of processor": "os.sched_setaffinity(0, os.sched_getaffinity(0))",
    "a choice of scheduler": "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))",
    "a session": "os.setpgid(0, os.getpgid(0))",
    "another personality": "call({personality}, 0xFFFFFFFF)",
    "a timer that signals": "call({timer_create}, 1, 0, ctypes.addressof((ctypes.c_int * 1)()))",
    "a signal by a lock on a file": "fcntl.fcntl(0, fcntl.F_SETSIG, 9)",
    "an owner of a descriptor": "fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())",
    "a truncation by name": "open('f', 'w').close() or os.truncate('f', 0)",
    "a truncation of what is read": "open('g', 'w').close() or os.open('g', os.O_TRUNC)",
    "a larger pipe": "fcntl.fcntl(os.pipe()[0], 1031, 1 << 20)",
    "a hard link": "open('a', 'w').close() or os.link('a', 'b')",
    "a symbolic link": "os.symlink('/', 'c')",
    "a named pipe": "os.mkfifo('d')",
    "a change of owner": "open('e', 'w').close() or os.chown('e', os.getuid(), os.getgid())",
    "watching files": "call({inotify_init1}, 0)",
    "locked memory": "call({mlockall}, 2)",
    "flushing all disks": "call({sync})",
    "a second filter": "call({seccomp}, 0, 0, 0)",
    "rings of requests": "call(425, 1, ctypes.addressof((ctypes.c_char * 256)()))",
    "a handle of a file": "call({name_to_handle_at}, -100, 0, 0, 0, 0)",
    "the limits of another": "resource.prlimit(os.getppid() or 1, resource.RLIMIT_CPU)",
    "the keys of the user": "call({keyctl}, 0, -3, 0)",
    "asynchronous files": "call({io_setup}, 1, ctypes.addressof((ctypes.c_long * 1)(0)))",
}
OTHER_NUMBERS = {
    "x86_64": {
        "shmget": 29, "msgget": 68, "semget": 64, "ptrace": 101, "process_vm_readv": 310,
        "personality": 135, "timer_create": 222, "inotify_init1": 294, "mlockall": 151,
        "sync": 162, "name_to_handle_at": 303, "keyctl": 250, "io_setup": 206,
        "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "fanotify_init": 300,
        "mount": 165, "chroot": 161, "setns": 308, "unshare": 272, "pivot_root": 155,
        "reboot": 169, "swapon": 167, "acct": 163, "quotactl": 179, "clock_settime": 227,
        "sethostname": 170, "init_module": 175, "syslog": 103, "open_by_handle_at": 304,
        "kcmp": 312, "seccomp": 317, "modify_ldt": 154, "iopl": 172, "mq_open": 240,
        "capset": 126, "setuid": 105, "tgkill": 234, "rt_sigqueueinfo": 129,
    },
    "aarch64": {
        "shmget": 194, "msgget": 186, "semget": 190, "ptrace": 117, "process_vm_readv": 270,
        "personality": 92, "timer_create": 107, "inotify_init1": 26, "mlockall": 230,
        "sync": 81, "name_to_handle_at": 264, "keyctl": 219, "io_setup": 0,
        "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "fanotify_init": 262,
        "mount": 40, "chroot": 51, "setns": 268, "unshare": 97, "pivot_root": 41,
        "reboot": 142, "swapon": 224, "acct": 89, "quotactl": 60, "clock_settime": 112,
        "sethostname": 161, "init_module": 105, "syslog": 116, "open_by_handle_at": 265,
        "kcmp": 272, "seccomp": 277, "mq_open": 180, "capset": 91, "setuid": 146,
        "tgkill": 131, "rt_sigqueueinfo": 138,
    },
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_call_is_refused_inside_and_works_outside(sandbox: Sandbox, what: str) -> None:
    attempt = REFUSED[what]
    for name, number in numbers().items():
        attempt = attempt.replace(f"{{{name}}}", str(number))
    source = TRY.replace("{attempt}", attempt)
    assert run_confined(sandbox, source).output.strip() in ("EPERM", "ENOSYS")
    assert run_outside(source).strip() not in ("EPERM", "ENOSYS")


def numbers() -> dict[str, int]:
    import platform

    if platform.machine() not in OTHER_NUMBERS:
        pytest.skip("the numbers of this processor are not known")
    return OTHER_NUMBERS[platform.machine()]


def test_calls_that_only_root_may_make_are_refused_too(sandbox: Sandbox) -> None:
    listed = numbers()
    lines = [
        f"try:\n    call({number}, 0, 0, 0, 0, 0)\n    print('{name}')\n"
        f"except OSError as error:\n"
        f"    if error.errno not in (1, 38): print('{name}', error.errno)\n"
        for name, number in listed.items()
    ]
    source = TRY.partition("try:")[0] + "".join(lines) + "print('end')"
    assert run_confined(sandbox, source).output == "end\n"


BENIGN = {
    "threads": "import threading\nr=[]\nt=[threading.Thread(target=r.append,args=(i,))"
    " for i in range(20)]\n[x.start() for x in t]\n[x.join() for x in t]\nprint(sum(r))",
    "pools of threads": "from concurrent.futures import ThreadPoolExecutor as P\n"
    "with P(16) as p: print(sum(p.map(lambda x: x, range(20))))",
    "files": "open('a','w').write('19')\nimport os\nos.rename('a','b')\n"
    "os.makedirs('c/d')\nos.rename('b','c/d/e')\nprint(int(open('c/d/e').read()) * 10)",
    "copies of files": "import shutil,tempfile,os\nd=tempfile.mkdtemp()\n"
    "open(d+'/a','w').write('190')\nshutil.copy2(d+'/a','b')\nshutil.copytree(d,'e')\n"
    "shutil.rmtree(d)\nprint(open('e/a').read())",
    "temporary files": "import tempfile\nwith tempfile.TemporaryFile('w+') as f:\n"
    "    f.write('190')\n    f.seek(0)\n    print(f.read())",
    "mathematics": "import decimal,fractions,math,random,statistics,cmath\nrandom.seed(0)\n"
    "print(int(statistics.mean([fractions.Fraction(380,2)]*3) + math.floor(random.random())))",
    "dates": "import datetime,time,calendar\nprint((datetime.date(2000,7,9)"
    "-datetime.date(2000,1,1)).days)",
    "zones": "import zoneinfo,datetime\nz=zoneinfo.ZoneInfo('Europe/Paris')\n"
    "print(190 + 0*datetime.datetime.now(z).year)",
    "hashes": "import hashlib,zlib,json,base64\nprint(190 if hashlib.md5(b'').hexdigest() else 0)",
    "sleep": "import time\ntime.sleep(0.01)\nprint(190)",
    "deep recursion": "import sys\nsys.setrecursionlimit(5000)\n"
    "def s(k): return 0 if k == 0 else 1 + s(k - 1)\nprint(s(4500) - 4310)",
    "a database": "import sqlite3\nc=sqlite3.connect('x.db')\nc.execute('create table t(a)')\n"
    "c.execute('insert into t values (190)')\nc.commit()\n"
    "print(*c.execute('select a from t').fetchone())",
    "signals to come": "import signal\nsignal.signal(signal.SIGALRM, lambda *a: print(190))\n"
    "signal.setitimer(signal.ITIMER_REAL, 0.01)\nsignal.pause()",
    "a hundred megabytes": "x=bytearray(10**8)\nprint(190 + x[5])",
    "regular expressions": "import re,string,difflib\nprint(len(re.findall('a', 'ab' * 190)))",
    "data": "import dataclasses,enum,typing,collections,heapq,bisect,itertools,functools\n"
    "print(sum(itertools.chain(range(20))))",
    "processors": "import os\nprint(190 if os.cpu_count() and os.getpid() else 0)",
}


@pytest.mark.parametrize("what", BENIGN)
def test_ordinary_programs_work(sandbox: Sandbox, what: str) -> None:
    assert run_confined(sandbox, BENIGN[what]).output == "190\n"
