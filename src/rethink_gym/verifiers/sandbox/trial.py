"""Runs tests that call a program's functions, one by one."""

import random
from types import TracebackType
from typing import Any

from rethink_gym.verifiers.sandbox.assertion import UNIT_NAME, Unit
from rethink_gym.verifiers.sandbox.call import Ended, Untold
from rethink_gym.verifiers.sandbox.candidate import Candidate
from rethink_gym.verifiers.sandbox.failure import ABSENT, Failure, Outcome, describe_failure
from rethink_gym.verifiers.sandbox.suite import Suite

__all__ = ["Trial"]


class Trial:
    """One run of a suite against one program.

    Args:
        suite: The tests.
        candidate: The program; it is started by `run`, and closed by it.
        is_dense: Whether tests go on after the first failure.
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
            What came of them. A test that stands in a loop passes if it does each time;
            one that is never reached does not.

        Raises:
            Misled: If the tests call something else than was sent ahead.
            Untold: If they hand over what cannot cross.
        """
        random.seed(0)  # tests that draw their arguments draw the same for each program
        try:
            known = self._candidate.start()
        except Ended as error:
            self._fail(error, None)
        else:
            self._run_all(known)
            self._candidate.check()
        finally:
            self._candidate.close()
        return Outcome(len(self._suite.units), sum(self._passed.values()), self._failure)

    def _run_all(self, known: dict[str, Any]) -> None:
        try:
            self._run(known)
        except (Exception, Ended) as error:
            self._fail(error, None)

    def _run(self, known: dict[str, Any]) -> None:
        suite, candidate = self._suite, self._candidate
        function = candidate.function(suite.entry_point)
        space = {"__name__": "tests", **known, suite.entry_point: function}
        self._set_up(space)
        space |= {suite.entry_point: function, UNIT_NAME: self}
        for number, code in enumerate(suite.runs):
            self._is_hidden = number >= suite.num_shown
            exec(code, space)
            if suite.has_check:
                space["check"](function)
        if candidate.ended is not None:  # and a bare except has hidden it
            raise candidate.ended

    def _set_up(self, space: dict[str, Any]) -> None:
        try:
            exec(self._suite.setup, space)
        except Exception as error:
            # A name that is missing, or a call that fails, is the program's fault.
            if self._candidate.last_call is None and not isinstance(error, NameError):
                raise Untold(f"the setup of the tests fails: {error}") from error
            raise

    def __call__(self, number: int) -> "Trial":
        """Name the test that is entered next."""
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
        error = error or self._candidate.ended  # a bare except may have hidden that
        if error is None:
            self._passed.setdefault(self._number, True)
            return False
        if not isinstance(error, Exception | Ended):
            return False
        self._passed[self._number] = False
        self._fail(error, self._suite.units[self._number])
        if self._is_dense:
            return not isinstance(error, Ended) or self._candidate.restart()
        if kind is None:
            raise error
        return False

    def left(self, value: object) -> object:
        """Keep the left side of a comparison."""
        self._sides[0] = value
        return value

    def right(self, value: object) -> object:
        """Keep the right side of a comparison."""
        self._sides[1] = value
        return value

    def _fail(self, error: BaseException, unit: Unit | None) -> None:
        if self._failure is not None:
            return
        place = f"test {self._number + 1} of {len(self._suite.units)}"
        self._failure = describe_failure(
            error,
            unit,
            place="" if unit is None else place,
            call=self._candidate.last_call,
            sides=self._sides,
            is_hidden=self._is_hidden,
        )
