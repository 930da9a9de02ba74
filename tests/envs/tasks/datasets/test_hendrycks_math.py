"""The promises of the MATH data set."""

from pathlib import Path

import pytest
from tests.envs.tasks.datasets.rows import BOXED, write

from rethink_gym.envs.tasks.datasets.hendrycks_math import HendrycksMath
from rethink_gym.errors import DataError


def test_levels_and_subjects_are_kept_as_asked(tmp_path: Path) -> None:
    rows = [
        {**BOXED, "problem": f"{level} {subject}?", "level": level, "subject": subject}
        for level in (1, 2, 5)
        for subject in ("Algebra", "Geometry")
    ]
    path = write(tmp_path / "test.jsonl", *rows)
    assert HendrycksMath(path).size("test") == 6
    assert HendrycksMath(path, levels=[1, 5]).size("test") == 4
    chosen = HendrycksMath(path, levels=[5], subjects=["geometry"])
    assert chosen.problem(0, "test").prompt.startswith("5 Geometry?")
    assert chosen.size("test") == 1
    with pytest.raises(DataError, match=r"levels \[3\]"):
        HendrycksMath(path, levels=[3])


def test_math_500_is_whole_and_its_solutions_score_one_but_for_a_double_box(data_dir: Path) -> None:
    task = HendrycksMath(data_dir / "math500")
    assert task.size("test") == 500
    verifier = task.make_verifier()
    problems = [task.problem(index, "test") for index in range(500)]
    wrong = [p.id for p in problems if not verifier.verify(p.solution or "", p).correct]
    # "15 39/40, or 639/40": two boxes joined by "or" are one answer of two parts.
    assert wrong == ["hendrycks_math/test/451"]
