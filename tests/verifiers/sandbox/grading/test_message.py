"""Texts about values are short, printable and fast to make, for every value."""

import time
from typing import Any

import pytest

from rethink_gym.verifiers.sandbox.grading.message import shorten, show_call, show_value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([1, "a", None, 2.5], "[1, 'a', None, 2.5]"),
        ({1: {2}}, "{1: {2}}"),
        (10**400, "<integer of 1,329 bits>"),
        ([10**10_000], "[<integer of 33,220 bits>]"),
        ("\x1b[31m\n\u202e\ud800", r"'\x1b[31m\n\u202e\ud800'"),
    ],
)
def test_a_value_is_shown_as_source(value: object, shown: str) -> None:
    assert show_value(value) == shown


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value] * 3
    return value


@pytest.mark.parametrize(
    "value", ["x" * 10**6, list(range(10**6)), dict.fromkeys(range(10**5), "y" * 99), nested(12)]
)
def test_a_large_value_is_shown_short_and_fast(value: object) -> None:
    started = time.process_time()
    shown = show_value(value)
    assert time.process_time() - started < 0.5
    assert len(shown) <= 200
    assert shown.isprintable()


def test_a_call_is_shown_as_source() -> None:
    assert show_call("f", [1, "a"], [("key", [2])]) == "f(1, 'a', key=[2])"
    assert len(show_call("f", ["x" * 500] * 9, [])) < 500


def test_a_text_is_cut_in_the_middle_and_made_printable() -> None:
    assert shorten("a" * 50 + "\n" + "b" * 50, 25) == "a" * 10 + " ... " + "b" * 10
    assert shorten("a\tb\x00", 99) == r"a\tb\x00"
