"""Runs tests that call the functions of a program, one by one."""

import random
from types import TracebackType
from typing import Any

from rethink_gym.verifiers.sandbox.grading.assertion import UNIT_NAME, Unit
from rethink_gym.verifiers.sandbox.grading.call import GradingFault, ProgramEnded
from rethink_gym.verifiers.sandbox.grading.candidate import Candidate
from rethink_gym.verifiers.sandbox.grading.failure import (
    ABSENT,
    Failure,
    Outcome,
    describe_failure,
)
from rethink_gym.verifiers.sandbox.grading.suite import Suite

__all__ = ["Trial"]


class Trial:
    """One run of a test suite against one program.

    Args:
        suite: The tests.
        candidate: The program; `run` starts and closes it.
        is_dense: Whether to continue with the next test after a failure.
    """

    def __init__(self, suite: Suite, candidate: Candidate, *, is_dense: bool) -> None:
        self._suite = suite
        self._candidate = candidate
        self._is_dense = is_dense
        self._passed: dict[int, bool] = {}
        self._failure: Failure | None = None
        self._sides = [ABSENT, ABSENT]
        self._number = 0
        self._is_hidden = False

    def run(self) -> Outcome:
        """Run the tests.

        Returns:
            The result. A test inside a loop passes if it passes every time; a test that is
            never reached does not pass.

        Raises:
            PrefetchMismatch: If the tests make another call than the prefetched one.
            GradingFault: If the setup of the tests fails, or if they pass an argument that
                cannot be encoded.
        """
        random.seed(0)  # tests with random arguments draw the same ones for each program
        try:
            names = self._candidate.start()
        except ProgramEnded as error:
            self._fail(error, None)
        else:
            self._run_all(names)
            self._candidate.check()
        finally:
            self._candidate.close()
        return Outcome(len(self._suite.units), sum(self._passed.values()), self._failure)

    def _run_all(self, names: dict[str, Any]) -> None:
        try:
            self._run_sources(names)
        except (Exception, ProgramEnded) as error:
            self._fail(error, None)

    def _run_sources(self, names: dict[str, Any]) -> None:
        suite, candidate = self._suite, self._candidate
        function = candidate.function(suite.entry_point)
        space = {"__name__": "tests", **names, suite.entry_point: function}
        self._set_up(space)
        # Set again, since the setup may define the entry point too.
        space |= {suite.entry_point: function, UNIT_NAME: self}
        for number, code in enumerate(suite.runs):
            self._is_hidden = number >= suite.num_shown
            exec(code, space)
            if suite.has_check:
                space["check"](function)
        if candidate.ended is not None:  # a bare `except` of the tests has swallowed it
            raise candidate.ended

    def _set_up(self, space: dict[str, Any]) -> None:
        try:
            exec(self._suite.setup, space)
        except Exception as error:
            # A name that is missing, or a call that fails, is the program's fault.
            if self._candidate.last_call is None and not isinstance(error, NameError):
                raise GradingFault(f"the setup of the tests fails: {error}") from error
            raise

    def __call__(self, number: int) -> "Trial":
        """Set the number of the test that is entered next."""
        self._number = number
        return self

    def __enter__(self) -> None:
        self._candidate.last_call = None
        self._sides = [ABSENT, ABSENT]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        error = error or self._candidate.ended  # a bare `except` may have swallowed the latter
        if error is None:
            self._passed.setdefault(self._number, True)
            return False
        if not isinstance(error, Exception | ProgramEnded):
            return False
        self._passed[self._number] = False
        self._fail(error, self._suite.units[self._number])
        if self._is_dense:
            return not isinstance(error, ProgramEnded) or self._candidate.restart()
        if kind is None:
            raise error
        return False

    def left(self, value: object) -> object:
        """Record the left side of a comparison."""
        self._sides[0] = value
        return value

    def right(self, value: object) -> object:
        """Record the right side of a comparison."""
        self._sides[1] = value
        return value

    def _fail(self, error: BaseException, unit: Unit | None) -> None:
        """Record the first failure."""
        if self._failure is not None:
            return
        position = f"test {self._number + 1} of {len(self._suite.units)}"
        self._failure = describe_failure(
            error,
            unit,
            position="" if unit is None else position,
            call=self._candidate.last_call,
            sides=self._sides,
            is_hidden=self._is_hidden,
        )
