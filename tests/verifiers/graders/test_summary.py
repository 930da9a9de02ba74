"""Summaries of many grades."""

import pytest

from rethink_gym.verifiers.graders import ErrorKind, Grade, summarize_grades

UNREADABLE, NO_JSON = ErrorKind.MODEL_GRADER_PARSE_ERROR, ErrorKind.SAMPLE_PARSE_ERROR
GRADES = [
    Grade(
        name="all",
        type="multi",
        score=1.0,
        value=1.0,
        passed=True,
        sub_scores={"exact": 1.0, "judge": 1.0, "tool": None},
        errors={NO_JSON: "tool: the sample is not JSON"},
        seconds=0.25,
    ),
    Grade(
        name="all",
        type="multi",
        score=0.0,
        value=0.0,
        passed=False,
        is_clipped=True,
        sub_scores={"exact": 0.0, "judge": 3.0, "tool": None},
        errors={NO_JSON: "tool: the sample is not JSON"},
        seconds=0.5,
    ),
    Grade(
        name="all",
        type="multi",
        score=None,
        sub_scores={"exact": 1.0, "judge": None, "tool": None},
        errors={NO_JSON: "tool: the sample is not JSON", UNREADABLE: "judge: unreadable"},
        seconds=0.125,
    ),
]


def test_a_summary_leaves_missing_scores_out_of_the_mean() -> None:
    summary = summarize_grades(GRADES)
    assert (summary.num_grades, summary.num_missing, summary.num_passed) == (3, 1, 1)
    assert (summary.mean, summary.num_clipped) == (0.5, 1)
    assert summary.sub_means == {"exact": pytest.approx(2 / 3), "judge": 2.0, "tool": None}
    assert summary.errors == {NO_JSON: 3, UNREADABLE: 1}
    assert summary.seconds == 0.875


def test_a_summary_of_nothing_has_no_mean() -> None:
    summary = summarize_grades([])
    assert (summary.num_grades, summary.mean, summary.num_passed) == (0, None, None)
