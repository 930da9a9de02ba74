"""Messages between the trusted side and a program, its time budget, and how it ends."""

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest
from tests.verifiers.sandbox.confined import (
    WAYS,
    children,
    gone_within,
    open_sandbox,
    run_confined,
    script,
)

from rethink_gym.errors import ArgumentError, SandboxError, VerifierError
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox
from rethink_gym.verifiers.sandbox.server.session import Ending

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these levels need Linux")

PIPE = """
import os
def send(data):
    data = len(data).to_bytes(4, "big") + data
    while data:
        data = data[os.write(4, data):]
def receive():
    size = int.from_bytes(os.read(3, 4), "big")
    data = b""
    while len(data) < size:
        data += os.read(3, size - len(data))
    return data
"""


@pytest.fixture(scope="module", params=list(WAYS))
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with open_sandbox(request.param) as sandbox:
        yield sandbox


def test_messages_go_both_ways_in_order(sandbox: Sandbox) -> None:
    job = script(PIPE + "while True: send(receive()[::-1])")
    with sandbox.start(job, Limits()) as session:
        for message in (b"abc", b"", b"x" * 100_000 + b"y"):
            session.send(message)
            assert session.receive() == message[::-1]
        session.send(b"12")
        session.send(b"34")
        assert [session.receive(), session.receive()] == [b"21", b"43"]


def test_large_messages_do_not_block_both_sides(sandbox: Sandbox) -> None:
    job = script(PIPE + "send(b'a' * 1000_000)\nsend(receive())")
    with sandbox.start(job, Limits()) as session:
        session.send(b"b" * 1_000_000)
        assert session.receive() == b"a" * 1_000_000
        assert session.receive() == b"b" * 1_000_000


def test_sending_to_a_program_that_has_ended_is_not_an_error(sandbox: Sandbox) -> None:
    with sandbox.start(script("import os\nos._exit(0)"), Limits()) as session:
        assert session.receive() is Ending.EXITED
        session.send(b"hello")
        assert session.receive() is Ending.EXITED


def test_a_message_beyond_the_limit_is_refused_before_it_is_sent(sandbox: Sandbox) -> None:
    with (
        sandbox.start(script("pass"), Limits(message_bytes=10)) as session,
        pytest.raises(ArgumentError, match="message must be at most 10 bytes"),
    ):
        session.send(b"x" * 11)


ENDINGS = {
    "an exit": ("import os\nos._exit(0)", Ending.EXITED),
    "an exit with an error": ("import os\nos._exit(3)", Ending.EXITED),
    "half a message": (
        PIPE + "os.write(4, b'\\0\\0\\0\\5ab')\nos._exit(0)",
        Ending.EXITED,
    ),
    "an access violation": ("import ctypes\nctypes.string_at(0)", Ending.KILLED),
    "an abort": ("import os\nos.abort()", Ending.KILLED),
    "a message too large": (PIPE + "send(b'x' * 3_000_000)", Ending.OVER_LIMIT),
    "a lie about the size": (PIPE + "os.write(4, b'\\xff' * 8)", Ending.OVER_LIMIT),
    "a busy loop": ("while True: pass", Ending.TIMED_OUT),
    "a busy loop in C": ("sum(range(10**13))", Ending.TIMED_OUT),
    "a busy loop in many threads": (
        "import hashlib,threading\ndef f():\n  while True: hashlib.sha256(bytes(10**7))\n"
        "for _ in range(8): threading.Thread(target=f).start()",
        Ending.TIMED_OUT,
    ),
    "a sleep": ("import time\ntime.sleep(99)", Ending.TIMED_OUT),
    "a wait for input": (PIPE + "receive()", Ending.TIMED_OUT),
    "a stop": ("import threading\nthreading.Event().wait()", Ending.TIMED_OUT),
    "silence with all closed": (
        "import os\nfor d in range(64):\n  try: os.close(d)\n  except OSError: pass\n"
        "while True: pass",
        Ending.TIMED_OUT,
    ),
    "a thread that goes on": (
        "import threading,time,os\ndef f():\n  while True: time.sleep(1)\n"
        "threading.Thread(target=f).start()\nos.close(4)\nos.close(1)\nos.close(2)\n"
        "threading.Event().wait()",
        Ending.TIMED_OUT,
    ),
}


@pytest.mark.parametrize("what", ENDINGS)
def test_the_ending_says_how_a_program_ended(sandbox: Sandbox, what: str) -> None:
    source, ending = ENDINGS[what]
    with sandbox.start(script(source), Limits(time_s=0.4)) as session:
        assert session.receive() is ending
        assert session.receive() is ending


