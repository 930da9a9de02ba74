"""The system calls that a program may make: an allowlist, as a seccomp filter.

It allows what ordinary Python programs need: files, memory, time, threads, waiting.
Everything else is refused: sockets, other programs and processes, signals to other
processes, mounts, namespaces, tracing, and every call that future kernels add. `ioctl`
always answers that the descriptor is not a terminal, because `open` asks that. Changing
the mode or the times of a file returns success and does nothing: the Landlock rules do
not cover it, and functions that copy a file call it.

References:
    Linux, Documentation/userspace-api/seccomp_filter.rst.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Callable

from rethink_gym.verifiers.sandbox.kernel.system_call import NUMBERS, call

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
"""The calls that are allowed with any arguments."""

_ANSWERS = {
    "ioctl": errno.ENOTTY,
    "clone3": errno.ENOSYS,  # a filter cannot read its flags; libc then calls `clone`
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
"""The calls that return this error code, or success for 0, without being made."""

_FIRST_SHARED = 424
"""From this number on, calls have the same number on all processors. They are so new that
libc falls back to older ones if they do not exist."""

_THREAD_FLAGS = 0x3D0F00
"""The flags with which libc calls `clone` to make a thread: everything is shared."""

_DETACHED_FLAG = 0x400000
_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
"""Duplicating, flags, locks, the size of a pipe; no command that sends signals."""

_STACK_FLAG, _MIN_STACK_BYTES = 0x20000, 4 * 2**20
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
    """A seccomp filter that is ready to be installed.

    Args:
        code: The instructions, as made by `make_filter`.
    """

    def __init__(self, code: bytes) -> None:
        self.code = code
        self._buffer = ctypes.create_string_buffer(code, len(code))
        header = struct.pack("@HP", len(code) // 8, ctypes.addressof(self._buffer))
        self._header = ctypes.create_string_buffer(header, len(header))

    def install(self) -> None:
        """Install the filter for all threads of this process, irrevocably.

        Raises:
            OSError: If the kernel refuses, for example without `no_new_privs`.
        """
        call("seccomp", _SET_MODE_FILTER, _ALL_THREADS_FLAG, self._header)


def make_filter(machine: str) -> Filter:
    """Make the filter for a processor.

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
    """Group consecutive numbers with the same instructions; each run has its first number."""
    runs = [(0, block_of(0))]
    for number in range(1, last + 1):
        if (block := block_of(number)) != runs[-1][1]:
            runs.append((number, block))
    return runs


def _search_tree(runs: list[tuple[int, tuple[_Instruction, ...]]]) -> list[_Instruction]:
    """Make a binary search for the run of a number; the kernel executes it on every call."""
    if len(runs) == 1:
        return list(runs[0][1])
    middle = len(runs) // 2
    low, high = _search_tree(runs[:middle]), _search_tree(runs[middle:])
    first = runs[middle][0]
    if len(low) < 256:
        return [(_JUMP_FROM, len(low), 0, first), *low, *high]
    # A conditional jump reaches at most 255 instructions, so a long one needs `_JUMP`.
    return [(_JUMP_FROM, 0, 1, first), (_JUMP, 0, 0, len(low)), *low, *high]


def _check_argument(argument: int, choices: tuple[int, ...]) -> tuple[_Instruction, ...]:
    """Allow a call if its argument (a C int) is one of the choices."""
    # Each match jumps over the remaining checks and the refusal, to the permission.
    checks = [
        (_JUMP_EQUAL, len(choices) - index, 0, choice) for index, choice in enumerate(choices)
    ]
    return (_load_argument(argument), *checks, _refuse(errno.EPERM), _allow())


def _check_clone() -> tuple[_Instruction, ...]:
    """Allow `clone` only with the flags of a thread; they are 64 bits wide."""
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
    """Refuse to truncate a file that is opened for reading, which old Landlocks allow."""
    return (
        _load_argument(index),
        (_AND, 0, 0, os.O_TRUNC | os.O_ACCMODE),
        (_JUMP_EQUAL, 0, 1, os.O_TRUNC),
        _refuse(errno.EPERM),
        _allow(),
    )


def _check_mapping() -> tuple[_Instruction, ...]:
    """Refuse small stacks, since very many of them would fit; sizes are 64 bits wide."""
    return (
        _load_argument(3),
        (_AND, 0, 0, _STACK_FLAG),
        (_JUMP_EQUAL, 4, 0, 0),
        _load_argument(1, is_high=True),
        (_JUMP_EQUAL, 0, 2, 0),
        _load_argument(1),
        (_JUMP_FROM, 0, 1, _MIN_STACK_BYTES),
        _allow(),
        _refuse(errno.EPERM),
    )


def _load_argument(index: int, *, is_high: bool = False) -> _Instruction:
    return (_LOAD, 0, 0, _OFFSET_OF_ARGUMENTS + 8 * index + 4 * is_high)


def _allow() -> _Instruction:
    return (_RETURN, 0, 0, _RETURN_ALLOW)


def _refuse(code: int) -> _Instruction:
    return (_RETURN, 0, 0, _RETURN_ERROR | code)
