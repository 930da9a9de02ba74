"""Distances between texts against a table of distances filled in cell by cell."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.errors import ArgumentError, MissingExtraError
from rethink_gym.metrics.text import distinct_n, edit_distance, edit_ratio, self_bleu

TEXTS = st.text(alphabet="abç 😀", max_size=80)


def distance_by_table(first: str, second: str) -> int:
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(second, 1):
            diagonal, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right)),
            )
    return row[-1]


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("kitten", "sitting", 3),
        ("intention", "execution", 5),
        ("a" * 1000, "b" * 1000, 1000),
    ],
)
def test_known_distances(first: str, second: str, distance: int) -> None:
    assert edit_distance(first, second) == distance


@given(TEXTS, TEXTS)
def test_distances_are_those_of_the_plain_table(first: str, second: str) -> None:
    assert edit_distance(first, second) == distance_by_table(first, second)


@given(TEXTS, TEXTS)
def test_ratios_are_symmetric_and_between_zero_and_one(first: str, second: str) -> None:
    ratio = edit_ratio(first, second)
    assert ratio == edit_ratio(second, first)
    assert 0.0 <= ratio <= 1.0
    assert (ratio == 0.0) is (first == second)


@pytest.mark.parametrize(
    ("texts", "n", "fraction"),
    [
        (["a b a b"], 1, 2 / 4),
        (["a b a b"], 2, 2 / 3),
        (["a b", "a b"], 2, 1 / 2),
        (["a", "b"], 2, 0.0),
        ([], 1, 0.0),
    ],
)
def test_distinct_n_grams_over_all_n_grams(texts: list[str], n: int, fraction: float) -> None:
    assert distinct_n(texts, n) == pytest.approx(fraction)


WORDS = st.sampled_from(["42", "x", "=", "the", "answer", "...", "ça", "$1,000."])


@given(st.lists(WORDS, max_size=3), st.integers(2, 4), st.integers(1, 5))
def test_equal_texts_have_self_bleu_one_at_every_length(
    words: list[str], num_texts: int, max_n: int
) -> None:
    pytest.importorskip("sacrebleu")
    assert self_bleu([" ".join(words)] * num_texts, max_n=max_n) == pytest.approx(1.0)


@given(st.lists(st.lists(WORDS, max_size=3).map(" ".join), min_size=2, max_size=4))
def test_self_bleu_of_short_texts_is_between_zero_and_one(texts: list[str]) -> None:
    pytest.importorskip("sacrebleu")
    assert 0.0 <= self_bleu(texts) <= 1.0


@given(st.lists(WORDS, max_size=3), st.integers(2, 4), st.integers(1, 3))
def test_distinct_n_of_equal_texts_falls_with_their_number(
    words: list[str], num_texts: int, n: int
) -> None:
    text = " ".join(words)
    assert distinct_n([text] * num_texts, n) == pytest.approx(distinct_n([text], n) / num_texts)


@given(st.text(max_size=3))
def test_equal_texts_are_no_edit_apart_at_every_length(text: str) -> None:
    assert edit_distance(text, text) == edit_ratio(text, text) == 0


def test_texts_without_a_common_word_have_self_bleu_zero() -> None:
    pytest.importorskip("sacrebleu")
    same = "the cat sat on the mat"
    assert self_bleu([same, "of dogs and men we sing"]) == 0.0
    assert self_bleu([same, ""]) == 0.0
    assert self_bleu(["yes", "no"]) == 0.0


def test_self_bleu_of_two_texts_is_as_worked_out_by_hand() -> None:
    pytest.importorskip("sacrebleu")
    # Each has 3 of 4 words and 2 of 3 pairs in common with the other; geometric mean, no penalty.
    value = self_bleu(["a b c d", "a b c e"], max_n=2)
    assert value == pytest.approx((3 / 4 * 2 / 3) ** 0.5)


def test_one_text_has_no_self_bleu() -> None:
    with pytest.raises(ArgumentError, match="texts must be two or more"):
        self_bleu(["alone"])


def test_self_bleu_without_its_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu.metrics.bleu", None)
    with pytest.raises(MissingExtraError, match=r"pip install .rethink-gym\[graders\]"):
        self_bleu(["one", "two"])
