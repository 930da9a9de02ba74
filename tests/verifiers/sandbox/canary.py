"""Secrets, files and listeners around a process, which show whether a program reached them."""

import contextlib
import os
import secrets
import socket
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["Canaries"]

_RETRY_S = 0.1


class Canaries:
    """Secrets, files and listeners around one attack runner.

    They are where a weak sandbox leaves a gap: the environment, the memory and the
    descriptors of the runner, a folder that every user may write, and sockets.

    Args:
        mark: A word on the command line of the runner.
    """

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.secrets = {
            kind: f"{kind}SECRET_{secrets.token_hex(8)}" for kind in ("FILE", "ENV", "MEM", "FD")
        }
        os.environ["CANARY_SECRET_ENV"] = self.secrets["ENV"]
        self.outside = Path("/tmp/outside")
        self.touched: list[str] = []
        self._sockets: list[socket.socket] = []
        self._descriptor = self._plant_descriptor()
        self._plant_folder()
        self.port = self._listen("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))[1]
        self.udp = self._listen("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))[1]
        self._listen("abstract socket", socket.AF_UNIX, socket.SOCK_STREAM, "\0canary_abstract")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.free_port: int = free.getsockname()[1]
        self._before = self._state()
        threading.Thread(target=self._knock, daemon=True).start()

    def fill(self, text: str, limit_s: float) -> str:
        """Replace the placeholders of a program by paths, ports and the mark."""
        for placeholder, value in (
            ("@OUTSIDE@", str(self.outside)),
            ("@PORT@", str(self.port)),
            ("@UDP@", str(self.udp)),
            ("@LPORT@", str(self.free_port)),
            ("@MARK@", self.mark),
            ("@LIMIT@", repr(limit_s)),
        ):
            text = text.replace(placeholder, value)
        return text

    def reset(self) -> None:
        """Clear the record of accesses, and record the state of the folder again."""
        self.touched.clear()
        self._before = self._state()

    def changes(self) -> list[str]:
        """Return the changed files of the folder, and restore it if there are any."""
        after = self._state()
        changed = sorted(
            name
            for name in self._before.keys() | after.keys()
            if self._before.get(name) != after.get(name)
        )
        if changed:
            self._plant_folder()
        return changed

    def found_in(self, text: str) -> list[str]:
        """Return the kinds of secrets that a text contains."""
        return [kind for kind, secret in self.secrets.items() if secret in text]

    def _plant_descriptor(self) -> int:
        readable, writable = os.pipe()
        os.write(writable, self.secrets["FD"].encode() * 50)
        for fd in (readable, writable):
            os.set_inheritable(fd, True)
        return readable

    def _plant_folder(self) -> None:
        self.outside.mkdir(exist_ok=True)
        self.outside.chmod(0o777)
        for path in self.outside.iterdir():
            if not path.is_socket():
                if path.is_dir() and not path.is_symlink():
                    path.rmdir()
                else:
                    path.unlink()
        for name, text in (("secret.txt", self.secrets["FILE"]), ("precious", "precious\n")):
            (self.outside / name).write_text(text)
            (self.outside / name).chmod(0o666)
        listener = self.outside / "s.sock"
        if not listener.exists():
            self._listen("unix socket", socket.AF_UNIX, socket.SOCK_STREAM, str(listener))
            listener.chmod(0o777)

    def _state(self) -> dict[str, tuple[object, ...]]:
        return {str(path): _state(path) for path in (self.outside, *self.outside.rglob("*"))}

    def _listen(
        self, name: str, family: int, kind: int, address: str | tuple[str, int]
    ) -> tuple[str, int]:
        listener = socket.socket(family, kind)
        listener.bind(address)
        self._sockets.append(listener)
        wait: Callable[[], object] = lambda: listener.recvfrom(100)  # noqa: E731
        if kind == socket.SOCK_STREAM:
            listener.listen()
            wait = lambda: listener.accept()[0].close()  # noqa: E731
        threading.Thread(target=self._accept, args=(name, wait), daemon=True).start()
        bound: tuple[str, int] = listener.getsockname() if family == socket.AF_INET else ("", 0)
        return bound

    def _accept(self, name: str, wait: Callable[[], object]) -> None:
        while True:
            with contextlib.suppress(OSError):
                wait()
                self.touched.append(name)

    def _knock(self) -> None:
        """Connect again and again to the port that a program may open."""
        while True:
            time.sleep(_RETRY_S)
            with socket.socket() as caller:
                if caller.connect_ex(("127.0.0.1", self.free_port)) == 0:
                    self.touched.append("a port that the program opened")


def _state(path: Path) -> tuple[object, ...]:
    status = path.lstat()
    is_file = stat.S_ISREG(status.st_mode)
    is_folder = stat.S_ISDIR(status.st_mode)
    try:
        attributes = tuple(os.listxattr(path, follow_symlinks=False))
    except OSError:
        attributes = ()
    return (
        stat.S_IFMT(status.st_mode),
        status.st_mode,
        status.st_uid,
        status.st_gid,
        status.st_nlink,
        None if is_folder else status.st_mtime_ns,
        path.read_bytes() if is_file and os.access(path, os.R_OK) else None,
        attributes,
    )
