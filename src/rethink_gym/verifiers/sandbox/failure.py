"""The first test that failed, in words."""

from dataclasses import dataclass

from rethink_gym.verdict import Reason
from rethink_gym.verifiers.sandbox.assertion import Unit
from rethink_gym.verifiers.sandbox.call import Call, Ended, ProgramError
from rethink_gym.verifiers.sandbox.wording import shorten, show_value

__all__ = ["ABSENT", "Failure", "Outcome", "describe_failure"]

ABSENT = object()
"""Stands for a side of a comparison that was never computed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The first test that failed.

    Attributes:
        reason: How, as the verdict says it.
        detail: What happened, for a person.
        feedback: What may be told to the agent.
    """

    reason: Reason
    detail: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of all tests.

    Attributes:
        num_tests: How many there are.
        num_passed: How many of them passed.
        failure: The first that failed; None if all passed.
    """

    num_tests: int
    num_passed: int
    failure: Failure | None


def describe_failure(
    error: BaseException,
    unit: Unit | None,
    *,
    place: str,
    call: Call | None,
    sides: list[object],
    is_hidden: bool,
) -> Failure:
    """Say how a test failed.

    Args:
        error: What ended it.
        unit: The test; None if it happened outside of any.
        place: Which test of how many; empty outside of any.
        call: The last call of the program in it, if there was one.
        sides: Both sides of the comparison that it makes, or `ABSENT`.
        is_hidden: Whether feedback tells the kind of failure alone.

    Returns:
        The failure.
    """
    reason = Reason.DIFFERENT
    if isinstance(error, Ended | ProgramError):
        reason = error.reason
    elif isinstance(error, MemoryError):
        reason = Reason.OVER_LIMIT
    told = _told(error, unit, call, sides)
    detail = f"{place}: {told}" if place else told
    if is_hidden:
        feedback = f"A hidden test fails: {_kind(error, call)}."
        return Failure(reason, f"hidden {detail}" if place else detail, feedback)
    return Failure(reason, detail, f"{told[0].upper()}{told[1:]}." if call is None else f"{told}.")


def _told(error: BaseException, unit: Unit | None, call: Call | None, sides: list[object]) -> str:
    test = "" if unit is None else f"; the test is: {shorten(unit.text, 200)}"
    if call is None:
        return f"{_error_text(error)}{test}"
    if call.error is not None:
        is_its = call.error is error
        expected = unit.expected if unit is not None and is_its else ""
        test = f", expected {shorten(expected, 200)}" if expected else test
        return f"{call.shown()} {shorten(call.error_text, 250)}{test}"
    got = f"{call.shown()} returned {call.shown_result()}"
    left, right = sides
    if isinstance(error, AssertionError):
        if left is not ABSENT and right is not ABSENT:
            if left is call.value:
                return f"{got}, expected {show_value(right)}"
            if right is call.value:
                return f"{got}, expected {show_value(left)}"
            return f"{got}{test}, which compares {show_value(left)} with {show_value(right)}"
        return f"{got}{test}"
    return f"{got}{test}, which raised {_error_text(error)}"


def _kind(error: BaseException, call: Call | None) -> str:
    if isinstance(error, Ended):
        return f"the program {error.message}"
    if call is not None and call.error is error:
        return f"the program {shorten(call.error_kind, 100)}"
    return "the program returned a wrong value"


def _error_text(error: BaseException) -> str:
    if isinstance(error, Ended):
        return f"the program {error.message}"
    text = shorten(str(error), 200)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
