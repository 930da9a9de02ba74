"""System calls by number, made from Python without a compiler.

The fork server may use only the standard library, and libc wraps only some of the calls
that confine a process. All of them are therefore made by `syscall(2)`.
"""

import ctypes
import functools
import os
import signal
from collections.abc import Callable

__all__ = ["MACHINES", "NUMBERS", "call", "end_with_parent", "machine", "number"]

MACHINES = ("x86_64", "aarch64")
"""The processors whose system call numbers are known."""

_TABLE = """
    read 0 63, write 1 64, readv 19 65, writev 20 66, pread64 17 67, pwrite64 18 68,
    preadv 295 69, pwritev 296 70, lseek 8 62, sendfile 40 71, close 3 57, close_range 436 436,
    open 2 -, openat 257 56, creat 85 -, stat 4 -, lstat 6 -, fstat 5 80, newfstatat 262 79,
    statx 332 291, access 21 -, faccessat 269 48, faccessat2 439 439, readlink 89 -,
    readlinkat 267 78, getdents 78 -, getdents64 217 61, getcwd 79 17, chdir 80 49, fchdir 81 50,
    mkdir 83 -, mkdirat 258 34, rmdir 84 -, unlink 87 -, unlinkat 263 35, rename 82 -,
    renameat 264 38, renameat2 316 276, truncate 76 45, ftruncate 77 46, fsync 74 82,
    fdatasync 75 83, flock 73 32, fadvise64 221 223, umask 95 166, dup 32 23, dup2 33 -,
    dup3 292 24, pipe 22 -, pipe2 293 59, poll 7 -, ppoll 271 73, select 23 -, pselect6 270 72,
    epoll_create 213 -, epoll_create1 291 20, epoll_ctl 233 21, epoll_wait 232 -,
    epoll_pwait 281 22, eventfd 284 -, eventfd2 290 19, mmap 9 222, munmap 11 215,
    mprotect 10 226, mremap 25 216, madvise 28 233, brk 12 214, msync 26 227, rt_sigaction 13 134,
    rt_sigprocmask 14 135, rt_sigreturn 15 139, rt_sigpending 127 136, rt_sigsuspend 130 133,
    rt_sigtimedwait 128 137, sigaltstack 131 132, pause 34 -, alarm 37 -, setitimer 38 103,
    getitimer 36 102, restart_syscall 219 128, nanosleep 35 101, clock_nanosleep 230 115,
    clock_gettime 228 113, clock_getres 229 114, gettimeofday 96 169, time 201 -, times 100 153,
    getpid 39 172, gettid 186 178, getppid 110 173, getuid 102 174, geteuid 107 175,
    getgid 104 176, getegid 108 177, getresuid 118 148, getresgid 120 150, getgroups 115 158,
    getpgid 121 155, getpgrp 111 -, getsid 124 156, getrusage 98 165, getrlimit 97 163,
    setrlimit 160 164, uname 63 160, sysinfo 99 179, getrandom 318 278, getcpu 309 168,
    sched_yield 24 124, sched_getaffinity 204 123, futex 202 98, set_robust_list 273 99,
    set_tid_address 218 96, rseq 334 293, exit 60 93, exit_group 231 94, wait4 61 260,
    waitid 247 95, clone 56 220, clone3 435 435, fcntl 72 25, prctl 157 167, prlimit64 302 261,
    ioctl 16 29, chmod 90 -, fchmod 91 52, fchmodat 268 53, fchmodat2 452 452, utime 132 -,
    utimes 235 -, futimesat 261 -, utimensat 280 88, getxattr 191 8, lgetxattr 192 9,
    fgetxattr 193 10, setxattr 188 5, lsetxattr 189 6, fsetxattr 190 7, listxattr 194 11,
    llistxattr 195 12, flistxattr 196 13, removexattr 197 14, lremovexattr 198 15,
    fremovexattr 199 16, seccomp 317 277, unshare 272 97, mount 165 40, umount2 166 39,
    pivot_root 155 41, sethostname 170 161, capget 125 90, capset 126 91, mount_setattr 442 442,
    landlock_create_ruleset 444 444, landlock_add_rule 445 445, landlock_restrict_self 446 446,
    setresuid 117 147, setresgid 119 149, setgroups 116 159, pidfd_send_signal 424 424,
    pidfd_open 434 434,
"""


def _read_table() -> dict[str, dict[str, int]]:
    rows = [entry.split() for entry in _TABLE.replace("\n", " ").split(",") if entry.strip()]
    return {
        machine: {row[0]: int(row[column]) for row in rows if row[column] != "-"}
        for column, machine in enumerate(MACHINES, start=1)
    }


NUMBERS = _read_table()
"""The number of each call that the sandbox makes or filters, per processor."""


def machine() -> str:
    """Return the kernel's name of the processor."""
    return os.uname().machine


def number(name: str) -> int:
    """Return the number of a call on this processor.

    Args:
        name: Name of the call.

    Raises:
        OSError: If the processor is unknown, or does not have the call.
    """
    try:
        return NUMBERS[machine()][name]
    except KeyError:
        raise OSError(38, f"the system call {name} is not known on {machine()}") from None


def call(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make a system call.

    Args:
        name: Name of the call.
        arguments: Numbers, bytes (a zero byte is appended), buffers, or None.

    Returns:
        The return value of the kernel.

    Raises:
        OSError: If the kernel refuses, with its error code.
    """
    values = [
        ctypes.c_long(a)
        if isinstance(a, int)
        else ctypes.c_char_p(a)
        if isinstance(a, bytes)
        else a
        for a in arguments
    ]
    result = _syscall()(ctypes.c_long(number(name)), *values)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent ends.

    A change of the user id cancels this, so call it afterwards.
    """
    call("prctl", _SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


_SET_PARENT_DEATH_SIGNAL = 1


@functools.cache
def _syscall() -> Callable[..., int]:
    """Return the function of libc that makes system calls; loaded on first use."""
    function = ctypes.CDLL(None, use_errno=True).syscall
    function.restype = ctypes.c_long
    return function
