"""Verifier of arguments for which a function returns a given value."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Self

from rethink_gym.errors import DataError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Verdict
from rethink_gym.verifiers.code import CodeTests, CodeVerifier
from rethink_gym.verifiers.python_values.literal import NOTHING_FOUND, extract_literal, unreadable
from rethink_gym.verifiers.python_values.reader import NotAValueError, read_arguments
from rethink_gym.verifiers.verifier import Pending, Verifier, read_options

__all__ = ["ArgumentsVerifier", "arguments_gold"]


class ArgumentsVerifier(Verifier):
    """Checks arguments by calling the function with them in the sandbox.

    The answer has the arguments as in a call, ``[1, 2], 'a'`` or ``f([1, 2], 'a')``. They are
    Python literals; `extract_literal` finds them. All arguments for which the function
    returns the gold value are correct. The options are those of `CodeVerifier`.

    Args:
        time_s: Time limit of the call in seconds.
        memory_bytes: Maximum address space of the call.
        isolation: Level of isolation of the call.

    Raises:
        ArgumentError: If `CodeVerifier` refuses an option.
        SandboxError: If this system does not support ``isolation``.
    """

    def __init__(
        self,
        *,
        time_s: float = 3.0,
        memory_bytes: int = 512 * 2**20,
        isolation: str = "default",
    ) -> None:
        self._programs = CodeVerifier(time_s=time_s, memory_bytes=memory_bytes, isolation=isolation)

    def verify(self, answer: str, problem: Problem) -> Verdict:
        """Verify one answer.

        Args:
            answer: The text that the agent wrote.
            problem: The problem; its gold answer is a text of `arguments_gold`.

        Returns:
            The verdict, with score 1 if the function returns the gold value, else 0.

        Raises:
            DataError: If the gold answer is not a text of `arguments_gold`.
            VerifierError: If the worker process cannot be started.
        """
        return self.verify_batch([answer], [problem])[0]

    def verify_at_once(self, answer: str, problem: Problem) -> Verdict | Pending:
        """Verify an answer without arguments, else write the program that makes the call."""
        call = _write_call(answer, problem)
        return call if isinstance(call, Verdict) else Pending(problem, call)

    def verify_slow_batch(self, pending: Sequence[Pending]) -> list[Verdict]:
        """Run the calls, in parallel."""
        calls: list[_Call] = [item.work for item in pending]
        verdicts = self._programs.verify_batch(
            [call.program for call in calls], [call.problem for call in calls]
        )
        return [
            replace(verdict, answer=call.arguments)
            for verdict, call in zip(verdicts, calls, strict=True)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the configuration as plain JSON data, its kind under ``"type"``."""
        options = self._programs.to_dict()
        return {"type": "arguments"} | {name: options[name] for name in _OPTIONS}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build a verifier from what `to_dict` returned; options may be left out.

        Raises:
            ArgumentError: If an option is unknown or its value is not allowed.
        """
        return cls(**read_options(data, _OPTIONS))


_OPTIONS = ("time_s", "memory_bytes", "isolation")


def arguments_gold(source: str, function: str, value: str) -> str:
    """Write the gold answer of a problem that asks for arguments.

    Args:
        source: Python source that defines the function.
        function: Name of the function.
        value: Value that the function must return, as a Python literal.

    Returns:
        The gold answer, one line of JSON.
    """
    return json.dumps({"source": source, "function": function, "value": value})


class _Call(NamedTuple):
    """A program that calls the function, the problem with its test, and the arguments."""

    program: str
    problem: Problem
    arguments: str


def _write_call(answer: str, problem: Problem) -> _Call | Verdict:
    source, function, value = _read_gold(problem.gold)
    text = extract_literal(answer)
    if text is None:
        return NOTHING_FOUND
    call = re.fullmatch(rf"{re.escape(function)}\((.*)\)", text, re.DOTALL)
    try:
        arguments = read_arguments(call[1] if call else text)
    except NotAValueError as error:
        return unreadable(text, error)
    listed = ", ".join(map(repr, arguments))
    tests = CodeTests(style="asserts", entry_point="call", tests=(f"assert call() == {value}",))
    program = f"```python\n{source}\n\ndef call():\n    return {function}({listed})\n```"
    called = Problem(problem.id, problem.prompt, tests.to_gold(), item=problem.item)
    return _Call(program, called, listed)


def _read_gold(gold: str) -> tuple[str, str, str]:
    try:
        data = json.loads(gold)
        return str(data["source"]), str(data["function"]), str(data["value"])
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"gold must be a text of arguments_gold, got {gold[:80]!r}: {error!r}."
        ) from error
