"""The grader of similar texts: its values, by a table."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rethink_gym.errors import ArgumentError, MissingExtraError
from rethink_gym.verifiers import text_metrics as metric
from rethink_gym.verifiers.graders import ErrorKind, Grade, grader_from_dict

TEXTS = {"input": "{{sample.output_text}}", "reference": "{{item.reference}}"}
METRICS = ("fuzzy_match", "bleu", "gleu", *(f"rouge_{n}" for n in range(1, 6)), "rouge_l")
REST = ("verb", "adj", "adv")
NO_OTHER_LANGUAGES = SimpleNamespace()
LONG = "one two three four five six seven"


def likeness(text: str, reference: str, name: str, **tools: Any) -> Grade:
    config = {"type": "text_similarity", "name": "like", "evaluation_metric": name, **TEXTS}
    return grader_from_dict(config, **tools).grade(text, {"reference": reference})


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(
    ("text", "reference", "score"),
    [
        (LONG, LONG, 1.0),
        ("", LONG, 0.0),
        (LONG, "", 0.0),
        ("", "", 0.0),
        (" \n", " \n", 0.0),
        ("zzz", "qqq vvv", 0.0),
    ],
)
def test_the_same_text_scores_one_and_nothing_in_common_zero(
    name: str, text: str, reference: str, score: float
) -> None:
    assert likeness(text, reference, name).score == pytest.approx(score, abs=0.15 * (1 - score))


# By hand. cat/dog: five of six words, and of pairs of words three of five, are shared.
@pytest.mark.parametrize(
    ("name", "text", "reference", "score"),
    [
        ("fuzzy_match", "kitten", "sitting", 8 / 13),  # four letters in order, of 6 + 7
        ("bleu", "the cat", "the cat", 1.0),
        ("bleu", "cat", "cat", 1.0),
        ("bleu", "a b c d", "a b c d e f g h", 0.36788),  # all shared, half as long: exp(-1)
        ("gleu", "a b", "a b c", 3 / 6),  # a, b, ab, of a, b, c, ab, bc, abc
        ("rouge_1", "the cat sat on the mat", "the dog sat on the mat", 5 / 6),
        ("rouge_2", "the cat sat on the mat", "the dog sat on the mat", 3 / 5),
        ("rouge_3", "the cat sat on the mat", "the dog sat on the mat", 2 / 4),
        ("rouge_4", "the cat sat on the mat", "the dog sat on the mat", 1 / 3),
        ("rouge_5", "the cat sat on the mat", "the dog sat on the mat", 0.0),
        ("rouge_l", "the cat sat on the mat", "the dog sat on the mat", 5 / 6),
        ("rouge_l", "a b c", "c b a", 1 / 3),
        ("rouge_1", "THE CAT!", "the, cat", 1.0),
        ("rouge_1", "the cat sat", "the cat", 4 / 5),
    ],
)
def test_likeness_has_the_value_of_its_definition(
    name: str, text: str, reference: str, score: float
) -> None:
    assert likeness(text, reference, name).score == pytest.approx(score, abs=1e-5)


def test_rouge_l_is_that_of_rouge_score() -> None:
    from rouge_score.rouge_scorer import RougeScorer

    text, reference = "the quick brown fox, the lazy dog", "a lazy dog saw the quick fox run"
    theirs = RougeScorer(["rougeL"]).score(reference, text)["rougeL"].fmeasure
    assert likeness(text, reference, "rouge_l").score == pytest.approx(theirs)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(
    "text", ["a " * 50_000, " ".join(map(str, range(17_000))), "y" * 100_000, "\ud800" * 99]
)
def test_long_texts_take_bounded_time(name: str, text: str) -> None:
    reference = " ".join(map(str, range(17_000, 0, -1)))
    started = time.process_time()
    grade = likeness(text, reference, name)
    assert grade.score is not None
    assert time.process_time() - started < 3.0


@pytest.mark.parametrize("name", METRICS)
def test_a_text_longer_than_we_compare_has_no_score(name: str) -> None:
    grade = likeness("a" * (metric.MAX_CHARS + 1), "a", name)
    assert grade.score is None
    assert set(grade.errors) == {ErrorKind.TRUNCATED_OBSERVATION_ERROR}


def test_a_threshold_says_what_passes_and_leaves_the_score() -> None:
    config = {"type": "text_similarity", "name": "like", "evaluation_metric": "rouge_1", **TEXTS}
    grader = grader_from_dict({**config, "pass_threshold": 0.8})
    near, far = (grader.grade(text, {"reference": "the cat"}) for text in ("the cat sat", "a cat"))
    assert near.score == pytest.approx(0.8)
    assert far.score == pytest.approx(0.5)
    assert (near.passed, far.passed) == (True, False)


@pytest.mark.parametrize(
    ("vectors", "score", "is_clipped"),
    [
        ([[1, 2], [2, 4]], 1.0, False),
        ([[1, 0], [0, 1]], 0.0, False),
        ([[1, 1], [1, 0]], 0.70711, False),
        ([[1, 0], [-1, 0]], 0.0, True),
        ([[1e300, 0], [1e300, 0]], 1.0, False),
    ],
)
def test_cosine_is_that_of_the_vectors(
    vectors: list[list[float]], score: float, is_clipped: bool
) -> None:
    asked = []

    def embed(texts: Any) -> list[list[float]]:
        asked.append(list(texts))
        return vectors

    grade = likeness("said", "gold", "cosine", embed=embed)
    assert grade.score == pytest.approx(score, abs=1e-5)
    assert grade.is_clipped is is_clipped
    assert asked == [["said", "gold"]]


@pytest.mark.parametrize(
    "vectors", [[], [[1.0]], [[1.0], [1.0, 2.0]], [[0.0], [1.0]], [["x"], [1.0]], [[], []], None]
)
def test_an_embedding_that_fails_leaves_no_score(vectors: Any) -> None:
    grade = likeness("said", "gold", "cosine", embed=lambda texts: vectors)
    assert grade.score is None
    assert set(grade.errors) == {ErrorKind.MODEL_GRADER_SERVER_ERROR}


def test_cosine_without_an_embedding_says_what_it_needs() -> None:
    with pytest.raises(ArgumentError, match="embed must be a function"):
        likeness("a", "a", "cosine")


WORD_LIST = {
    "lexnames": "00\tnoun.all\t1\n",
    "data.noun": "00000000 00 n 02 dog 0 hound 0 000 | an animal\n",
    "index.noun": "dog n 1 0 1 0 00000000\nhound n 1 0 1 0 00000000\n",
    **dict.fromkeys((f"{kind}.{pos}" for kind in ("data", "index") for pos in REST), ""),
    **dict.fromkeys((f"{pos}.exc" for pos in ("noun", *REST)), ""),
    **dict.fromkeys(("cntlist.rev", "index.sense"), ""),
}
"""The files of a WordNet in which two words mean the same."""


@pytest.fixture
def word_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The folder that nltk looks for WordNet in; nothing is in it."""
    import nltk.corpus

    wordnet = nltk.corpus.LazyCorpusLoader(
        "wordnet", nltk.corpus.WordNetCorpusReader, omw_reader=NO_OTHER_LANGUAGES
    )
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    monkeypatch.setattr(nltk.corpus, "wordnet", wordnet)
    metric._wordnet.cache_clear()
    yield tmp_path / "corpora" / "wordnet"
    metric._wordnet.cache_clear()
    for file in vars(wordnet).get("_data_file_map", {}).values():
        file.close()


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("the old dog", 1 - 0.5 / 3**3),  # one chunk of three words
        ("the old hound", 1 - 0.5 / 3**3),
        ("the old cat", 2 / 3 * (1 - 0.5 / 2**3)),
        ("some cats", 0.0),
        ("y" * 101, None),
    ],
)
def test_meteor_knows_synonyms(word_list: Path, text: str, score: float | None) -> None:
    word_list.mkdir(parents=True)
    for name, content in WORD_LIST.items():
        (word_list / name).write_text(content)
    assert likeness(text, "the old dog", "meteor").score == (score and pytest.approx(score))


@pytest.mark.usefixtures("word_list")
def test_meteor_without_its_word_list_says_how_to_get_it() -> None:
    with pytest.raises(MissingExtraError, match=r"python -m nltk\.downloader wordnet"):
        likeness("a", "a", "meteor")


@pytest.mark.parametrize(
    ("library", "name"),
    [("rapidfuzz", "fuzzy_match"), ("nltk", "bleu"), ("rouge_score", "rouge_1")],
)
def test_a_missing_library_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, library: str, name: str
) -> None:
    pytest.importorskip(library)
    monkeypatch.setitem(sys.modules, library, None)
    loader = getattr(metric, f"_{library.removesuffix('_score')}")
    loader.cache_clear()
    with pytest.raises(MissingExtraError, match=r"rethink-gym\[graders\]"):
        likeness("a", "a", name)
    monkeypatch.undo()
    loader.cache_clear()
