"""The CRUXEval data set: predict the output or the input of small functions."""

from os import PathLike
from typing import ClassVar

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.row_task import RowTask
from rethink_gym.envs.tasks.base.rows import Row
from rethink_gym.errors import check_choice
from rethink_gym.problem import Problem
from rethink_gym.verifiers.python_values.arguments import ArgumentsVerifier, arguments_gold
from rethink_gym.verifiers.python_values.literal import LiteralVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["CRUXEval"]


class CRUXEval(RowTask):
    """Small Python functions: predict what a call returns, or find a call that returns a value.

    **Example.** ``def f(text): return text[::-1].upper()`` with ``What does f('ab')
    return?`` Answer: ``'BA'``.

    **Difficulty.** ``predict="output"`` asks for the value of a call, ``predict="input"`` for
    a call that gives a value. Functions have 3 to 13 lines.

    **Splits.** test: 800. There is no training split, so environments play ``test`` by
    default.

    **Reward.** 1 or 0. A value is correct if it equals the value of the call (see
    `LiteralVerifier`). A call is correct if the function, run in the sandbox, returns the
    given value for its arguments; any such arguments count. They must be plain values. 12 of
    the published calls hold expressions such as ``dict(e=1)``, so another call must be found.

    **Termination.** After the last attempt.

    **Ids.** ``CRUXEval-v0``, ``CRUXEvalSelfCorrect-v0``.

    Args:
        data: The file ``cruxeval.jsonl`` or its folder, another layout of `read_rows`, or a
            name on the hub.
        predict: ``"output"`` or ``"input"``.

    Raises:
        ArgumentError: If ``predict`` is not one of these two.
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a file cannot be read.
        HubUnavailableError: If the hub is needed and does not answer; the message says how
            to get the data.
        MissingExtraError: If the package ``datasets`` is needed and not installed.

    References:
        Gu et al., "CRUXEval: A Benchmark for Code Reasoning, Understanding and Execution",
        2024, section 3 (arXiv:2401.03065). The wording of the questions is ours.
    """

    name: ClassVar = "cruxeval"
    HUB_NAME: ClassVar = "cruxeval-org/cruxeval"

    def __init__(self, data: str | PathLike[str] = HUB_NAME, *, predict: str = "output") -> None:
        self.predict = check_choice("predict", predict, ("output", "input"))
        super().__init__(data)

    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Raises:
            DataError: If a field is missing.
        """
        source, given, value = (row.text(name) for name in ("code", "input", "output"))
        if self.predict == "output":
            question = f"What does `f({given})` return? Write the value as Python does."
            gold, answer = value, value
        else:
            question = (
                f"Find a call of `f` that returns `{value}`. Write it with plain values, such as "
                "`f(1, 'a')`."
            )
            gold, answer = arguments_gold(source, "f", value), f"f({given})"
        return Problem(
            problem_id,
            f"```python\n{source}\n```\n\n{question}\n{ANSWER_FORMAT}",
            gold,
            f"A: {answer}",
        )

    def make_verifier(self) -> Verifier:
        """Build the verifier of values or of arguments, depending on ``predict``."""
        return LiteralVerifier() if self.predict == "output" else ArgumentsVerifier()
