"""Summaries and translations are scored by their similarity to a reference."""

import time

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.similarity import SimilarityVerifier

GOLD = "The cat sat on the mat."
PROBLEM = Problem("summary/1", "Summarize.", GOLD)
METRICS = ("rouge_1", "rouge_2", "rouge_l", "chrf", "sacrebleu")


@pytest.mark.parametrize("metric", METRICS)
def test_the_reference_itself_scores_one_and_strange_words_score_low(metric: str) -> None:
    verifier = SimilarityVerifier(metric)
    assert verifier.verify(f"  {GOLD}\n", PROBLEM).correct
    assert verifier.verify(GOLD, PROBLEM).score == pytest.approx(1.0)
    assert verifier.verify("1234 5678", PROBLEM).score < 0.05


@pytest.mark.parametrize(
    ("metric", "answer", "score"),
    [
        # Words the, cat, sat against the six of the reference: P = 3/3, R = 3/6.
        ("rouge_1", "the cat sat", 2 / 3),
        # Pairs the-cat, cat-sat against five: P = 2/2, R = 2/5.
        ("rouge_2", "the cat sat", 4 / 7),
        # The longest common subsequence is cat, on, mat.
        ("rouge_l", "cat on mat", 2 / 3),
        # One word of seven tokens differs: P1..P4 = 6/7, 4/6, 2/5, 1/4 (sacrebleu splits the dot).
        ("sacrebleu", "The cat lay on the mat.", (6 / 7 * 4 / 6 * 2 / 5 * 1 / 4) ** 0.25),
    ],
)
def test_scores_worked_out_by_hand(metric: str, answer: str, score: float) -> None:
    assert SimilarityVerifier(metric).verify(answer, PROBLEM).score == pytest.approx(score)


def test_chrf_worked_out_by_hand() -> None:
    # "ab" against "abc" has runs of one and of two letters, no longer ones: precisions 1
    # and 1, recalls 2/3 and 1/2, each averaged; in F recall weighs twice as much (beta = 2).
    precision, recall = 1.0, (2 / 3 + 1 / 2) / 2
    expected = 5 * precision * recall / (4 * precision + recall)
    verdict = SimilarityVerifier("chrf").verify("ab", Problem("t", "p", "abc"))
    assert verdict.score == pytest.approx(expected)


def test_the_threshold_says_what_counts_as_correct() -> None:
    strict, lenient = SimilarityVerifier("rouge_1"), SimilarityVerifier("rouge_1", threshold=0.5)
    assert not strict.verify("the cat sat", PROBLEM).correct
    assert lenient.verify("the cat sat", PROBLEM).correct


def test_an_empty_answer_is_no_answer() -> None:
    assert SimilarityVerifier().verify(" \n", PROBLEM).reason is Reason.NO_ANSWER


@pytest.mark.parametrize("metric", METRICS)
def test_an_endless_answer_is_over_the_limit_and_a_long_one_is_scored_soon(metric: str) -> None:
    verifier = SimilarityVerifier(metric)
    assert verifier.verify("a " * 60_000, PROBLEM).reason is Reason.OVER_LIMIT
    before = time.process_time()
    for text in ("a " * 45_000, "a" * 90_000, "!?" * 45_000, "1.,2" * 20_000):
        assert verifier.verify(text, PROBLEM).score < 0.5
    assert time.process_time() - before < 10


def test_feedback_never_names_the_reference() -> None:
    verdict = SimilarityVerifier().verify("a dog", PROBLEM)
    assert verdict.feedback
    assert "cat" not in verdict.feedback
    assert GOLD in verdict.detail


def test_the_configuration_goes_to_plain_data_and_back() -> None:
    data = SimilarityVerifier("chrf", threshold=0.4).to_dict()
    assert verifier_from_dict(data).to_dict() == data


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"metric": "rogue_l"}, "Did you mean 'rouge_l'"),
        ({"threshold": 0}, "threshold must be a number above 0 and at most 1, got 0"),
        ({"threshold": True}, "got True"),
    ],
)
def test_wrong_arguments_are_named(options: dict[str, object], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        SimilarityVerifier(**options)  # type: ignore[arg-type]
