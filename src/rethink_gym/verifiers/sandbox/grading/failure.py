"""The first test that failed, and a description of how it failed."""

from dataclasses import dataclass

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.grading.assertion import Unit
from rethink_gym.verifiers.sandbox.grading.call import Call, ProgramEnded, ProgramError
from rethink_gym.verifiers.sandbox.grading.message import shorten, show_value

__all__ = ["ABSENT", "Failure", "Outcome", "describe_failure"]

ABSENT = object()
"""Marks a side of a comparison that was never computed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The first test that failed.

    Attributes:
        reason: The reason for the verdict.
        detail: What happened, for a person.
        feedback: What the agent may know of it.
    """

    reason: Reason
    detail: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of all tests.

    Attributes:
        num_tests: Number of tests.
        num_passed: Number of tests that passed.
        failure: The first failure; None if all tests passed.
    """

    num_tests: int
    num_passed: int
    failure: Failure | None


def describe_failure(
    error: BaseException,
    unit: Unit | None,
    *,
    position: str,
    call: Call | None,
    sides: list[object],
    is_hidden: bool,
) -> Failure:
    """Describe how a test failed.

    Args:
        error: The exception that ended it.
        unit: The test; None if the failure is outside of all tests.
        position: Which test of how many; empty if it is outside of all tests.
        call: The last call of the program in the test; None if there was no call.
        sides: Both sides of the comparison that the test makes, or `ABSENT`.
        is_hidden: Whether the feedback may contain only the kind of failure.

    Returns:
        The failure.
    """
    reason = Reason.DIFFERENT
    if isinstance(error, ProgramEnded | ProgramError):
        reason = error.reason
    elif isinstance(error, MemoryError):
        reason = Reason.OVER_LIMIT
    text = _describe(error, unit, call, sides)
    detail = f"{position}: {text}" if position else text
    if is_hidden:
        feedback = f"A hidden test fails: {_describe_kind(error, call)}."
        return Failure(reason, f"hidden {detail}" if position else detail, feedback)
    # A text that starts with a call keeps the lower case of the function's name.
    feedback = f"{text[0].upper()}{text[1:]}." if call is None else f"{text}."
    return Failure(reason, detail, feedback)


def _describe(
    error: BaseException, unit: Unit | None, call: Call | None, sides: list[object]
) -> str:
    test = "" if unit is None else f"; the test is: {shorten(unit.text, 200)}"
    if call is None:
        return f"{_describe_error(error)}{test}"
    if call.error is not None:
        # A literal of the test is the expected value only if this call made the test fail.
        is_raised_by_call = call.error is error
        expected = unit.expected if unit is not None and is_raised_by_call else ""
        test = f", expected {shorten(expected, 200)}" if expected else test
        return f"{call.show()} {shorten(call.error_text, 250)}{test}"
    returned = f"{call.show()} returned {call.show_result()}"
    left, right = sides
    if isinstance(error, AssertionError):
        if left is not ABSENT and right is not ABSENT:
            if left is call.value:
                return f"{returned}, expected {show_value(right)}"
            if right is call.value:
                return f"{returned}, expected {show_value(left)}"
            return f"{returned}{test}, which compares {show_value(left)} with {show_value(right)}"
        return f"{returned}{test}"
    return f"{returned}{test}, which raised {_describe_error(error)}"


def _describe_kind(error: BaseException, call: Call | None) -> str:
    if isinstance(error, ProgramEnded):
        return f"the program {error.message}"
    if call is not None and call.error is error:
        return f"the program {shorten(call.error_kind, 100)}"
    return "the program returned a wrong value"


def _describe_error(error: BaseException) -> str:
    if isinstance(error, ProgramEnded):
        return f"the program {error.message}"
    text = shorten(str(error), 200)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
