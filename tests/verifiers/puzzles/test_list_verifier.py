"""The verifier of lists."""

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.puzzles.list_verifier import ListVerifier


@pytest.mark.parametrize(
    ("gold", "answer", "reason"),
    [
        ("ant, bee, cat", "A: ant, bee, cat", Reason.EQUAL),
        ("ant, bee, cat", "A: ant,bee,cat.", Reason.EQUAL),
        ("ant, bee, cat", "A: [ant, bee, cat]", Reason.EQUAL),
        ("ant, bee, cat", r"A: \[ant, bee, cat\]", Reason.EQUAL),
        ("ant, bee, cat", 'A: ["ant", "bee", "cat"]', Reason.EQUAL),
        ("ant, bee, cat", "A: Ant, Bee and Cat", Reason.EQUAL),
        ("ant, bee, cat", "A: ant, bee, and cat", Reason.EQUAL),
        ("ant, bee, cat", r"\boxed{\text{ant}, \text{bee}, \text{cat}}", Reason.EQUAL),
        ("ant, bee, cat", "A: ant, cat, bee", Reason.DIFFERENT),
        ("ant, bee, cat", "A: ant, bee", Reason.DIFFERENT),
        ("ant, bee, cat", "A: ant, bee, cat, cat", Reason.DIFFERENT),
        ("ant, bee, cat", "A: ant bee cat", Reason.DIFFERENT),
        ("ant, bee, cat", "A: ant, bee, cat or cat, bee, ant", Reason.DIFFERENT),
        ("ant, bee, cat", "A: ,,,", Reason.DIFFERENT),
        ("-3, 0, 12", "A: −3, 0, 12", Reason.EQUAL),  # noqa: RUF001
        ("-3, 0, 12", "A: 3, 0, 12", Reason.DIFFERENT),
        ("ball", "A: the ball", Reason.EQUAL),
        ("ball", "A: **Ball**.", Reason.EQUAL),
        ("ball", "A: ball, kite", Reason.DIFFERENT),
        ("ball", "A: ball and kite", Reason.DIFFERENT),
        ("ball", "A: ball or kite", Reason.DIFFERENT),
        ("ball", "A: not the ball", Reason.DIFFERENT),
        ("ball", "A: True False", Reason.DIFFERENT),
        ("ball", "", Reason.NO_ANSWER),
        ("ball", "A:", Reason.NO_ANSWER),
        ("ball", "A: " + "ball, " * 2_000, Reason.OVER_LIMIT),
    ],
)
def test_a_list_counts_if_it_holds_the_items_in_order(
    gold: str, answer: str, reason: Reason
) -> None:
    verdict = ListVerifier().verify(answer, Problem("x", "?", gold))
    assert verdict.reason is reason, verdict
    assert verdict.correct is (reason is Reason.EQUAL)
    assert verdict.score == float(verdict.correct)


@pytest.mark.parametrize(
    ("answer", "feedback"),
    [
        ("A: bee, ant, cat", "The items are right, but not their order."),
        ("A: bee, ant", "There must be 3 items, separated by commas."),
        ("A: bee, ant, cow", ""),
    ],
)
def test_the_feedback_reveals_no_item(answer: str, feedback: str) -> None:
    problem = Problem("x", "?", "ant, bee, cat")
    assert ListVerifier().verify(answer, problem).feedback == feedback


def test_the_verifier_comes_back_from_its_data() -> None:
    assert isinstance(verifier_from_dict(ListVerifier().to_dict()), ListVerifier)
    with pytest.raises(ArgumentError, match="option must be one of"):
        verifier_from_dict({"type": "list", "ordered": False})
