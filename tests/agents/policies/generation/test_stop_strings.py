"""Detection of stop strings, token by token."""

from collections.abc import Sequence

import pytest
from tests.models import letters_of, make_tokenizer

from rethink_gym.agents.policies.generation.stop_strings import StopStringMatcher

TOKENIZER = make_tokenizer()


def decode(token_ids: Sequence[int]) -> str:
    return str(TOKENIZER.decode(list(token_ids), skip_special_tokens=True))


@pytest.mark.parametrize("string", ["###", "answer", "é", " is 4"])
@pytest.mark.parametrize("by_bytes", [False, True])
def test_a_stop_string_is_detected_with_the_token_that_completes_it(
    string: str, by_bytes: bool
) -> None:
    text = f"one two three four {string}"
    token_ids = TOKENIZER(text)["input_ids"]
    if by_bytes:
        token_ids = letters_of(TOKENIZER, text.replace("é", "Ã©"))
    matcher = StopStringMatcher([string], decode)
    is_match = [matcher.add(token) for token in token_ids]
    assert is_match == [False] * (len(token_ids) - 1) + [True]


def test_special_tokens_are_invisible_and_do_not_interrupt() -> None:
    matcher = StopStringMatcher(["ab"], decode)
    a, b = letters_of(TOKENIZER, "ab")
    special = TOKENIZER.pad_token_id
    assert [matcher.add(token) for token in [a, *[special] * 20, b]] == [False] * 21 + [True]
