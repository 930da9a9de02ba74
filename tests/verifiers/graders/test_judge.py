"""The texts that judges are asked."""

from typing import Any

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.verifiers.graders.judge import ask_judge, content_text

ONE = {"type": "text", "text": "one"}
TWO = {"type": "input_text", "text": "two"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("one", "one"),
        (ONE, "one"),
        ([], ""),
        ([ONE], "one"),
        ([ONE, TWO], "one\ntwo"),
        (("one", TWO, [ONE, "two"]), "one\ntwo\none\ntwo"),
    ],
)
def test_the_parts_of_a_message_are_lines_of_its_text(content: Any, text: str) -> None:
    assert content_text(content) == text


@pytest.mark.parametrize("content", [{"type": "input_image"}, [ONE, {"type": "audio"}], 1, None])
def test_a_part_that_is_not_text_is_refused(content: object) -> None:
    with pytest.raises(ArgumentError, match="content of a message must be text"):
        content_text(content)


def test_a_judge_of_one_text_gets_the_parts_of_a_message_as_lines() -> None:
    asked: list[str] = []

    def judge(prompt: str) -> str:
        asked.append(prompt)
        return "1"

    assert ask_judge(judge, "m", [{"role": "user", "content": [ONE, TWO]}]) == "1"
    assert asked == ["one\ntwo"]
