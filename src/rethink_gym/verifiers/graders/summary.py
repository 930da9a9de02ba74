"""Summary of many grades: mean score, missing scores, failures."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rethink_gym.verifiers.graders.grade import ErrorKind, Grade

__all__ = ["GradeSummary", "summarize_grades"]


@dataclass(frozen=True, kw_only=True)
class GradeSummary:
    """Summary of the grades of one grader.

    Attributes:
        num_grades: Number of grades.
        num_missing: Number of grades without a score.
        mean: Mean of the known scores; None if all are missing.
        num_passed: Number of grades that passed; None without a threshold.
        num_clipped: Number of values outside the grader's range.
        errors: Number of grades with a failure, by kind; kinds that did not occur are left
            out.
        sub_means: Mean of the known values of each part of a multi grader; None if all are
            missing.
        seconds: Total wall-clock time of grading.
    """

    num_grades: int
    num_missing: int
    mean: float | None
    num_passed: int | None
    num_clipped: int
    errors: Mapping[ErrorKind, int]
    sub_means: Mapping[str, float | None]
    seconds: float


def summarize_grades(grades: Iterable[Grade]) -> GradeSummary:
    """Summarize grades.

    Args:
        grades: Grades of one grader on many samples.

    Returns:
        The summary. Missing scores are counted separately, not as 0.
    """
    grades = list(grades)
    passed = [grade.passed for grade in grades if grade.passed is not None]
    parts = dict.fromkeys(name for grade in grades for name in grade.sub_scores)
    scores = [grade.score for grade in grades]
    return GradeSummary(
        num_grades=len(grades),
        num_missing=scores.count(None),
        mean=_mean(scores),
        num_passed=sum(passed) if passed else None,
        num_clipped=sum(grade.is_clipped for grade in grades),
        errors=Counter(kind for grade in grades for kind in grade.errors),
        sub_means={name: _mean(grade.sub_scores.get(name) for grade in grades) for name in parts},
        seconds=math.fsum(grade.seconds for grade in grades),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
