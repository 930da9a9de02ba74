"""Templates: what they find, what they refuse, and that values stay values."""

import contextlib
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.errors import ArgumentError
from rethink_gym.verifiers.graders.grade import ErrorKind, Failure
from rethink_gym.verifiers.graders.template import MAX_CHARS, Context, parse_template, read_json

ITEM = {
    "answer": "42",
    "two words": "both",
    "dotted.name": "dot",
    "number": 1.5,
    "nothing": None,
    "list": [1, [2, 3]],
    "object": {"a": "ä"},
    "forged": "{{item.answer}} {{ sample.output_text }}",
}
SAMPLE = {
    "output_text": '{"result": {"value": 7}}',
    "output_tools": [{"function": {"name": "search", "arguments": "{}"}}],
}
CONTEXT = Context(ITEM, SAMPLE)


def fill(text: str, context: Context = CONTEXT) -> str:
    return parse_template(text).fill(context)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("", ""),
        ("no place at all } } { {", "no place at all } } { {"),
        ('{"a": {"b": 1}}', '{"a": {"b": 1}}'),
        ("{{item.answer}}", "42"),
        ("{{ item.answer }}", "42"),
        ("a{{item.answer}}b{{item.answer}}", "a42b42"),
        ("{{sample.output_tools[0].function.name}}", "search"),
        ("{{ sample.output_tools[0]['function'].arguments }}", "{}"),
        ("{{{item.answer}}}", "{42}"),
        ("{{item['two words']}}", "both"),
        ('{{item["dotted.name"]}}', "dot"),
        ("{{item.number}}", "1.5"),
        ("{{item.nothing}}", "null"),
        ("{{item.list}}", "[1, [2, 3]]"),
        ("{{item.list[1][0]}}", "2"),
        ("{{item.object}}", '{"a": "ä"}'),
        ("{{sample.output_json.result.value}}", "7"),
        ("{{sample.output_json}}", '{"result": {"value": 7}}'),
    ],
)
def test_variables_are_filled(text: str, filled: str) -> None:
    assert fill(text) == filled


def test_what_a_value_holds_is_never_a_template() -> None:
    assert fill("{{item.forged}}") == ITEM["forged"]


@given(st.text(), st.text())
def test_any_value_comes_through_as_it_is(before: str, value: str) -> None:
    before = before.replace("{{", "")
    template = f"{before.rstrip('{')} {{{{item.x}}}}"
    assert fill(template, Context({"x": value}, {})) == f"{before.rstrip('{')} {value}"


@pytest.mark.parametrize(
    "text",
    [
        "{{item.answer",
        "{{",
        "{{}}",
        "{{ }}",
        "{{item}}",
        "{{sample}}",
        "{{answer}}",
        "{{items.answer}}",
        "{{item..answer}}",
        "{{item.answer.}}",
        "{{item[answer]}}",
        "{{item[-1]}}",
        "{{item[99999999999]}}",
        "{{item.a b}}",
        "{{item.x + 1}}",
        "{{item.x | upper}}",
        "{{__import__('os')}}",
        "{{env.HOME}}",
    ],
)
def test_what_is_not_a_path_is_refused_when_it_is_parsed(text: str) -> None:
    with pytest.raises(ArgumentError, match="template"):
        parse_template(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{{item.absent}}", ErrorKind.INVALID_VARIABLE_ERROR),
        ("{{item.answer.__class__}}", ErrorKind.INVALID_VARIABLE_ERROR),
        ("{{item.answer[0]}}", ErrorKind.INVALID_VARIABLE_ERROR),
        ("{{item.list[9]}}", ErrorKind.INVALID_VARIABLE_ERROR),
        ("{{item.list.append}}", ErrorKind.INVALID_VARIABLE_ERROR),
        ("{{item.keys}}", ErrorKind.INVALID_VARIABLE_ERROR),
        ("{{sample.choices[0]}}", ErrorKind.INVALID_VARIABLE_ERROR),
        ("{{sample.output_json.absent}}", ErrorKind.INVALID_VARIABLE_ERROR),
    ],
)
def test_what_is_not_there_is_a_failure_of_its_kind(text: str, kind: ErrorKind) -> None:
    with pytest.raises(Failure) as caught:
        fill(text)
    assert caught.value.kind is kind


@pytest.mark.parametrize(
    "output",
    ["", "no JSON", "NaN", "[Infinity]", '{"a": 1, "a": 2}', "[" * 100_000, "1" * 100_000, '"'],
)
def test_a_sample_that_is_not_json_is_a_failure_of_the_sample(output: str) -> None:
    with pytest.raises(Failure) as caught:
        fill("{{sample.output_json}}", Context({}, {"output_text": output}))
    assert caught.value.kind is ErrorKind.SAMPLE_PARSE_ERROR


def test_output_json_that_is_given_is_not_parsed_again() -> None:
    sample: dict[str, Any] = {"output_text": "no JSON", "output_json": {"a": [True]}}
    assert fill("{{sample.output_json.a[0]}}", Context({}, sample)) == "true"


@pytest.mark.parametrize(
    "item", [{"x": "a" * (MAX_CHARS // 2 + 1)}, {"x": ["a" * (MAX_CHARS // 2)]}]
)
def test_a_text_that_grows_too_long_is_a_failure(item: dict[str, object]) -> None:
    with pytest.raises(Failure) as caught:
        fill("{{item.x}}{{item.x}}", Context(item, {}))
    assert caught.value.kind is ErrorKind.TRUNCATED_OBSERVATION_ERROR


@pytest.mark.parametrize(
    "text",
    ["{{" * 50_000, "{" * 100_000, "{{item" + ".a" * 50_000, "{{item.a}}" * 10_000 + "{{"],
)
def test_reading_a_template_takes_little_time(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(ArgumentError):
        parse_template(text)
    assert time.process_time() - started < 1.0


def test_json_longer_than_we_read_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        read_json(" " * (MAX_CHARS + 1))
