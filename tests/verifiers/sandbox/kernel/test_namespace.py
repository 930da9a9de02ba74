"""In namespaces a program sees nothing of the machine."""

import sys
from collections.abc import Iterator

import pytest
from tests.verifiers.sandbox.confined import open_sandbox, run_confined, run_outside

from rethink_gym.errors import SandboxError
from rethink_gym.verifiers.sandbox.server.fork_client import ForkClient
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has namespaces")

APART = {
    "the users": "os.path.exists('/etc/passwd')",
    "the processes": "os.path.exists('/proc/self')",
    "the system": "os.path.exists('/sys/kernel')",
    "the logs": "os.path.exists('/var/log')",
    "shared memory": "os.path.exists('/dev/shm')",
    "many processes": "os.getppid() > 1 or os.getpid() > 1000",
    "the name of the machine": "os.uname().nodename != 'sandbox'",
    "a writable library": "os.access(os.__file__, os.W_OK)",
}


@pytest.fixture(scope="module", params=["namespaces", "strict"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with open_sandbox(request.param) as sandbox:
        yield sandbox


@pytest.mark.parametrize("what", APART)
def test_the_machine_is_not_visible(sandbox: Sandbox, what: str) -> None:
    source = f"import os\nprint({APART[what]})"
    assert run_confined(sandbox, source).output == "False\n"
    assert run_outside(source) == "True\n" or what == "a writable library"


def test_if_namespaces_are_refused_the_default_level_works_without_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = []

    class WithoutNamespaces(ForkClient):
        def __init__(self, *, has_namespaces: bool, packages: list[str], disk_bytes: int) -> None:
            tried.append(has_namespaces)
            if has_namespaces:
                raise SandboxError("unshare: Operation not permitted")
            super().__init__(
                has_namespaces=has_namespaces, packages=packages, disk_bytes=disk_bytes
            )

    monkeypatch.setattr(
        "rethink_gym.verifiers.sandbox.server.sandbox.ForkClient", WithoutNamespaces
    )
    sandbox = Sandbox()
    for _ in range(2):
        try:
            assert run_confined(sandbox, "print(1)").output == "1\n"
        except SandboxError:
            pytest.skip("the default level needs namespaces on this machine")
    assert tried[:2] == [True, False]
    sandbox.close()
    with pytest.raises(SandboxError, match="Operation not permitted"):
        run_confined(Sandbox(use_namespaces=True), "print(1)")
