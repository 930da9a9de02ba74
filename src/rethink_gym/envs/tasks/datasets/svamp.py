"""The SVAMP data set: short word problems with misleading wording."""

from os import PathLike
from typing import ClassVar

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.row_task import RowTask
from rethink_gym.envs.tasks.base.rows import Row
from rethink_gym.errors import DataError
from rethink_gym.problem import Problem
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["SVAMP"]


class SVAMP(RowTask):
    """Word problems of one or two operations, with variations that make keywords misleading.

    **Example.** ``Dan had $ 3 left with him after he bought a candy bar. If he had $ 4 at
    the start, how much did the candy bar cost?`` Answer: ``1``.

    **Difficulty.** One or two operations on small numbers; no arguments.

    **Splits.** ``train`` and ``test``, as on the hub. The original file ``SVAMP.json``, which
    was made for testing, is the split ``test`` with 1,000 problems.

    **Reward.** 1 if the final answer equals the gold answer in value, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``SVAMP-v0``, ``SVAMPSelfCorrect-v0``.

    Args:
        data: The file ``SVAMP.json`` or its folder, another layout of `read_rows`, or a
            name on the hub.

    Raises:
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a row has no body, question, equation or answer.
        HubUnavailableError: If the hub is needed and does not answer.
        MissingExtraError: If the package ``datasets`` is needed and not installed.

    References:
        Patel et al., "Are NLP Models really able to Solve Simple Math Word Problems?",
        2021 (arXiv:2103.07191).
    """

    name: ClassVar = "svamp"
    HUB_NAME: ClassVar = "ChilleD/SVAMP"

    def __init__(self, data: str | PathLike[str] = HUB_NAME) -> None:
        super().__init__(data)

    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Raises:
            DataError: If a field is missing, or the answer is not a number.
        """
        body = row.text("Body").strip()
        joined = f"{body}{'' if body.endswith(('.', ',', '?', '!')) else '.'}"
        prompt = f"{joined} {row.text('Question').strip()}\n{ANSWER_FORMAT}"
        gold = _number(row.values.get("Answer"), row)
        problem = Problem(problem_id, prompt, gold)
        equation = " ".join(token.removesuffix(".0") for token in row.text("Equation").split())
        steps = f"{equation.removeprefix('( ').removesuffix(' )')} = {gold}"
        # One equation of the original file does not yield its answer.
        is_correct = MathVerifier().verify(f"A: {equation}", problem).correct
        solution = f"{steps}\nA: {gold}" if is_correct else None
        return Problem(problem_id, prompt, gold, solution)

    def make_verifier(self) -> Verifier:
        """Build the verifier of numbers and expressions."""
        return MathVerifier()


def _number(value: object, row: Row) -> str:
    """Write an answer without trailing zeros; in the data it is a number or a text."""
    try:
        number = float(str(value))
    except ValueError as error:
        raise DataError(
            f"{row.location}, must have a number under 'Answer', got {value!r}."
        ) from error
    return str(int(number)) if number.is_integer() else str(number)
