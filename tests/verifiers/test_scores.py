"""Every verifier, in every score mode: the score is 1 if and only if the answer is correct."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rethink_gym.problem import Problem
from rethink_gym.verifiers import Verifier, verifier_from_dict
from rethink_gym.verifiers.graders import GraderVerifier, grader_from_dict
from rethink_gym.verifiers.python_values.arguments import arguments_gold
from rethink_gym.verifiers.text_metrics import METRICS

TEXTS = {"input": "{{sample.output_text}}", "reference": "{{item.gold}}"}
EXACT = {"type": "string_check", "name": "exact", "operation": "eq", **TEXTS}
LENGTH = {"type": "text_similarity", "name": "fuzzy", "evaluation_metric": "fuzzy_match", **TEXTS}
ASK = {"model": "m", "input": [{"role": "user", "content": "{{sample.output_text}}"}]}
GRADERS: tuple[dict[str, Any], ...] = (
    EXACT,
    LENGTH,
    {**EXACT, "operation": "like"},
    {"type": "score_model", "name": "judge", "range": [1, 5], **ASK},
    {"type": "label_model", "name": "judge", "labels": ["5", "3"], "passing_labels": ["5"], **ASK},
    {"type": "multi", "name": "all", "graders": [EXACT, LENGTH], "calculate_output": "fuzzy"},
    {
        "type": "multi",
        "name": "all",
        "graders": [EXACT, LENGTH],
        "calculate_output": "0.5 * exact + 0.5 * fuzzy",
    },
    {"type": "math", "reference": "{{item.gold}}"},
    {"type": "steps", "reference": "{{item.gold}}"},
)
WORDS = "one two three four 5"
VERIFIERS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"type": "steps"}, "5"),
    ({"type": "steps", "use_reference": True}, "5"),
    ({"type": "countdown"}, "2+3"),
    ({"type": "countdown", "use_all": True}, "2+3"),
    ({"type": "graph"}, "K-L-M given [path K M; KLM; K-L:1 L-M:1]"),
    ({"type": "graph"}, "K=1, L=2 given [colors 2; KL; K-L:1]"),
    ({"type": "logic"}, "p=true, q=false given [satisfy: p | q; ~q]"),
    ({"type": "logic"}, "true, false"),
    ({"type": "list"}, "ant, bee"),
    ({"type": "literal"}, "[1, 5]"),
    *(({"type": "similarity", "metric": name}, WORDS) for name in METRICS if name != "meteor"),
)
ANSWERS = (
    "5", "3", "4", "55", "2+3", "3+2 = 5", "5 = 5", "2", "K-L-M", "K-M", "K=1, L=2", "K=1, L=1",
    "p=true, q=false", "p=true, q=true", "true, false", "false", "ant, bee", "bee, ant",
    "[1, 5]", "[1, 5.0]", "(1, 5)", WORDS, "one", "5 one two three four", "", "none",
)  # fmt: skip


def problem_of(gold: str) -> Problem:
    return Problem("x", "?", gold, "2 + 3 = 5")


def check(verifier: Verifier, answer: str, gold: str) -> bool:
    """Check a verdict; return whether the answer is correct."""
    verdict = verifier.verify(answer, problem_of(gold))
    assert (verdict.score == 1.0) is verdict.correct, (answer, verdict)
    return verdict.correct


@pytest.mark.parametrize(("data", "gold"), VERIFIERS)
def test_the_score_is_one_if_and_only_if_the_answer_is_correct(
    data: dict[str, Any], gold: str
) -> None:
    verifier = verifier_from_dict(data)
    marks = ("",) if data["type"] == "similarity" else ("", "A: ")
    verdicts = {check(verifier, f"{mark}{answer}", gold) for answer in ANSWERS for mark in marks}
    assert verdicts == {True, False}


@pytest.mark.parametrize("config", GRADERS)
def test_the_score_of_a_grader_is_one_if_and_only_if_the_answer_is_correct(
    config: dict[str, Any],
) -> None:
    verifier = GraderVerifier(grader_from_dict(config, judge=lambda text: text[:1]))
    assert {check(verifier, answer, "5") for answer in ANSWERS} == {True, False}


@pytest.mark.parametrize(("data", "gold"), VERIFIERS)
@given(text=st.text("0123456789+-*/=()[]{}., KLMpqtruefalsantbyo\n", max_size=20))
def test_the_score_is_one_if_and_only_if_any_text_is_correct(
    data: dict[str, Any], gold: str, text: str
) -> None:
    check(verifier_from_dict(data), text, gold)


def test_the_score_of_arguments_is_one_if_and_only_if_the_value_is_the_gold_one() -> None:
    gold = arguments_gold("def f(n):\n    return n + 1", "f", "3")
    verifier = verifier_from_dict({"type": "arguments"})
    answers = ["A: 2", "A: f(2)", "A: 2.0", "A: 3", "A: None", "A: 'a'", "A: [", "two"]
    assert [check(verifier, answer, gold) for answer in answers] == [True] * 3 + [False] * 5


@pytest.mark.parametrize(
    ("answer", "score", "correct"),
    [
        ("2 + 3 = 5\n#### 5", 1.0, True),
        ("2 + 3 = 6\n#### 5", 0.0, True),
        ("1 + 1 = 2\n2 + 3 = 6\n#### 5", 0.5, True),
        ("2 + 3 = 5\n#### 6", 1.0, False),  # the mean of the steps leaves the answer out
        ("#### 5", 1.0, True),
        ("#### 6", 0.0, False),
    ],
)
def test_only_the_mean_of_steps_is_independent_of_the_answer(
    answer: str, score: float, correct: bool
) -> None:
    verifier = verifier_from_dict({"type": "steps", "score": "steps"})
    verdict = verifier.verify(answer, problem_of("5"))
    assert (verdict.score, verdict.correct) == (score, correct)


@pytest.mark.parametrize("threshold", [0.4, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("answer", ["one 5", "one", "5", "two"])
def test_a_threshold_below_one_accepts_scores_from_the_threshold_on(
    threshold: float, answer: str
) -> None:
    options = {"type": "similarity", "metric": "rouge_1", "threshold": threshold}
    verdict = verifier_from_dict(options).verify(answer, problem_of("one 5"))
    assert verdict.correct is (verdict.score >= threshold)
    grader = grader_from_dict({**LENGTH, "pass_threshold": threshold})
    graded = GraderVerifier(grader).verify(answer, problem_of("one 5"))
    assert graded.correct is (graded.score >= threshold)
