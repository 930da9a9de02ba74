"""The profile of the macOS sandbox (Seatbelt) for one program.

It is written from the documentation and has not yet been run on a Mac. It allows a
program to read the runtime, to start this Python once, and to write into one directory.
"""

import json
from collections.abc import Iterable

__all__ = ["container", "profile"]

_SYSTEM_FOLDERS = ("/usr/lib", "/System/Library", "/Library/Apple")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


def profile(*, python: str, readable: Iterable[str], scratch: str) -> str:
    """Write the profile.

    Args:
        python: The interpreter, the only program that may be started.
        readable: Files and directory trees that may be read.
        scratch: The directory tree that may be written.

    Returns:
        The profile, in the language of `sandbox-exec`.
    """
    reads = "\n".join(f"  (subpath {_quote(path)})" for path in (*_SYSTEM_FOLDERS, *readable))
    devices = "\n".join(f"  (literal {_quote(path)})" for path in _DEVICES)
    return f"""(version 1)
(deny default)
(deny network*)
(deny process-fork)
(allow process-exec (literal {_quote(python)}))
(allow sysctl-read)
(allow file-read-metadata)
(allow file-read*
  (literal "/")
  (literal {_quote(python)})
{reads}
{devices})
(allow file-write-data
{devices})
(allow file-read* file-write* (subpath {_quote(scratch)}))
"""


def container(*, python: str, readable: Iterable[str], scratch: str) -> list[str]:
    """Return the words to put before a command that is to run under the `profile`."""
    return ["sandbox-exec", "-p", profile(python=python, readable=readable, scratch=scratch)]


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
