"""The promises of the verifier of questions about graphs."""

import pytest

from rethink_gym.errors import ArgumentError, VerifierError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.puzzles.graph import GraphVerifier

SQUARE = "KLMNP; K-L:1 L-M:1 M-N:1 N-K:1"
PATH = f"K-L-M given [path K M; {SQUARE}]"
CHEAP = "K-L-M given [path K M; KLM; K-L:2 L-M:2 K-M:5]"
APART = f"none given [path K P; {SQUARE}]"
REACH = f"K, L, M, N given [reach K; {SQUARE}]"
ORDER = "K, L, M given [order; KLM; K>L:1 L>M:1]"
COLORS = "K=1, L=2, M=3 given [colors 3; KLM; K-L:1 L-M:1 M-K:1]"
TRAIL = f"K-L-M-N-K given [trail; {SQUARE}]"
STAR = "none given [trail; KLMN; K-L:1 K-M:1 K-N:1]"


@pytest.mark.parametrize(
    ("gold", "answer", "reason"),
    [
        (PATH, f"A: {PATH}", Reason.EQUAL),
        (PATH, "A: K-L-M", Reason.EQUAL),
        (PATH, "A: K-N-M", Reason.EQUAL),
        (PATH, "A: K -> N -> M", Reason.EQUAL),
        (PATH, "A: K → N → M", Reason.EQUAL),
        (PATH, "A: (K, N, M)", Reason.EQUAL),
        (PATH, r"A: \[K \to N \to M\].", Reason.EQUAL),
        (PATH, r"\boxed{K \to L \to M}", Reason.EQUAL),
        (PATH, "A: K-M", Reason.DIFFERENT),
        (PATH, "A: K-L-K-N-M", Reason.DIFFERENT),
        (PATH, "A: M-L-K", Reason.DIFFERENT),
        (PATH, "A: K-L", Reason.DIFFERENT),
        (PATH, "A: none", Reason.DIFFERENT),
        (PATH, "A: K-L-M or K-N-M", Reason.UNREADABLE),
        (PATH, "A: K-L-M, none", Reason.UNREADABLE),
        (PATH, "A: k-l-m", Reason.UNREADABLE),
        (PATH, "A: 2", Reason.UNREADABLE),
        (PATH, "A: True False", Reason.UNREADABLE),
        (PATH, "A: " + "K-L-" * 500, Reason.OVER_LIMIT),
        (PATH, "", Reason.NO_ANSWER),
        (CHEAP, "A: K-L-M", Reason.EQUAL),
        (CHEAP, "A: K-M", Reason.DIFFERENT),
        (APART, "A: none", Reason.EQUAL),
        (APART, "A: K-P", Reason.DIFFERENT),
        (REACH, "A: N, M, L, K", Reason.EQUAL),
        (REACH, "A: K, L, M", Reason.DIFFERENT),
        (REACH, "A: K, L, M, N, P", Reason.DIFFERENT),
        (REACH, "A: K, L, M, N, N", Reason.DIFFERENT),
        (REACH, "A: none", Reason.DIFFERENT),
        (ORDER, "A: K, L, M", Reason.EQUAL),
        (ORDER, "A: L, K, M", Reason.DIFFERENT),
        (ORDER, "A: K, L", Reason.DIFFERENT),
        (ORDER, "A: none", Reason.DIFFERENT),
        (COLORS, "A: M=1, K=3, L=2", Reason.EQUAL),
        (COLORS, "A: K: 1, L: 2, M: 3", Reason.EQUAL),
        (COLORS, "A: K=1, L=2, M=1", Reason.DIFFERENT),
        (COLORS, "A: K=1, L=2, M=4", Reason.DIFFERENT),
        (COLORS, "A: K=1, L=2", Reason.DIFFERENT),
        (COLORS, "A: K=1, L=2, M=3, M=1", Reason.DIFFERENT),
        (COLORS, "A: K=1, L=2, M=3 or 1", Reason.UNREADABLE),
        (COLORS, "A: none", Reason.UNREADABLE),
        (TRAIL, "A: L-M-N-K-L", Reason.EQUAL),
        (TRAIL, "A: L-M-N-K", Reason.DIFFERENT),
        (TRAIL, "A: L-M-N-K-L-M", Reason.DIFFERENT),
        (TRAIL, "A: none", Reason.DIFFERENT),
        (STAR, "A: none", Reason.EQUAL),
        (STAR, "A: L-K-M", Reason.DIFFERENT),
    ],
)
def test_an_answer_is_checked_on_the_graph(gold: str, answer: str, reason: Reason) -> None:
    verdict = GraphVerifier().verify(answer, Problem("x", "?", gold))
    assert verdict.reason is reason, verdict
    assert verdict.correct is (reason is Reason.EQUAL)
    assert verdict.score == float(verdict.correct)
    assert bool(verdict.feedback) is (reason not in (Reason.EQUAL, Reason.NO_ANSWER))


def test_the_verifier_comes_back_from_its_data() -> None:
    assert isinstance(verifier_from_dict(GraphVerifier().to_dict()), GraphVerifier)
    with pytest.raises(ArgumentError, match="option must be one of"):
        verifier_from_dict({"type": "graph", "kind": "path"})


@pytest.mark.parametrize(
    "question",
    ["path K M", "path K Z; KLM; K-L:1", "walk; KLM; K-L:1", "path K M; KLM; K-Z:1",
     "path K M; KLM; K-L", "path K M; KLM; K-L:1 L>M:1", "path K M; KLK; K-L:1"],
)  # fmt: skip
def test_a_gold_whose_question_cannot_be_read_is_a_fault_of_the_data(question: str) -> None:
    with pytest.raises(VerifierError, match="must contain its question"):
        GraphVerifier().verify("A: none", Problem("x", "?", f"none given [{question}]"))
