"""The MATH data set of Hendrycks et al.: competition mathematics, whole or in part."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import ClassVar

from rethink_gym.envs.prompt import ANSWER_FORMAT
from rethink_gym.envs.tasks.base.row_task import RowTask, hold_out
from rethink_gym.envs.tasks.base.rows import Row, read_rows
from rethink_gym.errors import DataError, argument_error, check_choice
from rethink_gym.problem import Problem
from rethink_gym.verifiers.extraction import Mark, extract_answer
from rethink_gym.verifiers.math.verifier import MathVerifier
from rethink_gym.verifiers.verifier import Verifier

__all__ = ["HendrycksMath"]

_LEVELS = (1, 2, 3, 4, 5)
_SUBJECTS = {
    "algebra": "Algebra",
    "counting_and_probability": "Counting & Probability",
    "geometry": "Geometry",
    "intermediate_algebra": "Intermediate Algebra",
    "number_theory": "Number Theory",
    "prealgebra": "Prealgebra",
    "precalculus": "Precalculus",
}
_LEVEL = re.compile(r"(?:Level )?([1-5])")


class HendrycksMath(RowTask):
    """Competition problems with answers in LaTeX, in seven subjects and five levels.

    Reads the data set as published on the hub, MATH-500, and any table with the columns
    ``problem``, ``solution``, ``level`` and ``subject`` (or ``type``). The gold answer is the
    column ``answer``, or else the content of the last box of the solution.

    **Example.** ``What is the sum of the positive factors of 24?`` Answer: ``60``.

    **Difficulty.** ``levels`` from 1 to 5, ``subjects`` by name.

    **Splits.** ``train`` and ``test`` keep the order of the data set. About 10 % of the train
    problems, chosen by the hash of the problem, belong to ``validation`` instead of
    ``train``. A single file, such as MATH-500, is the split ``test``.

    **Reward.** 1 if the final answer is mathematically equal to the gold answer, else 0.

    **Termination.** After the last attempt.

    **Ids.** ``HendrycksMath-v0``, ``HendrycksMathSelfCorrect-v0``.

    Args:
        data: A local file or folder (see `read_rows`), or a name on the hub. Of the data set
            on the hub, all seven subjects are read.
        levels: Levels to keep; None keeps all.
        subjects: Subjects to keep, such as ``["algebra"]``; None keeps all.

    Raises:
        ArgumentError: If ``levels`` holds a number outside 1 to 5, or ``subjects`` is a text
            or holds an unknown name.
        DataNotFoundError: If ``data`` is neither a file, a folder nor a data set on the hub.
        DataError: If a row lacks a field, or no problem has a chosen level and subject.
        HubUnavailableError: If the hub is needed and does not answer.
        MissingExtraError: If the package ``datasets`` is needed and not installed.

    References:
        Hendrycks et al., "Measuring Mathematical Problem Solving With the MATH Dataset",
        2021 (arXiv:2103.03874). Lightman et al., 2023, for MATH-500 (arXiv:2305.20050).
    """

    name: ClassVar = "hendrycks_math"
    HUB_NAME: ClassVar = "EleutherAI/hendrycks_math"

    def __init__(
        self,
        data: str | PathLike[str] = HUB_NAME,
        *,
        levels: Sequence[int] | None = None,
        subjects: Sequence[str] | None = None,
    ) -> None:
        for level in levels or ():
            if isinstance(level, bool) or level not in _LEVELS:
                raise argument_error("levels", "whole numbers from 1 to 5", levels)
        self.levels = frozenset(_LEVELS if levels is None else levels)
        if isinstance(subjects, str):
            raise argument_error("subjects", "a list of names", subjects, f"Write [{subjects!r}].")
        chosen = _SUBJECTS if subjects is None else subjects
        self.subjects = frozenset(check_choice("subjects", name, _SUBJECTS) for name in chosen)
        super().__init__(data)

    def read(self) -> Mapping[str, Sequence[Row]]:
        """Return the rows of each split; on the hub, each subject is a subset of its own."""
        if Path(self.data).exists() or self.data != self.HUB_NAME:
            return read_rows(self.data)
        parts = [read_rows(self.data, subject) for subject in _SUBJECTS]
        return {
            split: list(chain.from_iterable(part[split] for part in parts)) for split in parts[0]
        }

    def divide(self, rows: Mapping[str, Sequence[Row]]) -> Mapping[str, Sequence[Row]]:
        """Keep the chosen levels and subjects; move about 10 % of ``train`` to ``validation``."""
        kept = {split: list(filter(self._is_chosen, rows[split])) for split in rows}
        if not any(kept.values()):
            raise DataError(
                f"{self.data} must hold problems of the levels {sorted(self.levels)} and the "
                f"subjects {sorted(self.subjects)}, got none."
            )
        if "train" in kept and "validation" not in kept:
            train, validation = hold_out(kept.pop("train"), "problem")
            kept = {"train": train, "validation": validation, **kept}
        return {split: chosen for split, chosen in kept.items() if chosen}

    def make_problem(self, row: Row, problem_id: str) -> Problem:
        """Make the problem of a row.

        Raises:
            DataError: If a text is missing, or there is neither an answer nor a boxed one.
        """
        solution = row.text("solution")
        gold = row.values.get("answer")
        if not isinstance(gold, str):
            boxed = extract_answer(solution)
            if boxed is None or boxed.mark is not Mark.BOX:
                raise DataError(f"{row.location}, must have an answer, or a box in its solution.")
            gold = boxed.text
        prompt = f"{row.text('problem')}\n{ANSWER_FORMAT}"
        return Problem(problem_id, prompt, gold, f"{solution.strip()}\nA: {gold}")

    def make_verifier(self) -> Verifier:
        """Build the verifier of numbers and expressions."""
        return MathVerifier()

    def _is_chosen(self, row: Row) -> bool:
        subject = row.values.get("subject", row.values.get("type"))
        level = _LEVEL.fullmatch(str(row.values.get("level")))
        # A few problems of the original set have the level "Level ?".
        if level is None:
            return self.levels == set(_LEVELS) and self._has_subject(subject)
        return int(level[1]) in self.levels and self._has_subject(subject)

    def _has_subject(self, subject: object) -> bool:
        if len(self.subjects) == len(_SUBJECTS):
            return True
        return subject in {_SUBJECTS[name] for name in self.subjects} | self.subjects
