"""The HumanEval data set: Python functions to complete."""

from os import PathLike
from typing import ClassVar

from rethink_gym.envs.prompt import PROGRAM_FORMAT
from rethink_gym.envs.tasks.base.row_task import RowTask
from rethink_gym.envs.tasks.base.rows import Row
from rethink_gym.problem import Problem
from rethink_gym.verifiers.code import CodeTests, CodeVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["HumanEval"]


class HumanEval(RowTask):
    """Handwritten Python functions to complete from a signature and a docstring.

    **Example.** ``def has_close_elements(numbers: List[float], threshold: float) -> bool:``
    with the docstring ``Check if in given list of numbers, are any two numbers closer to
    each other than given threshold.`` Answer: the whole function.

    **Difficulty.** Functions of one line to about twenty lines; no arguments.

    **Splits.** test: 164. There is no training split, so environments play ``test`` by
    default.

    **Reward.** 1 if the function passes all tests, about eight on average, else 0. The
    prompt shows no tests other than the examples in the docstring. `CodeVerifier` with
    ``score="dense"`` gives the fraction of passed tests instead.

    **Termination.** After the last attempt.

    **Ids.** ``HumanEval-v0``, ``HumanEvalSelfCorrect-v0``.

    Args:
        data: The file ``HumanEval.jsonl.gz`` or its folder, another layout of `read_rows`,
            or a name on the hub.

    Raises:
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a file cannot be read.
        HubUnavailableError: If the hub is needed and does not answer; the message says how
            to get the data.
        MissingExtraError: If the package ``datasets`` is needed and not installed.

    References:
        Chen et al., "Evaluating Large Language Models Trained on Code", 2021, section 2.2
        (arXiv:2107.03374).
    """

    name: ClassVar = "humaneval"
    HUB_NAME: ClassVar = "openai/openai_humaneval"

    def __init__(self, data: str | PathLike[str] = HUB_NAME) -> None:
        super().__init__(data)

    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Raises:
            DataError: If a field is missing.
        """
        head = row.text("prompt").strip("\n")
        tests = CodeTests(
            style="humaneval",
            entry_point=row.text("entry_point"),
            setup=head,
            tests=(row.text("test"),),
            signature=f"{head}\n",
        )
        return Problem(
            problem_id,
            f"Complete this Python function.\n\n```python\n{head}\n```\n\n{PROGRAM_FORMAT}",
            tests.to_gold(),
            f"```python\n{head}\n{row.text('canonical_solution').rstrip()}\n```",
        )

    def make_verifier(self) -> Verifier:
        """Build the verifier that runs the tests."""
        return CodeVerifier()
