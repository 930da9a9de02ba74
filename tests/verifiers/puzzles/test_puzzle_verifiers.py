"""The verifiers of puzzles on any text at all."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rethink_gym.problem import Problem
from rethink_gym.verifiers import Verifier
from rethink_gym.verifiers.puzzles.countdown import CountdownVerifier
from rethink_gym.verifiers.puzzles.graph import GraphVerifier
from rethink_gym.verifiers.puzzles.list_verifier import ListVerifier
from rethink_gym.verifiers.puzzles.logic import LogicVerifier

PUZZLES = (
    (CountdownVerifier(), "(13-9)*6"),
    (CountdownVerifier(use_all=True), "8/(3-8/3)"),
    (GraphVerifier(), "K-L given [path K L; KLM; K-L:1]"),
    (GraphVerifier(), "K=1, L=2 given [colors 3; KL; K-L:1]"),
    (GraphVerifier(), "none given [trail; KLMN; K-L:1 K-M:1 K-N:1]"),
    (ListVerifier(), "ant, bee"),
    (LogicVerifier(), "p=true given [satisfy: p]"),
    (LogicVerifier(), "yes given [follow: p; p]"),
    (LogicVerifier(), "true, false"),
)
SIGNS = st.text(st.sampled_from("()[]{}+-*/=,.;: \n\\$_|>0123689KLMpqtruefalsantbyo≠∞\u0660\u2212"))
each_puzzle = pytest.mark.parametrize(("verifier", "gold"), PUZZLES)


@each_puzzle
@given(text=st.one_of(st.text(max_size=40), SIGNS))
@settings(max_examples=60, deadline=None)
def test_any_text_gets_a_verdict(verifier: Verifier, gold: str, text: str) -> None:
    problem = Problem("x", "?", gold)
    for answer in (text, f"A: {text}", f"\\boxed{{{text}}}"):
        verdict = verifier.verify(answer, problem)
        assert verdict.score in (0.0, 1.0)
        assert verdict.correct is (verdict.score == 1.0)


@each_puzzle
def test_long_answers_of_any_sign_are_checked_at_once(verifier: Verifier, gold: str) -> None:
    problem = Problem("x", "?", gold)
    started = time.process_time()
    for sign in ("(", "-", "1*", "9", "K-", "K=1,", "p=true,", ", ", " and ", " ", "\\", "\\frac{"):
        for length in (200, 900, 90_000):
            assert verifier.verify(f"A: {sign * (length // len(sign))}", problem).score == 0.0
    assert time.process_time() - started < 2.0
