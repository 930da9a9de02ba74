"""Graders as verifiers."""

from typing import Any

import pytest

from rethink_gym.envs import ReasoningEnv
from rethink_gym.envs.tasks.arithmetic import Arithmetic
from rethink_gym.errors import ArgumentError, VerifierError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.graders import GraderVerifier, grader_from_dict

MATH = {"type": "math", "reference": "{{item.gold}}"}
EXACT = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}
FUZZY = {
    "type": "text_similarity",
    "name": "fuzzy",
    "input": "{{sample.output_text}}",
    "reference": "{{item.gold}}",
    "evaluation_metric": "fuzzy_match",
}
JUDGE = {
    "type": "label_model",
    "name": "judge",
    "model": "m",
    "input": [{"role": "user", "content": "{{item.prompt}} {{sample.output_text}}"}],
    "labels": ["good", "bad"],
    "passing_labels": ["good"],
}
PROBLEM = Problem("p/0", "How many?", "1/2", "Half of one is 1/2.")


@pytest.mark.parametrize(
    ("config", "answer", "score", "correct"),
    [
        (FUZZY, "1/2", 1.0, True),
        (FUZZY, "1/3", 2 / 3, False),
        ({**FUZZY, "pass_threshold": 0.6}, "1/3", 2 / 3, True),
        ({**FUZZY, "pass_threshold": 0.7}, "1/3", 2 / 3, False),
        (EXACT, "1/2", 1.0, True),
        (EXACT, "0.5", 0.0, False),
        (MATH, "\\boxed{0.5}", 1.0, True),
    ],
)
def test_a_verifier_of_a_grader_has_its_score(
    config: dict[str, Any], answer: str, score: float, correct: bool
) -> None:
    verifier = GraderVerifier(grader_from_dict(config), fields={"answer": "gold"})
    verdict = verifier.verify(answer, PROBLEM)
    assert verdict.score == pytest.approx(score)
    assert verdict.correct is correct
    assert verdict.reason is (Reason.EQUAL if correct else Reason.DIFFERENT)
    assert verdict.answer == answer
    assert verifier.verify_batch([answer], [PROBLEM]) == [verdict]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("\\boxed{1/2}", Reason.EQUAL),
        ("\\boxed{1/3}", Reason.DIFFERENT),
        ("I do not know.", Reason.NO_ANSWER),
    ],
)
def test_the_reason_of_a_verifier_comes_through(answer: str, reason: Reason) -> None:
    verdict = GraderVerifier(grader_from_dict(MATH)).verify(answer, PROBLEM)
    assert verdict.reason is reason


def test_a_correct_answer_below_the_threshold_is_not_called_equal() -> None:
    grader = grader_from_dict({**MATH, "pass_threshold": 2})
    verdict = GraderVerifier(grader).verify("\\boxed{1/2}", PROBLEM)
    assert (verdict.correct, verdict.reason) == (False, Reason.DIFFERENT)


def test_the_item_holds_the_problem() -> None:
    asked: list[str] = []

    def judge(text: str) -> str:
        asked.append(text)
        return "good"

    verifier = GraderVerifier(grader_from_dict(JUDGE, judge=judge))
    assert verifier.verify("42", PROBLEM).correct
    assert asked[0].startswith("How many? 42")


def test_a_missing_score_is_surfaced_as_the_option_says() -> None:
    grader = grader_from_dict(JUDGE, judge=lambda text: "hm")
    verdict = GraderVerifier(grader).verify("42", PROBLEM)
    assert (verdict.score, verdict.correct, verdict.reason) == (0.0, False, Reason.ERROR)
    assert verdict.detail.startswith("model_grader_parse_error: ")
    with pytest.raises(VerifierError, match="model_grader_parse_error"):
        GraderVerifier(grader, missing="raise").verify("42", PROBLEM)


@pytest.mark.parametrize("missing", ["zero", "raise"])
@pytest.mark.parametrize(
    ("config", "answer", "reason"),
    [
        (FUZZY, "a" * 100_001, Reason.OVER_LIMIT),
        ({**FUZZY, "input": "{{sample.output_json.x}}"}, "no JSON", Reason.UNREADABLE),
    ],
)
def test_a_fault_of_the_answer_never_raises(
    config: dict[str, Any], answer: str, reason: Reason, missing: str
) -> None:
    verdict = GraderVerifier(grader_from_dict(config), missing=missing).verify(answer, PROBLEM)
    assert (verdict.score, verdict.reason) == (0.0, reason)


def test_a_verifier_of_a_grader_goes_to_plain_data_and_back() -> None:
    verifier = GraderVerifier(grader_from_dict(EXACT), missing="raise", fields={"answer": "gold"})
    data = verifier.to_dict()
    again = GraderVerifier.from_dict(data)
    assert again.to_dict() == data
    assert again.verify("1/2", PROBLEM).correct


def test_it_is_among_the_verifiers_that_are_built_by_their_type() -> None:
    data = GraderVerifier(grader_from_dict(EXACT)).to_dict()
    verifier = verifier_from_dict(data)
    assert isinstance(verifier, GraderVerifier)
    assert verifier.to_dict() == data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"type": "grader"}, "grader must be"),
        ({"type": "grader", "grader": EXACT, "mising": "zero"}, "Did you mean 'missing'"),
        ({"type": "grader", "grader": EXACT, "missing": "one"}, "missing must be one of"),
        ({"type": "grader", "grader": EXACT, "fields": {"a": "god"}}, "Did you mean 'gold'"),
    ],
)
def test_a_wrong_option_is_refused(data: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        GraderVerifier.from_dict(data)


def test_what_is_no_grader_makes_no_verifier() -> None:
    with pytest.raises(ArgumentError, match="grader must be a Grader"):
        GraderVerifier(EXACT)  # type: ignore[arg-type]  # what a caller may try


def test_an_environment_uses_a_grader_as_its_verifier() -> None:
    env = ReasoningEnv(Arithmetic(), verifier=GraderVerifier(grader_from_dict(MATH)))
    env.reset(seed=0, options={"problem": 0})
    gold = Arithmetic().problem(0, "train").gold
    _, reward, terminated, _, info = env.step(f"\\boxed{{{gold}}}")
    assert (reward, terminated, info["verdict"]["correct"]) == (1.0, True, True)
