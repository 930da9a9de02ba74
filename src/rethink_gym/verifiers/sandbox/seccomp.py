"""The system calls that a program may make: a positive list, as a filter of the kernel.

What ordinary Python programs need is allowed: files, memory, time, threads, waiting.
Everything else is refused: sockets, other programs and processes, signals to anybody,
mounts, namespaces, tracing, and whatever the kernel learns in years to come. `ioctl`
answers that the descriptor is no terminal, because `open` asks that. Changing modes
and times of files seems to succeed and does nothing: the rules for files do not cover
it, and a program that copies a file asks for it.

References:
    Linux, Documentation/userspace-api/seccomp_filter.rst.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Callable

from rethink_gym.verifiers.sandbox.system_call import NUMBERS, call

__all__ = ["ALLOWED", "Filter", "make_filter"]

_ALWAYS_ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev lseek sendfile close close_range
creat stat lstat fstat newfstatat statx access faccessat faccessat2 readlink
readlinkat getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat
rename renameat renameat2 ftruncate fsync fdatasync flock fadvise64 umask dup
dup2 dup3 pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl
epoll_wait epoll_pwait eventfd eventfd2 munmap mprotect mremap madvise brk msync
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait
sigaltstack pause alarm setitimer getitimer restart_syscall nanosleep clock_nanosleep
clock_gettime clock_getres gettimeofday time times getpid gettid getppid getuid geteuid
getgid getegid getresuid getresgid getgroups getpgid getpgrp getsid getrusage getrlimit
setrlimit uname sysinfo getrandom getcpu sched_yield sched_getaffinity futex
set_robust_list set_tid_address rseq exit exit_group wait4 waitid
"""

ALLOWED = frozenset(_ALWAYS_ALLOWED.split())
"""The calls that are allowed whatever their arguments."""

_ANSWERS = {
    "ioctl": errno.ENOTTY,
    "clone3": errno.ENOSYS,  # its flags cannot be read here; libc goes on to clone
    **dict.fromkeys(
        ("chmod", "fchmod", "fchmodat", "fchmodat2", "utime", "utimes", "futimesat", "utimensat"),
        0,
    ),
    **{
        f"{prefix}{verb}xattr": errno.ENOTSUP
        for verb in ("get", "set", "list", "remove")
        for prefix in ("", "l", "f")
    },
}
"""The calls that are answered without being made."""

_FIRST_SHARED = 424
"""From this number on all processors count alike, and the calls are so new that libc
does without them if it is told that they do not exist."""

_THREAD_FLAGS = 0x3D0F00
"""What libc asks `clone` for to make a thread: everything shared."""

_DETACHED_FLAG = 0x400000
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
"""Duplicating, flags, locks, the size of a pipe; none that makes signals."""

_STACK_FLAG, _LEAST_STACK_BYTES = 0x20000, 4 * 2**20
_PRCTL_OPTIONS = (15, 16)
"""The name of a thread."""

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000

_LOAD, _JUMP_EQUAL, _JUMP_FROM, _JUMP, _AND, _RETURN = 0x20, 0x15, 0x35, 0x05, 0x54, 0x06
_OFFSET_OF_NUMBER, _OFFSET_OF_ARCHITECTURE, _OFFSET_OF_ARGUMENTS = 0, 4, 16

_RETURN_ALLOW = 0x7FFF0000
_RETURN_ERROR = 0x00050000
_RETURN_KILL = 0x80000000

_SET_MODE_FILTER, _ALL_THREADS_FLAG = 1, 1

_Instruction = tuple[int, int, int, int]


