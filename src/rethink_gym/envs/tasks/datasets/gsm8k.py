"""The GSM8K data set: grade-school word problems."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import ClassVar

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.row_task import RowTask, hold_out
from rethink_gym.envs.tasks.base.rows import Row
from rethink_gym.errors import DataError
from rethink_gym.problem import Problem
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["GSM8K"]


class GSM8K(RowTask):
    """Grade-school word problems whose answers are whole numbers.

    **Example.** ``Natalia sold clips to 48 of her friends in April, and then she sold half
    as many clips in May. How many clips did Natalia sell altogether in April and May?``
    Answer: ``72``.

    **Difficulty.** Two to eight steps of elementary arithmetic; no arguments.

    **Splits.** ``train`` and ``test`` keep the order of the data set (7,473 and 1,319
    problems). About 10 % of the train questions belong to ``validation`` instead of
    ``train``. The hash of the question decides, so the order of the rows does not matter.

    **Reward.** 1 if the final answer equals the gold answer in value, else 0.

    **Termination.** After the last attempt; in ``GSM8KSteps-v0`` with the final answer.

    **Ids.** ``GSM8K-v0``, ``GSM8KSelfCorrect-v0``, ``GSM8KSteps-v0``.

    Args:
        data: A local folder with ``train.jsonl``, ``test.jsonl`` or both (or another layout
            that `read_rows` reads), or a name on the hub.

    Raises:
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a row has no question, or its answer does not end in a mark such as
            ``#### 72``.
        HubUnavailableError: If the hub is needed and does not answer; the message
            says how to get the data.
        MissingExtraError: If the package ``datasets`` is needed and not installed.

    References:
        Cobbe et al., "Training Verifiers to Solve Math Word Problems", 2021
        (arXiv:2110.14168).
    """

    name: ClassVar = "gsm8k"
    HUB_NAME: ClassVar = "openai/gsm8k"

    def __init__(self, data: str | PathLike[str] = HUB_NAME) -> None:
        super().__init__(data)

    @property
    def subset(self) -> str:
        """The subset with the original solutions."""
        return "main"

    def divide(self, rows: Mapping[str, Sequence[Row]]) -> Mapping[str, Sequence[Row]]:
        """Move about 10 % of ``train`` to ``validation``."""
        splits: dict[str, Sequence[Row]] = {}
        if "train" in rows:
            splits["train"], splits["validation"] = hold_out(rows["train"], "question")
        if "test" in rows:
            splits["test"] = rows["test"]
        return splits

    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Raises:
            DataError: If the answer does not end in a mark such as ``#### 72``.
        """
        answer = row.text("answer")
        solution, mark, gold = answer.rpartition("####")
        gold = gold.strip().replace(",", "")
        if not mark or not gold:
            raise DataError(
                f"{row.location}, must end its answer in '#### ' and a number, "
                f"got {answer[-40:]!r}."
            )
        prompt = f"{row.text('question')}\n{ANSWER_FORMAT}"
        return Problem(problem_id, prompt, gold, f"{solution.strip()}\nA: {gold}")

    def make_verifier(self) -> Verifier:
        """Build the verifier of numbers and expressions."""
        return MathVerifier()