def test_a_flood_of_small_messages_is_cut_off(sandbox: Sandbox) -> None:
    job = script(PIPE + "while True: send(b'x' * 1000)")
    with sandbox.start(job, Limits(output_bytes=100_000)) as session:
        received = 0
        while isinstance(session.receive(), bytes):
            received += 1
        assert received <= 100
        assert session.receive() is Ending.OVER_LIMIT


def test_a_flood_of_output_is_cut_off(sandbox: Sandbox) -> None:
    limits = Limits(output_bytes=200_000)
    with sandbox.start(script("while True: print('x' * 1000)"), limits) as session:
        said, ending = session.receive_rest()
    assert ending is Ending.OVER_LIMIT
    assert len(said) < 300_000


def test_the_time_budget_is_shared_by_all_messages(sandbox: Sandbox) -> None:
    spin = (
        "import time\ndef spin(s):\n  end = time.process_time() + s\n"
        "  while time.process_time() < end: pass\n"
    )
    job = script(PIPE + spin + "while True:\n  receive()\n  spin(0.2)\n  send(b'done')")
    replies: list[bytes | Ending] = []
    with sandbox.start(job, Limits(time_s=0.7)) as session:
        while len(replies) < 9 and Ending.TIMED_OUT not in replies:
            session.send(b"go")
            replies.append(session.receive())
        assert 0.65 < session.time_s < 0.9
    assert replies == [b"done", b"done", b"done", Ending.TIMED_OUT]


def test_time_outside_of_receive_is_not_charged(sandbox: Sandbox) -> None:
    with sandbox.start(script(PIPE + "while True: send(receive())"), Limits(time_s=0.5)) as session:
        for _ in range(4):
            time.sleep(0.2)
            session.send(b"x")
            assert session.receive() == b"x"
        assert session.time_s < 0.3


@pytest.mark.parametrize("source", ["while True: pass", "import time\ntime.sleep(99)"])
def test_an_endless_program_is_stopped_soon_after_its_budget(sandbox: Sandbox, source: str) -> None:
    run = run_confined(sandbox, "pass")
    with sandbox.start(script(source), Limits(time_s=0.3)) as session:
        started = time.process_time()
        assert session.receive() is Ending.TIMED_OUT
        assert time.process_time() - started < 0.1  # waiting takes no CPU time
        assert 0.3 <= session.time_s < 0.6
    assert run.ending is Ending.EXITED


def test_one_program_runs_at_a_time(sandbox: Sandbox) -> None:
    if sandbox.level == "strict":
        pytest.skip("each program has an interpreter of its own")
    with (
        sandbox.start(script("pass"), Limits()),
        pytest.raises(VerifierError, match="one program at a time"),
    ):
        sandbox.start(script("pass"), Limits())


def test_a_lost_fork_server_is_replaced(sandbox: Sandbox) -> None:
    if sandbox.level == "strict":
        pytest.skip("this level has no fork server")
    run_confined(sandbox, "pass")
    lost = [*sandbox.pids, *children(sandbox.pids[0])]
    os.kill(sandbox.pids[0], signal.SIGKILL)
    assert gone_within(lost, 5.0)
    assert run_confined(sandbox, "print(1)").output == "1\n"


def test_a_fork_server_lost_during_a_program_is_an_error(
    sandbox: Sandbox,
) -> None:
    if sandbox.level == "strict":
        pytest.skip("this level has no fork server")
    with sandbox.start(script("import time\ntime.sleep(9)"), Limits()) as session:
        os.kill(sandbox.pids[0], signal.SIGKILL)
        with pytest.raises(VerifierError, match="lost"):
            session.receive()
    assert run_confined(sandbox, "print(1)").output == "1\n"


def test_a_session_of_a_closed_sandbox_can_be_closed() -> None:
    with open_sandbox("namespaces") as sandbox:
        session = sandbox.start(script("import time\ntime.sleep(9)"), Limits())
        sandbox.close()
        session.close()
        assert session.receive() is Ending.KILLED


def test_an_unknown_level_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="Did you mean 'strict'"):
        Sandbox("strikt")


def test_the_level_is_never_lowered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxError, match="bubblewrap is not installed"):
        Sandbox("strict")


def test_the_weak_level_runs_programs_under_limits() -> None:
    sandbox = Sandbox("weak")
    assert run_confined(sandbox, "print(open('a', 'w').write('xyz'))").output == "3\n"
    limits = Limits(time_s=0.3)
    assert run_confined(sandbox, "while True: pass", limits).ending is Ending.TIMED_OUT
    memory = "try: bytearray(10**9)\nexcept MemoryError: print('no')"
    assert run_confined(sandbox, memory).output == "no\n"