class Filter:
    """A filter that is ready to be put on the calling process.

    Args:
        code: The instructions, as `make_filter` wrote them.
    """

    def __init__(self, code: bytes) -> None:
        self.code = code
        self._buffer = ctypes.create_string_buffer(code, len(code))
        header = struct.pack("@HP", len(code) // 8, ctypes.addressof(self._buffer))
        self._header = ctypes.create_string_buffer(header, len(header))

    def install(self) -> None:
        """Put the filter on all threads of this process, for ever.

        Raises:
            OSError: If the kernel refuses, as it does without `no_new_privs`.
        """
        call("seccomp", _SET_MODE_FILTER, _ALL_THREADS_FLAG, self._header)


def make_filter(machine: str) -> Filter:
    """Write the filter for a processor.

    Args:
        machine: The processor, one of `system_call.MACHINES`.

    Returns:
        The filter.
    """
    numbers = NUMBERS[machine]
    blocks = {
        numbers[name]: block
        for name, block in (
            ("clone", _check_clone()),
            ("open", _check_open(1)),
            ("openat", _check_open(2)),
            ("mmap", _check_mapping()),
            ("fcntl", _check_argument(1, _FCNTL_COMMANDS)),
            ("prctl", _check_argument(0, _PRCTL_OPTIONS)),
            ("prlimit64", _check_argument(0, (0,))),
        )
        if name in numbers
    }
    allowed = {numbers[name] for name in ALLOWED if name in numbers}
    answers = {numbers[name]: code for name, code in _ANSWERS.items() if name in numbers}

    def block_of(number: int) -> tuple[_Instruction, ...]:
        if number in blocks:
            return blocks[number]
        if number in allowed:
            return (_allow(),)
        unknown = errno.ENOSYS if number >= _FIRST_SHARED else errno.EPERM
        return (_refuse(answers.get(number, unknown)),)

    last = max(*blocks, *allowed, *answers, _FIRST_SHARED) + 1
    kill = (_RETURN, 0, 0, _RETURN_KILL)
    program: list[_Instruction] = [
        (_LOAD, 0, 0, _OFFSET_OF_ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        kill,
        (_LOAD, 0, 0, _OFFSET_OF_NUMBER),
    ]
    if machine == "x86_64":
        program += [(_JUMP_FROM, 0, 1, _X32_BIT), kill]
    program += _search_tree(_runs(block_of, last))
    return Filter(b"".join(struct.pack("=HBBI", *instruction) for instruction in program))


def _runs(
    block_of: Callable[[int], tuple[_Instruction, ...]], last: int
) -> list[tuple[int, tuple[_Instruction, ...]]]:
    """Join neighbouring numbers that are treated alike; each run has its first number."""
    runs = [(0, block_of(0))]
    for number in range(1, last + 1):
        if (block := block_of(number)) != runs[-1][1]:
            runs.append((number, block))
    return runs


def _search_tree(runs: list[tuple[int, tuple[_Instruction, ...]]]) -> list[_Instruction]:
    """Find the run of a number in few steps; the kernel walks this for every number."""
    if len(runs) == 1:
        return list(runs[0][1])
    middle = len(runs) // 2
    low, high = _search_tree(runs[:middle]), _search_tree(runs[middle:])
    first = runs[middle][0]
    if len(low) < 256:
        return [(_JUMP_FROM, len(low), 0, first), *low, *high]
    return [(_JUMP_FROM, 0, 1, first), (_JUMP, 0, 0, len(low)), *low, *high]


def _check_argument(index: int, choices: tuple[int, ...]) -> tuple[_Instruction, ...]:
    """Allow a call whose argument (an int of C) is one of the choices."""
    checks = [
        (_JUMP_EQUAL, len(choices) - place, 0, choice) for place, choice in enumerate(choices)
    ]
    return (_load_argument(index), *checks, _refuse(errno.EPERM), _allow())


def _check_clone() -> tuple[_Instruction, ...]:
    return (
        _load_argument(0, is_high=True),
        (_JUMP_EQUAL, 0, 3, 0),
        _load_argument(0),
        (_AND, 0, 0, 0xFFFFFFFF ^ _DETACHED_FLAG),
        (_JUMP_EQUAL, 1, 0, _THREAD_FLAGS),
        _refuse(errno.EPERM),
        _allow(),
    )


def _check_open(index: int) -> tuple[_Instruction, ...]:
    """Refuse to cut a file off while opening it to read, which old rules for files allow."""
    return (
        _load_argument(index),
        (_AND, 0, 0, os.O_TRUNC | os.O_ACCMODE),
        (_JUMP_EQUAL, 0, 1, os.O_TRUNC),
        _refuse(errno.EPERM),
        _allow(),
    )


def _check_mapping() -> tuple[_Instruction, ...]:
    """Refuse small stacks, of which there could be very many; sizes are 64 bits wide."""
    return (
        _load_argument(3),
        (_AND, 0, 0, _STACK_FLAG),
        (_JUMP_EQUAL, 4, 0, 0),
        _load_argument(1, is_high=True),
        (_JUMP_EQUAL, 0, 2, 0),
        _load_argument(1),
        (_JUMP_FROM, 0, 1, _LEAST_STACK_BYTES),
        _allow(),
        _refuse(errno.EPERM),
    )


def _load_argument(index: int, *, is_high: bool = False) -> _Instruction:
    return (_LOAD, 0, 0, _OFFSET_OF_ARGUMENTS + 8 * index + 4 * is_high)


def _allow() -> _Instruction:
    return (_RETURN, 0, 0, _RETURN_ALLOW)


def _refuse(code: int) -> _Instruction:
    return (_RETURN, 0, 0, _RETURN_ERROR | code)
