"""Sums up many grades: how high, how many are missing, and why."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rethink_gym.verifiers.graders.grade import ErrorKind, Grade

__all__ = ["GradeSummary", "summarize_grades"]


@dataclass(frozen=True, kw_only=True)
class GradeSummary:
    """What many grades of one grader say together.

    Attributes:
        num_grades: How many there are.
        num_missing: How many of them have no score.
        mean: Mean of the scores that there are; None if there is none.
        num_passed: How many passed; None if there is no threshold.
        num_clipped: How many values lay outside the grader's range.
        errors: How many grades have an error of each kind; kinds that did not occur are
            left out.
        sub_means: Mean value of each part, where there is one.
        seconds: Wall-clock time of all of them.
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
    """Sum up grades.

    Args:
        grades: What one grader said of many samples.

    Returns:
        The summary. A missing score counts as missing, not as 0.
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
