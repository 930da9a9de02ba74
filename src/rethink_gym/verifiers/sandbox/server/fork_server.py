"""The fork server: a clean, unprivileged process that forks one confined program per check.

It is started with an empty environment and one descriptor, the control socket. It never
sees tests or expected values. `packet` documents the messages of the control socket.
Everything that can be prepared is prepared before the fork, so that a check costs little
more than the fork itself.
"""

import _thread
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
from typing import Any, NoReturn

from rethink_gym.verifiers.sandbox.kernel import namespace, privilege, runtime, system_call
from rethink_gym.verifiers.sandbox.kernel.confinement import Confinement, prepare_process
from rethink_gym.verifiers.sandbox.kernel.rlimit import MAX_THREADS
from rethink_gym.verifiers.sandbox.kernel.scratch import Scratch
from rethink_gym.verifiers.sandbox.server import packet, usage
from rethink_gym.verifiers.sandbox.server.program import become_program

__all__ = ["main"]

_PRELOADED = (
    "bisect",
    "collections",
    "copy",
    "functools",
    "heapq",
    "itertools",
    "math",
    "operator",
    "re",
    "string",
    "typing",
)
"""Modules that most programs import; otherwise every check would load them again."""

_SAMPLE = """
from typing import List
class C:
    def f(self, n: List[int]) -> int:
        return [x for x in n if x % 2 == 0 and not x] or {1: (2, "a")}
def g(n):
    try:
        for i in range(3):
            n += i
    except ValueError as error:
        raise error
    with n as m:
        return f"{n:.3f}" + str(lambda x: x)
"""
"""A program to compile before the first fork. The state that the compiler initialises on
first use is then shared by all checks, which halves the time of a small one."""

_CONTROL = 3
_THREAD_STACK_BYTES = 8 * 2**20
"""The usual stack size, independent of this machine's setting; `MAX_THREADS` of them fit
into the address space of a program."""

_WATCH_MS = 5


def main(arguments: list[str]) -> None:
    """Serve until the client closes its end of the control socket.

    Args:
        arguments: One JSON text: ``control`` (the descriptor), ``has_namespaces``, ``disk``
            (a directory for files if there are no namespaces), ``disk_bytes``,
            ``packages``.
    """
    config = json.loads(arguments[0])
    if config["control"] != _CONTROL:
        os.dup2(config["control"], _CONTROL)
        os.close(config["control"])
    control = socket.socket(fileno=_CONTROL)
    try:
        server = _ForkServer(control, config)
    except OSError as error:
        control.send((packet.FAILED + str(error).encode())[: packet.MAX_BYTES])
        return
    control.send(packet.READY + str(os.getuid()).encode())
    server.serve()


class _ForkServer:
    """The state that stays the same from check to check."""

    def __init__(self, control: socket.socket, config: dict[str, Any]) -> None:
        self._control = control
        self._disk_bytes: int = config["disk_bytes"]
        self._has_namespaces: bool = config["has_namespaces"]
        packages: list[str] = config["packages"]
        for name in _PRELOADED:
            importlib.import_module(name)
        for _ in range(2):
            exec(compile(_SAMPLE, "sample", "exec"), {})
        _thread.stack_size(_THREAD_STACK_BYTES)
        library = runtime.library_paths()
        user_seed = os.getpid() if privilege.can_change_user() else None
        disk: str = config["disk"]
        if self._has_namespaces:
            disk = namespace.DISK
            visible = runtime.visible_paths(packages)
            namespace.unshare(needs_user=user_seed is None)
            namespace.become_first_process()
            namespace.build_root(
                readable=visible, devices=runtime.DEVICES, disk_bytes=self._disk_bytes
            )
        privilege.drop(user_seed)
        if self._has_namespaces:
            system_call.end_with_parent()  # the parent that `become_first_process` left waiting
        runtime.check_readable()
        self._scratch = Scratch(disk)
        prepare_process(self._scratch.path)
        self._confinement = Confinement(
            library=library,
            packages=packages,
            scratch=self._scratch,
            is_root_private=self._has_namespaces,
        )
        self._pid = os.getpid()
        self._child = 0
        self._is_disk_full = False

    def serve(self) -> None:
        """Answer requests until there are no more."""
        # A garbage collection in a program would write to the objects that exist now, and
        # so copy the memory pages that it shares with the server.
        gc.collect()
        gc.freeze()
        gc.disable()
        try:
            while request := self._receive():
                if request[0][:1] == packet.START:
                    self._start(*request)
                else:
                    self._end()
        finally:
            if self._child:
                os.kill(self._child, signal.SIGKILL)
                os.waitpid(self._child, 0)
            self._scratch.remove()
            if not self._has_namespaces:
                # The client made this directory, and removes it if it still can.
                with contextlib.suppress(OSError):
                    os.rmdir(os.path.dirname(self._scratch.disk))

    def _receive(self) -> tuple[bytes, list[int]] | None:
        if self._child and not self._has_namespaces:
            self._watch()
        data, descriptors, _, _ = socket.recv_fds(self._control, packet.MAX_BYTES, 2)
        return (data, descriptors) if data else None

    def _watch(self) -> None:
        """Until the next request, enforce the limits that need namespaces: disk and threads."""
        waiting = select.poll()
        waiting.register(self._control, select.POLLIN)
        while not waiting.poll(_WATCH_MS):
            self._is_disk_full |= usage.disk_bytes(self._child, self._scratch) > self._disk_bytes
            if self._is_disk_full or usage.num_threads(self._child) > MAX_THREADS:
                os.kill(self._child, signal.SIGKILL)

    def _start(self, request: bytes, descriptors: list[int]) -> None:
        readable, writable = descriptors
        self._is_disk_full = False
        self._child = os.fork()
        if not self._child:
            try:
                self._become_program(request, readable, writable)
            finally:  # in every case, the child must not continue as a server
                os._exit(1)
        os.close(readable)
        os.close(writable)
        pidfd = os.pidfd_open(self._child)
        socket.send_fds(self._control, [packet.STARTED], [pidfd])
        os.close(pidfd)

    def _end(self) -> None:
        _, status = os.waitpid(self._child, 0)
        self._child = 0
        self._scratch.clear()
        self._control.send(packet.ENDED + packet.STATUS.pack(status, self._is_disk_full))

    def _become_program(self, request: bytes, readable: int, writable: int) -> NoReturn:
        try:
            system_call.end_with_parent()
            if os.getppid() != self._pid:
                os._exit(1)  # the server ended before `end_with_parent` took effect
            if not self._has_namespaces:
                privilege.show_to_own_user()  # so that the server can read its usage
            self._confinement.apply(request[2:], has_packages=request[1] == 1)
        except OSError as error:
            message = f"a program could not be confined: {error}"
            self._control.send(packet.FAILED + message.encode())
            os._exit(1)
        become_program(readable, writable)
