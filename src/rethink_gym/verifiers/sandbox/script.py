"""Runs programs that read an input and print, and compares what they print."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.code.suite import CodeTests, StdioCase
from rethink_gym.verifiers.sandbox.failure import Failure, Outcome
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.program import STATUS_MARK
from rethink_gym.verifiers.sandbox.reader import unpack
from rethink_gym.verifiers.sandbox.session import Ending, Server
from rethink_gym.verifiers.sandbox.value import EncodingError
from rethink_gym.verifiers.sandbox.wording import shorten
from rethink_gym.verifiers.sandbox.writer import pack

__all__ = ["are_outputs_equal", "run_cases"]

MAX_SHOWN_CHARS = 200

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ENDINGS = {
    Ending.KILLED: (Reason.DIFFERENT, "crashed"),
    Ending.TIMED_OUT: (Reason.TIMED_OUT, "did not end in time"),
    Ending.OVER_LIMIT: (Reason.OVER_LIMIT, "printed or wrote more than is allowed"),
}


def run_cases(
    server: Server, sources: Sequence[str], tests: CodeTests, limits: Limits, *, is_dense: bool
) -> Outcome:
    """Run a program once for each case.

    Args:
        server: Starts the processes.
        sources: The program, in the ways in which it may be meant; the first that is Python.
        tests: Tests of the style ``"stdio"``.
        limits: What the program may use; its time is that of all cases together.
        is_dense: Whether cases go on after the first failure.

    Returns:
        What came of them.
    """
    cases = [case for case in (*tests.tests, *tests.hidden) if isinstance(case, StdioCase)]
    num_passed, left_s = 0, limits.time_s
    first: Failure | None = None
    for number, case in enumerate(cases):
        if left_s <= 0:
            break
        session = server.start(
            pack(["script", list(sources), case.stdin]), replace(limits, time_s=left_s)
        )
        with session:
            output, ending = session.receive_rest()
            left_s -= session.time_s
        fault = _fault(case, output, ending, tests.tolerance)
        num_passed += fault is None
        if fault is None or first is not None:
            continue
        place = f"case {number + 1} of {len(cases)}"
        first = _failure(*fault, case, place, is_hidden=number >= len(tests.tests))
        if not is_dense or first.reason is Reason.UNREADABLE:
            break
    return Outcome(len(cases), num_passed, first)


def are_outputs_equal(output: str, expected: str, tolerance: float = 0.0) -> bool:
    """Compare what was printed, line by line.

    Blanks at the end of a line and empty lines at the end make no difference.

    Args:
        output: What was printed.
        expected: What had to be.
        tolerance: How far a number may lie from the one expected, absolutely or
            relative to it; 0 if the words must be the same.

    Returns:
        Whether each line is as it had to be.
    """
    lines, wanted = _lines(output), _lines(expected)
    return len(lines) == len(wanted) and all(
        line == want or (tolerance > 0 and _are_close(line.split(), want.split(), tolerance))
        for line, want in zip(lines, wanted, strict=True)
    )


def _fault(
    case: StdioCase, output: bytes, ending: Ending, tolerance: float
) -> tuple[Reason, str, str] | None:
    """Return how a case failed and what happened, in words without and with the output."""
    if ending in _ENDINGS:
        reason, text = _ENDINGS[ending]
        return reason, text, text
    printed, mark, status = output.rpartition(STATUS_MARK)
    if not mark:
        printed = output  # it left by os._exit, which is no failure
    try:
        kind, *parts = map(str, unpack(status)) if mark else ["ready"]
    except (EncodingError, TypeError, ValueError):
        kind, parts = "ready", []
    if kind == "unusable":
        text = f"cannot be read: {shorten(parts[-1], MAX_SHOWN_CHARS)}" if parts else "is no Python"
        return Reason.UNREADABLE, text, text
    if kind == "raised" and len(parts) == 3:
        reason = Reason.OVER_LIMIT if parts[1] == "MemoryError" else Reason.DIFFERENT
        name = f"raised {shorten(parts[0], 80)}"
        return reason, name, f"{name}: {shorten(parts[2], MAX_SHOWN_CHARS)}"
    text = printed.decode(errors="replace")
    if are_outputs_equal(text, case.stdout, tolerance):
        return None
    shown = _show(text)
    return Reason.DIFFERENT, "printed something else", f"printed {shown}"


def _failure(
    reason: Reason, kind: str, told: str, case: StdioCase, place: str, *, is_hidden: bool
) -> Failure:
    if reason is Reason.UNREADABLE:
        return Failure(reason, f"the program {told}", f"The program {told}.")
    text = f"for the input {_show(case.stdin)} the program {told}, expected {_show(case.stdout)}"
    if is_hidden:
        return Failure(
            reason, f"hidden {place}: {text}", f"A hidden test fails: the program {kind}."
        )
    return Failure(reason, f"{place}: {text}", f"{text[0].upper()}{text[1:]}.")


def _show(text: str) -> str:
    return repr(shorten(text, MAX_SHOWN_CHARS).replace("\\n", "\n"))


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _are_close(words: list[str], wanted: list[str], tolerance: float) -> bool:
    return len(words) == len(wanted) and all(
        word == want
        or (
            _NUMBER.fullmatch(word) is not None
            and _NUMBER.fullmatch(want) is not None
            and math.isclose(float(word), float(want), rel_tol=tolerance, abs_tol=tolerance)
        )
        for word, want in zip(words, wanted, strict=True)
    )
