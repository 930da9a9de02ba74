"""The promises of the verifier of logic."""

import pytest

from rethink_gym.errors import ArgumentError, VerifierError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.puzzles.logic import LogicVerifier

SATISFIABLE = "p=true, q=false given [satisfy: p | q; ~q]"
UNSATISFIABLE = "none given [satisfy: p & q; ~q]"
VALID = "yes given [follow: p -> q; p; q]"
INVALID = "p=false, q=true given [follow: p -> q; q; p]"


@pytest.mark.parametrize(
    ("gold", "answer", "reason"),
    [
        (SATISFIABLE, f"A: {SATISFIABLE}", Reason.EQUAL),
        (SATISFIABLE, "A: p=true, q=false", Reason.EQUAL),
        (SATISFIABLE, "A: q = F, p = T", Reason.EQUAL),
        (SATISFIABLE, r"A: \(p=T, q=F\)", Reason.EQUAL),
        (SATISFIABLE, "A: {p: 1, q: 0}", Reason.EQUAL),
        (SATISFIABLE, "A: p=True and q=False.", Reason.EQUAL),
        (SATISFIABLE, "A: p is true, q is false", Reason.EQUAL),
        (SATISFIABLE, r"\boxed{p=\text{true}, q=\text{false}}", Reason.EQUAL),
        (SATISFIABLE, "A: p=true, q=true", Reason.DIFFERENT),
        (SATISFIABLE, "A: none", Reason.DIFFERENT),
        (SATISFIABLE, "A: p=true", Reason.UNREADABLE),
        (SATISFIABLE, "A: p=true, q=false, q=true", Reason.UNREADABLE),
        (SATISFIABLE, "A: p=true, q=false, p=true", Reason.UNREADABLE),
        (SATISFIABLE, "A: p=true, q=false, r=true", Reason.UNREADABLE),
        (SATISFIABLE, "A: p=true, q=true/false", Reason.UNREADABLE),
        (SATISFIABLE, "A: p=true, q=false or none", Reason.UNREADABLE),
        (SATISFIABLE, "A: none, p=true, q=false", Reason.UNREADABLE),
        (SATISFIABLE, "A: p, not q", Reason.UNREADABLE),
        (SATISFIABLE, "A: True False", Reason.UNREADABLE),
        (SATISFIABLE, "A: " + "p=true, " * 1_000, Reason.OVER_LIMIT),
        (SATISFIABLE, "", Reason.NO_ANSWER),
        (UNSATISFIABLE, "A: none", Reason.EQUAL),
        (UNSATISFIABLE, "A: None.", Reason.EQUAL),
        (UNSATISFIABLE, "A: p=true, q=true", Reason.DIFFERENT),
        (UNSATISFIABLE, "A: yes", Reason.UNREADABLE),
        (UNSATISFIABLE, f"A: none given [satisfy: p; q] {SATISFIABLE}", Reason.UNREADABLE),
        (VALID, "A: yes", Reason.EQUAL),
        (VALID, "A: Yes", Reason.EQUAL),
        (VALID, "A: no", Reason.UNREADABLE),
        (VALID, "A: yes no", Reason.UNREADABLE),
        (VALID, "A: p=true, q=false", Reason.DIFFERENT),
        (INVALID, "A: p=false, q=true", Reason.EQUAL),
        (INVALID, "A: yes", Reason.DIFFERENT),
        (INVALID, "A: no", Reason.UNREADABLE),
        (INVALID, "A: p=true, q=true", Reason.DIFFERENT),
        ("true, false", "A: true, false", Reason.EQUAL),
        ("true, false", "A: T, F", Reason.EQUAL),
        ("true, false", "A: (True, False)", Reason.EQUAL),
        ("true, false", "A: True False", Reason.UNREADABLE),
        ("true, false", "A: false, true", Reason.DIFFERENT),
        ("true, false", "A: true", Reason.DIFFERENT),
        ("true, false", "A: true, false, true", Reason.DIFFERENT),
        ("5", "A: 5", Reason.EQUAL),
        ("5", "A: 05", Reason.EQUAL),
        ("5", "A: 6", Reason.DIFFERENT),
        ("5", "A: 5 or 6", Reason.UNREADABLE),
        ("5", "A: 4, 5", Reason.DIFFERENT),
    ],
)
def test_an_answer_is_checked_by_what_it_makes_true(gold: str, answer: str, reason: Reason) -> None:
    verdict = LogicVerifier().verify(answer, Problem("x", "?", gold))
    assert verdict.reason is reason, verdict
    assert verdict.correct is (reason is Reason.EQUAL)
    assert verdict.score == float(verdict.correct)


def test_the_verifier_comes_back_from_its_data() -> None:
    assert isinstance(verifier_from_dict(LogicVerifier().to_dict()), LogicVerifier)
    with pytest.raises(ArgumentError, match="option must be one of"):
        verifier_from_dict({"type": "logic", "strict": True})


@pytest.mark.parametrize("question", ["prove: p", "satisfy: p q", "satisfy", "follow: "])
def test_a_gold_whose_question_cannot_be_read_is_a_fault_of_the_data(question: str) -> None:
    with pytest.raises(VerifierError, match="must contain its question"):
        LogicVerifier().verify("A: yes", Problem("x", "?", f"yes given [{question}]"))
