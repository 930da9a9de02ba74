"""The step verifier as a whole: verdicts, spans, options, hostile texts."""

import json
import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rethink_gym.errors import ArgumentError, VerifierError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, StepScore, Verdict
from rethink_gym.verifiers import MathVerifier
from rethink_gym.verifiers.steps import StepVerifier

PROBLEM = Problem(
    "ducks/test/0",
    "16 eggs a day, 3 eaten, 4 baked, the rest sold for $2 each. How much money is that?",
    "18",
    "16 - 3 - 4 = <<16-3-4=9>>9 eggs are sold.\n9 * 2 = $<<9*2=18>>18\n#### 18",
)
ANSWER = "Eggs: 16 - 3 - 4 = 9\n\n  She makes 9 * 2 = $19 \nSo it is done.\n#### 18"


def test_every_step_is_scored_at_its_position() -> None:
    verdict = StepVerifier().verify(ANSWER, PROBLEM)
    held = [(ANSWER[step.start : step.end], step.score) for step in verdict.steps]
    assert held == [
        ("Eggs: 16 - 3 - 4 = 9", 1.0),
        ("She makes 9 * 2 = $19", 0.0),
        ("So it is done.", None),
        ("#### 18", None),
    ]


def test_the_verdict_is_that_of_the_final_answer_and_names_the_first_incorrect_step() -> None:
    verdict = StepVerifier().verify(ANSWER, PROBLEM)
    assert (verdict.score, verdict.correct, verdict.reason) == (1.0, True, Reason.EQUAL)
    assert verdict.answer == "18"
    assert verdict.detail.endswith("step 2 is incorrect: 9 * 2 = $19")
    assert "step" not in StepVerifier().verify("16 - 3 = 13\n#### 13", PROBLEM).detail


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (ANSWER, 0.5),
        ("#### 18", 1.0),  # nothing to check: the answer decides
        ("no idea", 0.0),
        ("1 + 1 = 2\n#### 17", 1.0),  # why it is not the default
    ],
)
def test_the_score_may_be_the_mean_of_the_known_steps(text: str, score: float) -> None:
    verdict = StepVerifier(score="steps").verify(text, PROBLEM)
    assert verdict.score == score
    assert verdict.correct == MathVerifier().verify(text, PROBLEM).correct


def test_known_steps_are_not_split_again() -> None:
    steps = ["16 - 3 = 13\n13 - 4 = 9", "", "9 * 2 = 19"]
    verdict = StepVerifier().verify_steps(steps, PROBLEM)
    text = "\n".join(steps)
    assert [text[step.start : step.end] for step in verdict.steps] == steps
    assert [step.score for step in verdict.steps] == [1.0, None, 0.0]
    assert StepVerifier().verify_steps([], PROBLEM).steps == ()


def test_a_reference_separates_useful_steps_from_merely_correct_ones() -> None:
    steps = ["1 + 1 = 2", "16 - 3 - 4 = 9", "16 - 7 = 9", "9 * 2 = 19", "hm", "2 * 9 = 18"]
    verdict = StepVerifier(use_reference=True).verify_steps(steps, PROBLEM)
    assert [step.score for step in verdict.steps] == [0.5, 1.0, 0.5, 0.0, None, 1.0]
    alone = Problem("ducks/test/1", "", "18")
    verdict = StepVerifier(use_reference=True).verify_steps(steps, alone)
    assert [step.score for step in verdict.steps] == [1.0, 1.0, 1.0, 0.0, None, 1.0]


def test_a_prefix_scorer_scores_what_is_not_refuted() -> None:
    seen: list[str] = []

    def score_prefixes(problem: Problem, prefixes: Sequence[str]) -> Sequence[float]:
        assert problem is PROBLEM
        seen.extend(prefixes)
        return [0.25 * number for number in range(len(prefixes))]

    verdict = StepVerifier(prefix_scorer=score_prefixes).verify(ANSWER, PROBLEM)
    assert [step.score for step in verdict.steps] == [0.0, 0.0, 0.5, 0.75]
    assert seen == [ANSWER[: step.end] for step in verdict.steps]


@pytest.mark.parametrize(
    "scores", [[], [0.5] * 3, [0.5, 0.5, 0.5, 1.5], [0.5] * 3 + [float("nan")]]
)
def test_a_broken_prefix_scorer_is_not_believed(scores: list[float]) -> None:
    with pytest.raises(VerifierError, match="prefix_scorer must return"):
        StepVerifier(prefix_scorer=lambda problem, prefixes: scores).verify(ANSWER, PROBLEM)


def test_it_is_plain_data() -> None:
    verifier = StepVerifier(
        final=MathVerifier(precision=4), score="steps", use_reference=True, timeout_s=2
    )
    data = json.loads(json.dumps(verifier.to_dict()))
    assert data["type"] == "steps"
    assert StepVerifier.from_dict(data).to_dict() == verifier.to_dict()
    assert StepVerifier.from_dict({"type": "steps"}).to_dict() == StepVerifier().to_dict()
    with pytest.raises(ArgumentError, match="prefix_scorer"):
        StepVerifier(prefix_scorer=lambda problem, prefixes: []).to_dict()


