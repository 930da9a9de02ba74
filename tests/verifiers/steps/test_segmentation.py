"""Where steps begin and end."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.verifiers.steps import split_steps

TEXTS = [
    ("", []),
    (" \n\n ", []),
    ("one", ["one"]),
    ("a = 1\n\n  b = 2 \n#### 3", ["a = 1", "b = 2", "#### 3"]),
    ("First 3.5 + 1 = 4.5. Then 4.5 * 2 = 9! Is it?", [
        "First 3.5 + 1 = 4.5.", "Then 4.5 * 2 = 9!", "Is it?",
    ]),
    ("Step 1: add\n2 + 2 = 4\nStep 2: double\n4 * 2 = 8", [
        "Step 1: add\n2 + 2 = 4", "Step 2: double\n4 * 2 = 8",
    ]),
    ("Look:\n**Step 1.** 1 + 1 = 2\n## Step 2\n2 + 2 = 4", [
        "Look:", "**Step 1.** 1 + 1 = 2", "## Step 2\n2 + 2 = 4",
    ]),
    ("Step 1: 2 + 2 = 4\n4 * 2 = 8", ["Step 1: 2 + 2 = 4", "4 * 2 = 8"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "steps"), TEXTS)
def test_a_text_is_split_into_headings_or_lines_or_sentences(text: str, steps: list[str]) -> None:
    assert [text[start:end] for start, end in split_steps(text)] == steps


@given(st.text(alphabet="a1 .!\n=S", max_size=60) | st.text(max_size=60))
def test_steps_have_every_character_but_blanks_once_and_in_order(text: str) -> None:
    spans = split_steps(text)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    held = "".join(text[start:end] for start, end in spans)
    assert "".join(held.split()) == "".join(text.split())
