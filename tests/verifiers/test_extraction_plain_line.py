"""The quick path of extraction finds the same answer as the rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rethink_gym.verifiers.extraction import extract_answer

PIECES = st.sampled_from(
    [
        "A:",
        "A: ",
        "a: ",
        "Answer: ",
        "42",
        "-7.5",
        "x",
        " ",
        "\n",
        "\t",
        "*",
        "_",
        '"',
        "\\boxed{3}",
        "####",
        "Final answer: ",
        "Final Answer: ",
        "</think>",
        "The answer is ",
        "so it is\n",
        "é",
        "\r",
        "\x0b",
        "\u2028",
        "A",
        ":",
        ">",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_a_line_break_at_the_end_which_takes_the_long_way_changes_nothing(text: str) -> None:
    assert extract_answer(text) == extract_answer(f"{text}\n")


@pytest.mark.parametrize("text", ["A: 5", "2+3=5\nA: 5", "A:5", "A: *5*", "A:", "A: ", "A: \x0b"])
def test_both_ways_agree_on_what_answers_look_like(text: str) -> None:
    assert extract_answer(text) == extract_answer(f"{text}\n")