@pytest.mark.parametrize(
    "options", [{"score": "best"}, {"timeout_s": 0}, {"timeout_s": float("nan")}]
)
def test_an_argument_out_of_range_is_named(options: dict[str, object]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(options))):
        StepVerifier(**options)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="option"):
        StepVerifier.from_dict({"type": "steps", "grade": 1})


def test_verdicts_go_to_json_and_back() -> None:
    verdict = StepVerifier().verify(ANSWER, PROBLEM)
    assert Verdict.from_dict(json.loads(json.dumps(verdict.to_dict()))) == verdict
    assert all(isinstance(step, StepScore) for step in verdict.steps)


def lines(line: str) -> str:
    """Repeat a line up to the length that is looked at."""
    return f"{line}\n" * (100_000 // (len(line) + 1))


HOSTILE = {
    "brackets": "(" * 100_000,
    "bracket lines": lines("(" * 9_000),
    "closed brackets": lines("(" * 4_000 + "1" + ")" * 4_000 + " = 1"),
    "equals": lines("=" * 9_000),
    "short chains": lines("1=" * 4_500),
    "chain of one": lines("1 = 1 " * 1_500),
    "big powers": lines("9^9999 = 3"),
    "towers": lines("2^2^2^2^2^2^2 = 3"),
    "factorials": lines("(9999)! = 3"),
    "fractions": lines("+".join(f"1/{k}^700" for k in range(3, 33)) + " = 1"),
    "polynomials": lines("(x+y+z+w)^12 = 1"),
    "products": lines("(a+b+c+d+e+f)^3*(a+b+c)^3 = (a+b+c)^6"),
    "many names": "\n".join(f"x_{{{k}}} + x_{{{k + 1}}} + y = {k}" for k in range(4_000)),
    "roots": lines("sqrt(2)*sqrt(3)*sqrt(5) = sqrt(30)"),
    "annotations": lines("<<1+1=2>>" * 900),
    "open annotations": lines("<<" * 4_500),
    "dollars": lines("$" * 9_000),
    "money": lines("$5 + " * 1_800),
    "words": lines("apples " * 1_300),
    "quantities": lines("5 million apples + " * 450),
    "digits": lines("9" * 9_000),
    "commas": lines("1," * 4_500),
    "spaced digits": lines("100 " * 2_200),
    "signs": lines("-" * 9_000 + "1 = 1"),
    "commands": lines("\\frac{" * 1_400),
    "rewritten": lines('written as "' + "(" * 9_000),
    "short lines": "a\n" * 50_000,
    "blanks": " " * 50_000 + "\n" * 50_000,
    "stops": "." * 100_000,
    "hyphens": lines("a-" * 4_500),
    "headings": "Step 1\n" * 14_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_takes_bounded_time_from_any_thread(name: str) -> None:
    text = HOSTILE[name]
    verdicts: list[Verdict] = []
    spent: list[float] = []

    def verify() -> None:
        started = time.thread_time()
        verdicts.append(StepVerifier(timeout_s=0.3).verify(text, PROBLEM))
        spent.append(time.thread_time() - started)

    thread = threading.Thread(target=verify)
    thread.start()
    thread.join()
    assert spent[0] < 2.5  # 1.1 on an idle machine
    assert not verdicts[0].correct


@settings(max_examples=200)
@given(st.text(max_size=200) | st.text(alphabet="0123456789.,+-*/^=()<>$%x ab{}\\|!~", max_size=80))
def test_no_text_makes_it_raise(text: str) -> None:
    verdict = StepVerifier().verify(text, PROBLEM)
    assert all(step.score in (None, 0.0, 1.0) for step in verdict.steps)


def test_nothing_in_a_step_is_run() -> None:
    marker = Path("step_was_run")
    code = f"__import__('pathlib').Path('{marker}').touch()"
    StepVerifier().verify(f"{code} = 5\n<<{code}=5>>\n5 + {code} = 5", PROBLEM)
    assert not marker.exists()


def test_gold_annotations_are_confirmed(data_dir: Path) -> None:
    with (data_dir / "gsm8k" / "test.jsonl").open(encoding="utf-8") as file:
        steps = [
            step for line in file for step in re.findall("<<[^>]*>>", json.loads(line)["answer"])
        ]
    assert len(steps) > 4_000
    verifier = StepVerifier(timeout_s=60)
    for step in steps:
        assert verifier.verify_steps([step], PROBLEM).steps[0].score == 1.0


def test_marked_mistakes_are_found(data_dir: Path) -> None:
    path = data_dir / "bigbench-mistake" / "multistep_arithmetic.jsonl"
    verifier = StepVerifier()
    num_marked = num_exact = 0
    with path.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            if row["mistake_index"] is None:
                continue
            problem = Problem("multistep_arithmetic/0", row["input"], row["target"])
            steps = verifier.verify_steps(row["steps"], problem).steps
            first = next((n for n, step in enumerate(steps) if step.score == 0.0), None)
            num_marked += 1
            num_exact += first == row["mistake_index"]
    assert num_exact / num_marked > 0.97
