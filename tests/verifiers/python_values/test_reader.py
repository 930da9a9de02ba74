"""The parser of Python literals."""

import ast
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.verifiers.python_values.reader import (
    MAX_CHARS,
    NotAValueError,
    read_arguments,
    read_value,
)

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.complex_numbers(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary()
)
KEYS = st.integers() | st.text() | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner)
        | st.sets(KEYS)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_python_writes_is_read_back_with_its_types(value: Any) -> None:
    assert repr(read_value(repr(value))) == repr(ast.literal_eval(repr(value)))


@pytest.mark.parametrize(
    "text",
    [
        "1",
        " [1,\n 2 , ] ",
        "()",
        "(1)",
        "(1,)",
        "1, 2",
        "1,",
        "{}",
        "{1: 2, 'a': [3],}",
        "{1, 2,}",
        "set()",
        "-1_000",
        "+.5e-3",
        "0xFF",
        "0b101",
        "0o17",
        "1.",
        "00",
        "-2.5+3j",
        "1J",
        "'a' \"b\"",
        r"'\n\t\x41\u00e9\N{BULLET}\101\'\\'",
        r"b'\x00\xff'",
        r"r'\d'",
        "'''a\n'b'''",
        '"""x"""',
        "u'x'",
        "'a\\\nb'",
        "[[[[]]]]",
        "None",
        "[True, False]",
    ],
)
def test_it_reads_as_python_does(text: str) -> None:
    assert repr(read_value(text)) == repr(ast.literal_eval(text.strip()))


@pytest.mark.parametrize(("text", "value"), [(r"'\d'", "\\d"), (r"b'\u0041'", b"\\u0041")])
def test_escapes_that_mean_nothing_stay_as_they_are(text: str, value: Any) -> None:
    assert read_value(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ",",
        "1 2",
        "True False",
        "1 or 2",
        "[1",
        "1]",
        "[1)",
        "{1: }",
        "{1: 2, 3}",
        "{[]: 1}",
        "{[]}",
        "f(1)",
        "__import__('os')",
        "f'{1}'",
        "[1] * 9",
        "1 + 2",
        "1j + 2j",
        "9 ** 9",
        "not 1",
        "--1",
        "lambda: 1",
        "[x for x in y]",
        "'a' b'b'",
        "b'é'",
        'br"é"',
        "'a",
        "'a\nb'",
        "'''a",
        r"'\N{NO SUCH CHARACTER}'",
        r"'\U00110000'",
        "012",
        "1e999",
        "-1e999j",
        "set([1])",
        "# 1",
        "nan",
        "\x00",
        "\uff11",
    ],
)
def test_what_is_no_plain_value_is_refused(text: str) -> None:
    with pytest.raises(NotAValueError):
        read_value(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000,
        "[" * 200 + "]" * 200,
        "{1:" * 3_000,
        "-" * 9_000 + "1",
        "9" * MAX_CHARS,
        "'" * 9_999,
        "'\\" * 4_000,
        "1," * 5_000,
        "'a'" * 3_000,
        "[" + "0x1fffffffffffffff," * 500 + "]",
        "{" + ",".join(str(k * (2**61 - 1)) for k in range(1, 400)) + "}",
        "a" * (MAX_CHARS + 1),
    ],
)
def test_hostile_texts_are_read_in_no_time(text: str) -> None:
    start = time.process_time()
    with suppress(NotAValueError):
        read_value(text)
    assert time.process_time() - start < 0.5


def test_too_long_and_too_deep_are_limits_and_not_mistakes() -> None:
    for text in ("1" * (MAX_CHARS + 1), "[" * 100 + "]" * 100):
        with pytest.raises(NotAValueError) as caught:
            read_value(text)
        assert caught.value.is_limit


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("", ()),
        ("1", (1,)),
        ("1, 'a'", (1, "a")),
        ("(1,)", ((1,),)),
        ("[1, 2], {}", ([1, 2], {})),
        ("1,", (1,)),
    ],
)
def test_arguments_are_read_as_in_a_call(text: str, arguments: tuple[Any, ...]) -> None:
    assert read_arguments(text) == arguments
