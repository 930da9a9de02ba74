"""The MBPP data set: basic Python programs."""

import ast
import re
from collections.abc import Mapping, Sequence
from itertools import chain
from os import PathLike
from typing import ClassVar

from rethink_gym.envs.prompt import PROGRAM_FORMAT
from rethink_gym.envs.tasks.base.row_task import RowTask
from rethink_gym.envs.tasks.base.rows import Row
from rethink_gym.errors import DataError
from rethink_gym.problem import Problem
from rethink_gym.verifiers.code import CodeTests, CodeVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["MBPP"]

_SPLITS = {
    "train": range(601, 975),
    "validation": range(511, 601),
    "test": range(11, 511),
    "prompt": range(1, 11),
}
"""The ids of each split, as published."""


class MBPP(RowTask):
    """Short Python programs to write from one sentence and three tests.

    **Example.** ``Write a python function to identify non-prime numbers.`` with
    ``assert is_not_prime(2) == False`` and two more tests. Answer: the whole function.

    **Difficulty.** Exercises for beginners; the tests are often more exact than the sentence.
    No arguments.

    **Splits.** train, validation, test, prompt: 374 / 90 / 500 / 10, by the published ids
    of the problems. ``prompt`` is meant for examples in prompts.

    **Reward.** 1 if the program passes the three tests, else 0. As is usual for this data
    set, the prompt shows the tests. `CodeVerifier` with ``score="dense"`` gives the fraction of
    passed tests instead.

    **Termination.** After the last attempt.

    **Ids.** ``MBPP-v0``, ``MBPPSelfCorrect-v0``.

    Args:
        data: A local file or folder, or a name on the hub; see `read_rows`. Rows are as in
            the original (``text``, ``code``, ``test_list``) or as in MXEval
            (``description``, ``canonical_solution``, ``test``).

    Raises:
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a file cannot be read, or a row has no id.
        HubUnavailableError: If the hub is needed and does not answer; the message says how
            to get the data.
        MissingExtraError: If the package ``datasets`` is needed and not installed.

    References:
        Austin et al., "Program Synthesis with Large Language Models", 2021, section 2.1
        (arXiv:2108.07732). The challenge tests, which few problems have, are not used.
    """

    name: ClassVar = "mbpp"
    HUB_NAME: ClassVar = "google-research-datasets/mbpp"

    def __init__(self, data: str | PathLike[str] = HUB_NAME) -> None:
        super().__init__(data)

    @property
    def subset(self) -> str:
        """The subset with all problems, as first published."""
        return "full"

    def divide(self, rows: Mapping[str, Sequence[Row]]) -> Mapping[str, Sequence[Row]]:
        """Divide all rows into the published splits by their ids; leave out empty splits."""
        rows_by_id = {_id_of(row): row for row in chain.from_iterable(rows.values())}
        splits = {
            split: [rows_by_id[number] for number in numbers if number in rows_by_id]
            for split, numbers in _SPLITS.items()
        }
        return {split: chosen for split, chosen in splits.items() if chosen}

    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Raises:
            DataError: If a field is missing, or no test calls a function of the program.
        """
        if "test_list" in row.values:
            text, source, setup = row.text("text"), row.text("code"), row.text("test_setup_code")
            tests = list(row.values["test_list"])
        else:
            text, setup = row.text("description"), ""
            source = row.text("prompt").lstrip() + row.text("canonical_solution")
            tests = _statements(row)
        source = source.replace("\r\n", "\n").strip("\n")
        suite = CodeTests(
            style="asserts",
            entry_point=_entry_point(row, source, tests),
            setup=setup.replace("\r\n", "\n"),
            tests=tuple(tests),
        )
        shown = "\n".join(tests)
        return Problem(
            problem_id,
            f"{text.strip()}\nYour program must pass these tests:\n\n{shown}\n\n{PROGRAM_FORMAT}",
            suite.to_gold(),
            f"```python\n{source}\n```",
        )

    def make_verifier(self) -> Verifier:
        """Build the verifier that runs the tests."""
        return CodeVerifier()


def _id_of(row: Row) -> int:
    """Return the id of a row as a number; in the data it is ``17`` or ``"MBPP/17"``."""
    value = row.values.get("task_id")
    number = re.fullmatch(r"(?:MBPP/)?(\d{1,6})", str(value))
    if number is None:
        raise DataError(f"{row.location}, must have a number under 'task_id', got {value!r}.")
    return int(number[1])


def _entry_point(row: Row, source: str, tests: Sequence[str]) -> str:
    """Return the function of the program that the first test calls."""
    defined = set(re.findall(r"^(?:def|class)\s+(\w+)", source, re.MULTILINE))
    for call in re.finditer(r"(\w+)\s*\(", tests[0] if tests else ""):
        if call[1] in defined:
            return call[1]
    raise DataError(f"{row.location}, must have tests that call its program, got {tests!r:.80}.")


def _statements(row: Row) -> list[str]:
    """Return the tests of an MXEval row as statements that call the function by its name."""
    name = row.text("entry_point")
    try:
        body = ast.parse(row.text("test")).body[-1]
    except (SyntaxError, IndexError) as error:
        raise DataError(f"{row.location}, must have tests in Python: {error}.") from error
    return [
        re.sub(r"\bcandidate\b", name, ast.unparse(statement))
        for statement in getattr(body, "body", ())
    ]
