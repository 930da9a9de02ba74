"""What runs in the confined process: a program, and the service that answers calls to it.

Nothing here is trusted once the program has started: it may change or forge all of it.
Its messages are data and decide nothing. Only the standard library is imported.

A message is four bytes of length and a JSON array. The first requests are part of the job:

    job       ["calls", sources, entry point, names, requests]  or  ["script", sources, stdin];
              the first source that is valid Python is the program
    request   [operation, arguments, keyword arguments, whether to report changes]
    reply     ["ready", values]                  per name: None, or an array of one value
              ["unusable", kind, message]        there will be no further replies
              ["value", value, changes]          changes: None, or [argument, value] pairs
              ["raised", name, built-in base, message, changes]
              ["too_large", message]             the value cannot be encoded
              ["back", number, arguments, keyword arguments]   a call of a function of the
                                                 tests, answered by "value" or "raised"
"""

import builtins
import gc
import os
import sys
import types
from typing import NoReturn

from rethink_gym.verifiers.sandbox.protocol.encoding import Node
from rethink_gym.verifiers.sandbox.protocol.reader import unpack
from rethink_gym.verifiers.sandbox.protocol.writer import pack
from rethink_gym.verifiers.sandbox.server.service import (
    Service,
    compile_first,
    describe_exception,
    read_exactly,
    write_all,
)

__all__ = ["STATUS_MARK", "become_program", "main"]

STATUS_MARK = b"\n\0status\0"
"""Separates the output of a script from the status that it ended with."""

_READABLE, _WRITABLE = 3, 4
_MAX_DESCRIPTORS = 4096


def become_program(readable: int, writable: int) -> NoReturn:
    """Run the program in this process, which is confined and ends with it.

    Args:
        readable: Descriptor from which the job and the requests are read.
        writable: Descriptor to which replies are written.
    """
    os.dup2(readable, _READABLE)
    os.dup2(writable, _WRITABLE)
    os.closerange(_WRITABLE + 1, _MAX_DESCRIPTORS)
    gc.enable()
    size = int.from_bytes(_read_or_exit(4), "big")
    main(_read_or_exit(size), _READABLE, _WRITABLE)
    os._exit(0)


def main(job: bytes, readable: int, writable: int) -> None:
    """Do one job, in a process that is confined and ends afterwards.

    Args:
        job: The job, encoded.
        readable: Descriptor from which requests are read.
        writable: Descriptor to which replies, or the output of a script, are written.
    """
    vars(builtins).update(exit=sys.exit, quit=sys.exit)  # as an interpreter has them
    kind, sources, *rest = unpack(job)
    if kind == "script":
        _run_script(sources, rest[0], writable)
    else:
        Service(readable, writable).run(sources, *rest)


def _read_or_exit(size: int) -> bytes:
    data = read_exactly(_READABLE, size)
    if data is None:
        os._exit(0)  # the trusted side has closed the session
    return data


def _run_script(sources: list[str], stdin: str, writable: int) -> None:
    os.dup2(writable, 1)
    _put_stdin(stdin)
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        status = _run_main(sources, module)
        _join_threads()
        sys.stdout.flush()
    except BaseException as error:
        status = ["raised", *describe_exception(error)]
    write_all(1, STATUS_MARK + pack(status))


def _run_main(sources: list[str], module: types.ModuleType) -> Node:
    code = compile_first(sources)
    if isinstance(code, str):
        return ["unusable", "syntax", code]
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        if error.code not in (None, 0):
            return ["raised", *describe_exception(error)]
    except BaseException as error:
        return ["raised", *describe_exception(error)]
    return ["ready"]


def _join_threads() -> None:
    """Wait for the threads of the program, as an interpreter does at its end."""
    if "threading" not in sys.modules:
        return  # not imported here: its hook after each fork takes half a millisecond
    threading = sys.modules["threading"]
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def _put_stdin(text: str) -> None:
    """Make the text readable from descriptor 0, by any function of Python or C."""
    descriptor = os.open("stdin", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    write_all(descriptor, text.encode("utf-8", "surrogateescape"))
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.unlink("stdin")
    os.dup2(descriptor, 0)
    os.close(descriptor)
