"""Tests of the style "stdio": runs a program on an input, and compares its output."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.code_tests import CodeTests, StdioCase
from rethink_gym.verifiers.sandbox.grading.failure import Failure, Outcome
from rethink_gym.verifiers.sandbox.grading.message import shorten
from rethink_gym.verifiers.sandbox.limits import Limits
from rethink_gym.verifiers.sandbox.protocol.encoding import EncodingError
from rethink_gym.verifiers.sandbox.protocol.reader import unpack
from rethink_gym.verifiers.sandbox.protocol.writer import pack
from rethink_gym.verifiers.sandbox.server.program import STATUS_MARK
from rethink_gym.verifiers.sandbox.server.sandbox import Sandbox
from rethink_gym.verifiers.sandbox.server.session import Ending

__all__ = ["are_outputs_equal", "run_cases"]

MAX_SHOWN_CHARS = 200

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ENDINGS = {
    Ending.KILLED: (Reason.DIFFERENT, "crashed"),
    Ending.TIMED_OUT: (Reason.TIMED_OUT, "did not end in time"),
    Ending.OVER_LIMIT: (Reason.OVER_LIMIT, "printed or wrote more than is allowed"),
}


def run_cases(
    sandbox: Sandbox, sources: Sequence[str], tests: CodeTests, limits: Limits, *, is_dense: bool
) -> Outcome:
    """Run a program once for each case.

    Args:
        sandbox: Starts the processes.
        sources: Candidate sources of the program; the first that is valid Python is used.
        tests: Tests of the style ``"stdio"``.
        limits: Limits of the program; the time budget is shared by all cases.
        is_dense: Whether to continue with the next case after a failure.

    Returns:
        The result.
    """
    cases = [case for case in (*tests.tests, *tests.hidden) if isinstance(case, StdioCase)]
    num_passed, left_s = 0, limits.time_s
    first: Failure | None = None
    for number, case in enumerate(cases):
        if left_s <= 0:
            break
        session = sandbox.start(
            pack(["script", list(sources), case.stdin]), replace(limits, time_s=left_s)
        )
        with session:
            output, ending = session.receive_rest()
            left_s -= session.time_s
        fault = _find_fault(case, output, ending, tests.tolerance)
        num_passed += fault is None
        if fault is None or first is not None:
            continue
        position = f"case {number + 1} of {len(cases)}"
        first = _make_failure(*fault, case, position, is_hidden=number >= len(tests.tests))
        if not is_dense or first.reason is Reason.UNREADABLE:
            break
    return Outcome(len(cases), num_passed, first)


def are_outputs_equal(output: str, expected: str, tolerance: float = 0.0) -> bool:
    """Compare an output with the expected one, line by line.

    Whitespace at the end of a line and empty lines at the end are ignored.

    Args:
        output: The output of the program.
        expected: The expected output.
        tolerance: Maximum absolute or relative difference of a number from the expected
            one; 0 if all words must be identical.

    Returns:
        Whether they are equal.
    """
    lines, expected_lines = _lines(output), _lines(expected)
    return len(lines) == len(expected_lines) and all(
        line == expected_line
        or (tolerance > 0 and _are_close(line.split(), expected_line.split(), tolerance))
        for line, expected_line in zip(lines, expected_lines, strict=True)
    )


def _find_fault(
    case: StdioCase, output: bytes, ending: Ending, tolerance: float
) -> tuple[Reason, str, str] | None:
    """Return why a case failed, and what happened: without, then with the output."""
    if ending in _ENDINGS:
        reason, text = _ENDINGS[ending]
        return reason, text, text
    printed, mark, status = output.rpartition(STATUS_MARK)
    if not mark:
        printed = output  # the program called os._exit, which is not a failure
    try:
        kind, *parts = map(str, unpack(status)) if mark else ["ready"]
    except (EncodingError, TypeError, ValueError):
        kind, parts = "ready", []
    if kind == "unusable":
        text = "is not valid Python"
        if parts:
            text = f"cannot be read: {shorten(parts[-1], MAX_SHOWN_CHARS)}"
        return Reason.UNREADABLE, text, text
    if kind == "raised" and len(parts) == 3:
        reason = Reason.OVER_LIMIT if parts[1] == "MemoryError" else Reason.DIFFERENT
        name = f"raised {shorten(parts[0], 80)}"
        return reason, name, f"{name}: {shorten(parts[2], MAX_SHOWN_CHARS)}"
    text = printed.decode(errors="replace")
    if are_outputs_equal(text, case.stdout, tolerance):
        return None
    return Reason.DIFFERENT, "printed something else", f"printed {_show(text)}"


def _make_failure(
    reason: Reason, kind: str, event: str, case: StdioCase, position: str, *, is_hidden: bool
) -> Failure:
    if reason is Reason.UNREADABLE:
        return Failure(reason, f"the program {event}", f"The program {event}.")
    text = f"for the input {_show(case.stdin)} the program {event}, expected {_show(case.stdout)}"
    if is_hidden:
        return Failure(
            reason, f"hidden {position}: {text}", f"A hidden test fails: the program {kind}."
        )
    return Failure(reason, f"{position}: {text}", f"{text[0].upper()}{text[1:]}.")


def _show(text: str) -> str:
    return repr(shorten(text, MAX_SHOWN_CHARS).replace("\\n", "\n"))


def _lines(text: str) -> list[str]:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _are_close(words: list[str], expected: list[str], tolerance: float) -> bool:
    """Return whether all words are equal, or are numbers within the tolerance."""
    return len(words) == len(expected) and all(
        word == want
        or (
            _NUMBER.fullmatch(word) is not None
            and _NUMBER.fullmatch(want) is not None
            and math.isclose(float(word), float(want), rel_tol=tolerance, abs_tol=tolerance)
        )
        for word, want in zip(words, expected, strict=True)
    )
