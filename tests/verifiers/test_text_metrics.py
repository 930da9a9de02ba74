"""Text metrics at every length, the shortest included."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.verifiers import text_metrics
from rethink_gym.verifiers.text_metrics import METRICS, TextMetricError, text_metric, vector_cosine

WORDS = st.lists(st.sampled_from(["42", "x", "the", "answer", "Paris", "3", "is"]), max_size=4)


@pytest.fixture(autouse=True, scope="module")
def no_synonyms() -> object:
    """Let METEOR work without its word list."""
    with pytest.MonkeyPatch.context() as patch:
        empty = SimpleNamespace(synsets=lambda word: [])
        patch.setattr(text_metrics, "_wordnet", lambda: empty)
        yield


def greatest_value(name: str, num_words: int) -> float:
    """Return the documented value of a text against itself."""
    if num_words == 0 or (name[-1].isdigit() and num_words < int(name[-1])):
        return 0.0
    return 1 - 0.5 / num_words**3 if name == "meteor" else 1.0


@pytest.mark.parametrize("name", METRICS)
@given(words=WORDS)
def test_a_text_has_its_documented_similarity_to_itself(name: str, words: list[str]) -> None:
    text = " ".join(words)
    expected = greatest_value(name, len(words))
    assert text_metric(name, text, text) == pytest.approx(expected)


@pytest.mark.parametrize("name", METRICS)
@given(left=st.text(max_size=3), right=st.text(max_size=3))
def test_every_similarity_of_short_texts_is_between_zero_and_one(
    name: str, left: str, right: str
) -> None:
    assert 0.0 <= text_metric(name, left, right) <= 1.0


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("words", [["7"], ["a", "b"], ["a", "b", "c"]])
def test_short_texts_without_a_common_character_have_no_similarity(
    name: str, words: list[str]
) -> None:
    assert text_metric(name, " ".join(words), "zzzz") < 0.1


@pytest.mark.parametrize("name", METRICS)
def test_a_text_over_the_limit_is_not_compared(name: str) -> None:
    with pytest.raises(TextMetricError, match="longer than 100,000 characters"):
        text_metric(name, "a" * 100_001, "a")


def test_meteor_does_not_stem_endless_words() -> None:
    with pytest.raises(TextMetricError, match="a word is longer than 100 characters"):
        text_metric("meteor", "a" * 101, "a")


@pytest.mark.parametrize(
    ("left", "right"), [([1.0], [1.0, 0.0]), ([0.0], [1.0]), ([float("inf")], [1.0])]
)
def test_vectors_without_an_angle_are_refused(left: list[float], right: list[float]) -> None:
    with pytest.raises(ValueError, match="vector"):
        vector_cosine(left, right)
