"""Graders combined by a formula, and how grades are summed up and written."""

import json
from typing import Any

import pytest

from rethink_gym.verifiers.graders import ErrorKind, Grade, grader_from_dict

EXACT = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}
SIMILAR = {
    "type": "text_similarity",
    "name": "similar",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "evaluation_metric": "rouge_1",
}
JUDGE = {
    "type": "score_model",
    "name": "judge",
    "model": "m",
    "input": [{"role": "user", "content": "{{sample.output_text}}"}],
    "range": [0, 10],
}
FIELD = {**EXACT, "name": "field", "input": "{{sample.output_json.answer}}"}
TOOL = {**EXACT, "name": "tool", "input": "{{sample.output_tools[0].function.name}}"}
CALL = {"output_text": "", "output_tools": [{"function": {"name": "the cat"}}]}
PARTS = [EXACT, SIMILAR, JUDGE, FIELD, TOOL]


def grade(formula: str, sample: Any, said: str = "5", **changes: Any) -> Grade:
    config = {"type": "multi", "name": "all", "graders": PARTS, "calculate_output": formula}
    return grader_from_dict({**config, **changes}, judge=lambda text: said).grade(
        sample, {"answer": "the cat"}
    )


@pytest.mark.parametrize(
    ("formula", "sample", "score", "is_clipped"),
    [
        ("exact", "the cat", 1.0, False),
        ("0.5 * exact + 0.5 * similar", "the cat sat", 0.4, False),
        ("judge / 10", "the cat", 0.5, False),
        ("judge", "the cat", 1.0, True),
        ("exact - 1", "the dog", 0.0, True),
        ("0.1 * exact + 0.2 * exact + 0.7 * exact", "the cat", 1.0, False),
        ("similar ^ 2", "the cat sat", 0.64, False),
        ("max(exact, min(similar, 0.5))", "the cat sat", 0.5, False),
        ("field", '{"answer": "the cat"}', 1.0, False),
        ("tool", CALL, 1.0, False),
    ],
)
def test_a_formula_combines_the_values(
    formula: str, sample: Any, score: float, is_clipped: bool
) -> None:
    found = grade(formula, sample)
    assert found.score == pytest.approx(score)
    assert found.is_clipped is is_clipped


def test_each_part_shows_its_value_in_its_own_range() -> None:
    found = grade("exact", "the cat sat", said="7")
    assert found.sub_scores == {
        "exact": 0.0,
        "similar": pytest.approx(0.8),
        "judge": 7.0,
        "field": None,
        "tool": None,
    }


@pytest.mark.parametrize(
    ("formula", "said", "kinds", "is_missing"),
    [
        ("exact + 0 * judge", "hm", {ErrorKind.MODEL_GRADER_PARSE_ERROR}, True),
        ("exact", "hm", {ErrorKind.MODEL_GRADER_PARSE_ERROR}, False),
        ("exact + 0 * field", "5", set(), True),
        ("exact + tool", "5", set(), True),
        ("exact / (judge - 5)", "5", {ErrorKind.FORMULA_PARSE_ERROR}, True),
        ("exp(1000 * judge)", "5", {ErrorKind.FORMULA_PARSE_ERROR}, True),
        ("sqrt(0 - judge)", "5", {ErrorKind.FORMULA_PARSE_ERROR}, True),
    ],
)
def test_a_part_that_fails_is_counted_and_never_zero(
    formula: str, said: str, kinds: set[ErrorKind], is_missing: bool
) -> None:
    found = grade(formula, "the cat", said=said)
    always = {ErrorKind.SAMPLE_PARSE_ERROR, ErrorKind.INVALID_VARIABLE_ERROR}
    assert set(found.errors) == kinds | always
    assert (found.score is None) is is_missing
    assert found.to_dict()["reward"] == found.score
    assert found.errors[ErrorKind.SAMPLE_PARSE_ERROR].startswith("field: ")


def test_a_grade_is_laid_out_like_that_of_the_run_endpoint() -> None:
    data = grade("0.5 * exact + 0.05 * judge", "the cat", pass_threshold=0.5).to_dict()
    json.dumps(data, allow_nan=False)
    assert data.keys() == {
        "reward",
        "sub_rewards",
        "metadata",
        "model_grader_token_usage_per_model",
    }
    assert data["reward"] == pytest.approx(0.75)
    assert data["sub_rewards"]["judge"] == 5.0
    metadata = data["metadata"]
    assert (metadata["name"], metadata["type"], metadata["passed"]) == ("all", "multi", True)
    assert metadata["scores"] == {"all": data["reward"], **data["sub_rewards"]}
    assert 0 < metadata["execution_time"] < 5
    assert metadata["errors"].keys() == {
        "formula_parse_error",
        "sample_parse_error",
        "truncated_observation_error",
        "unresponsive_reward_error",
        "invalid_variable_error",
        "other_error",
        "python_grader_server_error",
        "python_grader_server_error_type",
        "python_grader_runtime_error",
        "python_grader_runtime_error_details",
        "model_grader_server_error",
        "model_grader_server_error_details",
        "model_grader_refusal_error",
        "model_grader_parse_error",
    }
    assert metadata["errors"]["sample_parse_error"] is True
    assert metadata["errors"]["other_error"] is False
