from collections.abc import Sequence

import pytest
from tests.models import letters_of, make_tokenizer

from rethink_gym.agents.policies.generation.stop_strings import StopStringMatcher

TOKENIZER = make_tokenizer()


def decode(token_ids: Sequence[int]) -> str:
    return str(TOKENIZER.decode(list(token_ids), skip_special_tokens=True))


@pytest.mark.parametrize("string", ["###", "answer", "é", " is 4"])
@pytest.mark.parametrize("by_bytes", [False, True])
def test_a_stop_string_is_seen_with_the_token_that_completes_it(
    string: str, by_bytes: bool
) -> None:
    text = f"one two three four {string}"
    token_ids = TOKENIZER(text)["input_ids"]
    if by_bytes:
        token_ids = letters_of(TOKENIZER, text.replace("é", "Ã©"))
    watch = StopStringMatcher([string], decode)
    seen = [watch.sees(token) for token in token_ids]
    assert seen == [False] * (len(token_ids) - 1) + [True]


def test_special_tokens_neither_show_nor_interrupt() -> None:
    watch = StopStringMatcher(["ab"], decode)
    a, b = letters_of(TOKENIZER, "ab")
    special = TOKENIZER.pad_token_id
    assert [watch.sees(token) for token in [a, *[special] * 20, b]] == [False] * 21 + [True]
