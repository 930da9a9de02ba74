"""What runs in the confined process: a program, and the answering of calls to it.

Nothing here is trusted once the program has begun to run: it may change or forge all of
it. What it says is data, and decides nothing. Only the standard library is imported.

A message is four bytes of length and a JSON array. The first ones stand in the job:

    job       ["calls", sources, entry point, names, requests]  or  ["script", sources, stdin];
              the first source that is Python is the program
    request   [operation, arguments, arguments by name, whether changes are told]
    reply     ["ready", values]                  of these names: None, or an array of one
              ["unusable", kind, message]        there will be no further replies
              ["value", value, changes]          changes: None, or [argument, value] pairs
              ["raised", name, built-in base, message, changes]
              ["too_large", message]             the value cannot be told
              ["back", number, arguments, arguments by name]   a call of a function of the
                                                 tests, to be answered by value or raised
"""

import builtins
import os
import sys
import types

from rethink_gym.verifiers.sandbox.reader import unpack
from rethink_gym.verifiers.sandbox.service import Service, compile_first, tell, write_all
from rethink_gym.verifiers.sandbox.value import Node
from rethink_gym.verifiers.sandbox.writer import pack

__all__ = ["STATUS_MARK", "main"]

STATUS_MARK = b"\n\0status\0"
"""Stands between what a script printed and how it ended."""


def main(job: bytes, readable: int, writable: int) -> None:
    """Do one job, in a process that is confined and ends afterwards.

    Args:
        job: What to do.
        readable: Descriptor from which requests are read.
        writable: Descriptor to which replies, or the output of a script, are written.
    """
    vars(builtins).update(exit=sys.exit, quit=sys.exit)  # as an interpreter has them
    kind, sources, *rest = unpack(job)
    if kind == "script":
        _run_script(sources, rest[0], writable)
    else:
        Service(readable, writable).run(sources, *rest)


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
        status = ["raised", *tell(error)]
    write_all(1, STATUS_MARK + pack(status))


def _run_main(sources: list[str], module: types.ModuleType) -> Node:
    code = compile_first(sources)
    if isinstance(code, str):
        return ["unusable", "syntax", code]
    try:
        exec(code, module.__dict__)
    except SystemExit as error:
        if error.code not in (None, 0):
            return ["raised", *tell(error)]
    except BaseException as error:
        return ["raised", *tell(error)]
    return ["ready"]


def _join_threads() -> None:
    """Wait for the threads of the program, as an interpreter does at its end."""
    if "threading" not in sys.modules:
        return  # and not imported here: what it does after each fork takes half a millisecond
    threading = sys.modules["threading"]
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def _put_stdin(text: str) -> None:
    """Let the program read the text from descriptor 0, in whatever way it does."""
    descriptor = os.open("stdin", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    write_all(descriptor, text.encode("utf-8", "surrogateescape"))
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.unlink("stdin")
    os.dup2(descriptor, 0)
    os.close(descriptor)
