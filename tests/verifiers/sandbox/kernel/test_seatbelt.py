"""The profile of the macOS sandbox."""

import subprocess
import sys

import pytest
from tests.verifiers.sandbox.confined import run_confined

from rethink_gym.verifiers.sandbox.kernel.seatbelt import container, profile
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox

TEXT = profile(python="/opt/python", readable=["/opt/lib", '/a "b" \\c'], scratch="/private/box")


def test_everything_is_denied_except_what_is_named() -> None:
    lines = TEXT.splitlines()
    assert lines[:2] == ["(version 1)", "(deny default)"]
    assert "(deny network*)" in lines
    assert "(deny process-fork)" in lines
    allowed = [line for line in lines if line.startswith("(allow")]
    assert allowed == [
        '(allow process-exec (literal "/opt/python"))',
        "(allow sysctl-read)",
        "(allow file-read-metadata)",
        "(allow file-read*",
        "(allow file-write-data",
        '(allow file-read* file-write* (subpath "/private/box"))',
    ]


def test_brackets_close_and_names_are_quoted() -> None:
    assert TEXT.count("(") == TEXT.count(")")
    assert '(subpath "/a \\"b\\" \\\\c")' in TEXT


def test_the_command_runs_under_the_profile() -> None:
    command = container(python="/opt/python", readable=[], scratch="/box")
    assert command[:2] == ["sandbox-exec", "-p"]
    assert command[2].startswith("(version 1)")


@pytest.mark.skipif(sys.platform != "darwin", reason="needs macOS")
def test_programs_run_on_macos() -> None:
    sandbox = Sandbox("seatbelt")
    assert run_confined(sandbox, "print(1)").output == "1\n"
    assert run_confined(sandbox, "open('/etc/passwd')\nprint(1)").output == ""
    assert run_confined(sandbox, "import os\nos.fork()\nprint(1)", Limits(time_s=1)).output == ""
    assert subprocess.run(["true"], check=True).returncode == 0
