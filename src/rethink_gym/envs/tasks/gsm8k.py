"""Grade-school word problems: the GSM8K data set."""

import hashlib
from functools import cache
from os import PathLike, fspath
from pathlib import Path
from typing import ClassVar

from rethink_gym.envs.dataset import Rows, load_rows
from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.task import Task
from rethink_gym.errors import DataError, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verifiers.math import MathVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["GSM8K"]


class GSM8K(Task):
    """Grade-school word problems whose answers are whole numbers.

    The splits ``train`` and ``test`` keep the order of the data set. Of its train
    questions about one in ten belongs to ``validation`` and not to ``train``: those
    for which the hash of the question says so, whatever their order. All
    instances of a process share one copy of the problems.

    Args:
        data: A local folder with ``train.jsonl`` and ``test.jsonl`` (one of them
            will do; the other layouts of `load_rows` are read as well), or a name
            on the hub.

    Raises:
        DataNotFoundError: If there is no such folder or data set.
        DataError: If it does not hold questions and answers ending in ``#### 72``.
        HubUnavailableError: If the hub is needed and does not answer; the message
            says how to get the data.
        MissingExtraError: If the package ``datasets`` is not installed.

    References:
        Cobbe et al., "Training Verifiers to Solve Math Word Problems", 2021
        (arXiv:2110.14168).
    """

    name: ClassVar = "gsm8k"
    HUB_NAME: ClassVar = "openai/gsm8k"

    def __init__(self, data: str | PathLike[str] = HUB_NAME) -> None:
        path = Path(data).expanduser()
        self.data = str(path.resolve()) if path.exists() else fspath(data)
        _load_splits(self.data)

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits that the data has."""
        return tuple(_load_splits(self.data))

    def size(self, split: str) -> int:
        """Return how many problems a split holds."""
        return len(_load_splits(self.data)[check_choice("split", split, self.splits)])

    def problem(self, index: int, split: str) -> Problem:
        """Return one problem; the same index and split always give the same one.

        Raises:
            ArgumentError: If there is no such split or index.
            DataError: If the answer of the problem ends in no ``#### 72``.
        """
        self.check_place(index, split)
        question, answer = _load_splits(self.data)[split][index]
        solution, mark, gold = answer.rpartition("####")
        gold = gold.strip().replace(",", "")
        if not mark or not gold:
            raise DataError(
                f"The answer of problem {index} of the split {split!r} of {self.data!r} must end "
                f"in '#### ' and a number, got {answer[-40:]!r}."
            )
        return Problem(
            id=f"{self.name}/{split}/{index}",
            prompt=f"{question}\n{ANSWER_FORMAT}",
            gold=gold,
            solution=f"{solution.strip()}\nA: {gold}",
        )

    def make_verifier(self) -> Verifier:
        """Build the verifier of numbers and expressions."""
        return MathVerifier()


@cache
def _load_splits(data: str) -> dict[str, Rows]:
    """Load the data set and move about a tenth of ``train`` to ``validation``."""
    splits: dict[str, Rows] = {}
    for name, rows in load_rows(data, subset="main", columns=("question", "answer")).items():
        if name == "train":
            splits["train"] = [row for row in rows if not _is_held_out(row[0])]
            splits["validation"] = [row for row in rows if _is_held_out(row[0])]
        elif name == "test":
            splits["test"] = rows
    return splits


def _is_held_out(question: str) -> bool:
    return hashlib.blake2b(question.encode(), digest_size=1).digest()[0] < 26
