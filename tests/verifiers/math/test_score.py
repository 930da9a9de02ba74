"""The score of a mathematical verdict: 1 if the answer is correct, else 0."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.verifiers.hard_pairs import HARD_PAIRS
from tests.verifiers.math.pairs import NOT_SAME, SAME

from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers import MathVerifier
from rethink_gym.verifiers.math.form import FormVerifier

PAIRS = [*SAME, *NOT_SAME, *((gold, answer) for gold, answer, _, _ in HARD_PAIRS)]
WORDINGS = ["{}", "A: {}", r"So it is $\boxed{{{}}}$.", "The answer is {}.", "That is all\n#### {}"]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"precision": 2},
    {"units": "required"},
    {"units": "ignored"},
    {"percent": "value"},
    {"multiple": "any"},
    {"ordered": True},
]


def assert_score_fits(verdict: Verdict) -> None:
    assert verdict.score == (1.0 if verdict.correct else 0.0), verdict
    assert verdict.correct is (verdict.reason is Reason.EQUAL), verdict


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("mode", ["answer", "response"])
@pytest.mark.parametrize("kind", [MathVerifier, FormVerifier])
def test_the_score_is_one_if_and_only_if_the_answer_is_correct(
    kind: type[MathVerifier], mode: str, options: dict[str, Any]
) -> None:
    prefix = "A: " if mode == "response" else ""
    answers = [f"{prefix}{answer}" for gold, answer in PAIRS]
    problems = [Problem("test/0", "", gold) for gold, _ in PAIRS]
    verdicts = kind(mode=mode, **options).verify_batch(answers, problems)
    assert {verdict.correct for verdict in verdicts} == {True, False}
    for verdict in verdicts:
        assert_score_fits(verdict)


TEXTS = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="0123456789xyCi+-*/^()[]{}=<,. \\$%|!_", max_size=16),
    st.sampled_from([side for pair in PAIRS for side in pair if len(side) < 40]),
)
GOLDS = ["5", "0.5", r"\frac12", "25%", "(1,2)", "x=1, y=2", "x^2+C", "(x+1)(x+2)", "3 km", "x<5"]


@settings(deadline=None, max_examples=200)
@given(
    answer=TEXTS,
    wording=st.sampled_from(WORDINGS),
    gold=st.one_of(st.sampled_from(GOLDS), TEXTS),
    mode=st.sampled_from(["answer", "response"]),
    options=st.sampled_from(OPTIONS),
    kind=st.sampled_from([MathVerifier, FormVerifier]),
)
def test_the_score_of_any_text_is_one_if_and_only_if_it_is_correct(
    answer: str,
    wording: str,
    gold: str,
    mode: str,
    options: dict[str, Any],
    kind: type[MathVerifier],
) -> None:
    problem = Problem("test/0", "", gold)
    assert_score_fits(kind(mode=mode, **options).verify(wording.format(answer), problem))
