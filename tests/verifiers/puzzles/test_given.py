"""Gold answers that contain their question."""

import pytest

from rethink_gym.verifiers.puzzles.given import extract_bare_answer, split_gold, with_question


def test_a_gold_comes_apart_as_it_was_put_together() -> None:
    gold = with_question("p=true", "satisfy: (p | q) & r")
    assert split_gold(gold) == ("p=true", "satisfy: (p | q) & r")
    assert split_gold("true, false") == ("true, false", "")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("A: yes given [follow: p]", "yes"),
        ("A: yes", "yes"),
        ("So.\nA: $yes$.", "yes"),
        ("A: yes given [follow: q]", "yes given [follow: q]"),
        ("A: no given [follow: p] or yes", "no given [follow: p] or yes"),
        ("A: given [follow: p]", "given [follow: p]"),
        ("nothing is answered here at all", None),
        ("", None),
        ("A: .", None),
    ],
)
def test_only_the_question_of_the_gold_itself_is_left_out(text: str, answer: str | None) -> None:
    assert extract_bare_answer(text, "yes given [follow: p]") == answer
