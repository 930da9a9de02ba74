"""The JSON of graders is accepted unchanged, and unknown entries are refused."""

import json
import pickle
import subprocess
import sys
from typing import Any

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.verifiers.graders import Grader, grader_from_dict

STRING = {
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
    "evaluation_metric": "fuzzy_match",
}
SCORE = {
    "type": "score_model",
    "name": "judge",
    "model": "o4-mini-2025-04-16",
    "input": [
        {"role": "developer", "content": "Grade.", "type": "message"},
        {"role": "user", "content": {"type": "input_text", "text": "{{ sample.output_text }}"}},
        {"role": "assistant", "content": [{"type": "output_text", "text": "{{item.answer}}"}]},
        {"role": "user", "content": {"type": "input_image", "image_url": "x", "detail": "low"}},
    ],
    "range": [0, 1],
    "sampling_params": {
        "seed": 42,
        "temperature": 1.0,
        "top_p": 0.9,
        "max_completions_tokens": 4096,
        "reasoning_effort": "low",
    },
    "pass_threshold": 0.5,
}
LABEL = {
    "type": "label_model",
    "name": "tone",
    "model": "gpt-4o-2024-08-06",
    "input": [{"role": "user", "content": "{{sample.output_text}}"}],
    "labels": ["positive", "neutral", "negative"],
    "passing_labels": ["positive"],
}
PYTHON = {"type": "python", "source": "def grade(sample, item):\n    return 1.0"}
MULTI = {
    "type": "multi",
    "name": "both",
    "graders": {"exact": STRING, "similar": SIMILAR},
    "calculate_output": "0.5 * exact + 0.5 * similar",
}
MATH = {"type": "math", "reference": "{{item.answer}}"}
CODE = {"type": "code", "reference": "{{item.tests}}", "options": {"score": "dense"}}
KNOWN: dict[str, dict[str, Any]] = {
    "eq": STRING,
    "neq": {**STRING, "operation": "neq"},
    "ne": {**STRING, "operation": "ne"},
    "similar": SIMILAR,
    "threshold": {**SIMILAR, "pass_threshold": 0.8},
    "meteor": {**SIMILAR, "evaluation_metric": "meteor"},
    "cosine": {**SIMILAR, "evaluation_metric": "cosine"},
    "score": SCORE,
    "label": LABEL,
    "python": PYTHON,
    "python-full": {**PYTHON, "name": "p", "image_tag": "2025-05-08", "pass_threshold": 1},
    "multi-object": MULTI,
    "multi-list": {**MULTI, "graders": [STRING, SIMILAR]},
    "multi-single": {**MULTI, "graders": STRING, "calculate_output": "exact"},
    "multi-all": {
        **MULTI,
        "graders": {"a": STRING, "b": SCORE, "c": LABEL, "d": PYTHON, "e": MATH},
        "calculate_output": "min(a, b, c, d) + 0 * e",
    },
    "math": MATH,
    "code": CODE,
    "math-options": {**MATH, "name": "value", "input": "{{item.x}}", "options": {"mode": "answer"}},
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_json_comes_back_as_it_went_in(name: str) -> None:
    data = json.loads(json.dumps(KNOWN[name]))
    grader = grader_from_dict(data)
    assert grader.to_dict() == KNOWN[name]
    assert data == KNOWN[name]
    assert grader_from_dict(grader.to_dict()) == grader
    json.dumps(grader.to_dict(), allow_nan=False)


@pytest.mark.parametrize("name", KNOWN)
def test_graders_pickle(name: str) -> None:
    grader = grader_from_dict(KNOWN[name])
    again = pickle.loads(pickle.dumps(grader))
    assert again.to_dict() == grader.to_dict()


def test_changing_the_data_later_changes_no_grader() -> None:
    data: dict[str, Any] = json.loads(json.dumps(MULTI))
    grader = grader_from_dict(data)
    data["graders"]["exact"]["operation"] = "ne"
    assert grader.to_dict() == MULTI


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "type must be one of"),
        ({"type": "string_chek"}, "Did you mean 'string_check'"),
        ({"type": ["string_check"]}, "type must be one of"),
        (None, "grader must be fields by name"),
        ([STRING], "grader must be fields by name"),
        ({**STRING, "x": float("nan")}, "plain JSON data"),
        ({**STRING, "x": {1, 2}}, "plain JSON data"),
        ({**STRING, "referense": "x"}, "Did you mean 'reference'"),
        ({**STRING, "operation": "equals"}, "operation must be one of"),
        ({**STRING, "name": ""}, "name of a string_check grader must be a text"),
        ({**STRING, "name": 1}, "name must be a text"),
        ({**STRING, "input": 1}, "input must be a text"),
        ({**STRING, "input": "{{sample}}"}, "template variable must be"),
        ({**STRING, "pass_threshold": "0.5"}, "pass_threshold must be a finite number"),
        ({**STRING, "pass_threshold": True}, "pass_threshold must be a finite number"),
        ({"type": "string_check", "name": "a"}, "given the field 'input'"),
        ({**SIMILAR, "evaluation_metric": "rouge_6"}, "evaluation_metric must be one of"),
        ({**SIMILAR, "embed": "x"}, "field of a text_similarity grader"),
        ({**SCORE, "judge": "x"}, "field of a score_model grader"),
        ({**PYTHON, "source": "#" * 256_000}, "source must be below 256,000 bytes"),
        ({**PYTHON, "image_tag": 1}, "image_tag must be a text"),
        ({**MULTI, "graders": {}}, "graders must be one or more graders"),
        ({**MULTI, "graders": []}, "graders must be one or more graders"),
        ({**MULTI, "graders": 1}, "graders must be graders by name"),
        ({**MULTI, "graders": {"a": 1}}, "grader must be fields by name"),
        ({**MULTI, "graders": {"a": MULTI}}, "graders that are not multi graders"),
        ({**MULTI, "graders": [STRING, STRING]}, "graders of different names"),
        ({**MULTI, "calculate_output": "exact +"}, "formula must be"),
        ({**MULTI, "calculate_output": "exact + wrong"}, "There is no grader 'wrong'"),
        ({**MULTI, "calculate_output": 1}, "calculate_output must be a text"),
        ({**MATH, "options": {"presision": 1}}, "option must be one of"),
        ({**MATH, "options": {"type": "math"}}, "options must be"),
        ({**MATH, "options": 1}, "options must be values by name"),
        ({**MATH, "solution": 1}, "solution must be a text"),
        ({"type": "code", "name": "a"}, "given the field 'reference'"),
        ({**CODE, "options": {"scores": "dense"}}, "option must be one of"),
    ],
)
def test_what_is_not_known_is_refused(data: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        grader_from_dict(data)


@pytest.mark.parametrize(
    ("sample", "item", "words"),
    [(1, {}, "sample must be"), (None, {}, "sample must be"), ("x", None, "item must be")],
)
def test_a_sample_or_item_of_a_wrong_type_is_refused(sample: Any, item: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        grader_from_dict(STRING).grade(sample, item)


def test_building_a_grader_loads_none_of_its_libraries() -> None:
    program = (
        "import json, sys\n"
        "from rethink_gym.verifiers.graders import grader_from_dict\n"
        f"for data in json.loads({json.dumps(KNOWN)!r}).values(): grader_from_dict(data)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"nltk", "rapidfuzz", "rouge_score", "sympy", "torch"} & set(done.stdout.split())


def test_a_grader_is_abstract() -> None:
    assert Grader.__abstractmethods__
