"""The math verifier: which answers are the same, how options change that, hostile input."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.verifiers.math.pairs import BOMBS, NOT_SAME, SAME

import rethink_gym
from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers import MathVerifier, verifier_from_dict


def verify(answer: str, gold: str, mode: str = "answer") -> Verdict:
    return MathVerifier(mode=mode).verify(answer, Problem("test/0", "", gold))


@pytest.mark.parametrize(("left", "right"), SAME)
def test_the_same_answer_in_another_form_is_correct(left: str, right: str) -> None:
    assert verify(left, right).reason is Reason.EQUAL
    assert verify(right, left).reason is Reason.EQUAL


@pytest.mark.parametrize(("left", "right"), NOT_SAME)
def test_another_answer_is_incorrect_whichever_side_is_gold(left: str, right: str) -> None:
    assert not verify(left, right).correct
    assert not verify(right, left).correct


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb[:20])
def test_a_bomb_is_rejected_in_bounded_time_in_any_thread(bomb: str) -> None:
    verdicts: list[Verdict] = []
    verify(r"\int_0^1 x\,dx", "1/2")  # the worker is started by now
    thread = threading.Thread(target=lambda: verdicts.append(verify(bomb, "5")))
    started = time.monotonic()
    thread.start()
    thread.join()
    assert time.monotonic() - started < 3.0  # 1.2 on an idle machine
    assert verdicts[0].score == 0.0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("8", Reason.DIFFERENT),
        ("  ", Reason.NO_ANSWER),
        ("7 +", Reason.UNREADABLE),
        ("\\zzz{7}", Reason.UNREADABLE),
        ("(" * 100 + "7" + ")" * 100, Reason.OVER_LIMIT),
        ("7" * 2000, Reason.OVER_LIMIT),
        ("2^{1000000000}-2^{1000000000}+7", Reason.TIMED_OUT),
    ],
)
def test_the_reason_names_the_kind_of_failure(answer: str, reason: Reason) -> None:
    assert verify(answer, "7").reason is reason


@pytest.mark.parametrize(
    ("response", "correct"),
    [
        ("3+4=7\nA: 7", True),
        ("A: 7 apples", True),
        ("A: $7", True),
        ("A: 6\nA: 7", True),
        ("A: 7\nA: 6", False),
        ("A: 7 or 8", False),
        ("A: 7 8", False),
        ("A: 7 and that is not 8", False),
        ("A: not 7", False),
        ("A: 7 (or maybe 8)", False),
        (r"A: 8, so \boxed{7}", True),
        (r"\boxed{7} or \boxed{8}", False),
        ("The answer is 7 apples.", True),
        ("7", True),
        ("There are 7 of them in the box over there.", False),
    ],
)
def test_alternatives_and_junk_around_an_answer_are_not_the_answer(
    response: str, correct: bool
) -> None:
    assert verify(response, "7", "response").correct is correct


def test_the_verdict_names_the_answer_and_its_mark() -> None:
    verdict = verify("3+4=8\nA: 8", "7", "response")
    detail = "found by: A:; 8 does not equal 7"
    assert verdict == Verdict(0.0, False, Reason.DIFFERENT, "8", detail)


@pytest.mark.parametrize(
    ("response", "gold", "detail"),
    [
        ("It is 7.\nA: 7.0", "7", "found by: A:; 7.0 equals 7"),
        (
            r"\boxed{2\sqrt3}",
            r"\sqrt{12}",
            "found by: box; read as 2*(3^(1/2)) against 12^(1/2): the same",
        ),
        (
            "A: x<5",
            "(0,5)",
            "read as x < 5 against (0, 5): not the same, compared as sets of numbers",
        ),
        ("A: 5 cm", "5 km", "read as 5 cm against 5 km: not the same, compared with their units"),
        (
            "A: 1, 2",
            r"\{1, 3\}",
            "read as 1, 2 against {1, 3}: not the same, compared item by item",
        ),
        (
            r"A: $\lim_{x \to 0} \frac{\sin x}{x}$",
            "1",
            "the same, compared by sympy",
        ),
        ("A: red", "blue", 'read as "red" against "blue": not the same, compared as words'),
        ("A: (", "7", "found by: A:; no operand can start with ''"),
        ("There is nothing here to be found.", "7", "no rule of extraction finds an answer"),
    ],
)
def test_the_detail_shows_both_sides_as_read_and_what_decided(
    response: str, gold: str, detail: str
) -> None:
    assert detail in verify(response, gold, "response").detail


SCIENTIFIC_POSITIONS = [
    "{} cm",
    r"\${}",
    "x={}",
    "x={}, y=1",
    "({}, 1)",
    "{}, 1",
    r"\{{{}, 1\}}",
    "1, 2 or {}",
    r"({}, \infty)",
    r"({}\%, 1)",
    r"x={}\%",
    r"\begin{{pmatrix}}{}&1\end{{pmatrix}}",
]


@pytest.mark.parametrize("position", SCIENTIFIC_POSITIONS)
@pytest.mark.parametrize(
    ("decimal", "exact", "correct"),
    [
        ("3.33333e3", "(10000/3)", True),
        ("3.33333e-3", "(1/300)", True),
        ("3.33333E+1", "(100/3)", True),
        ("3.33999e-3", "(1/300)", False),
        ("3.33999e3", "(10000/3)", False),
        ("3.333e3", "(10000/3)", False),  # too few digits
    ],
)
def test_a_rounded_decimal_in_scientific_notation_equals_its_exact_value_in_every_position(
    position: str, decimal: str, exact: str, correct: bool
) -> None:
    answer, gold = position.format(decimal), position.format(exact)
    assert verify(answer, gold).correct is correct
    assert verify(gold, answer).correct is correct


OPTIONS: list[tuple[dict[str, Any], str, str, bool, bool]] = [
    # options, gold, answer, correct with them, correct without
    ({"precision": 3}, r"\sqrt2", "1.41", True, False),
    ({"units": "required"}, "5 km", "5", False, True),
    ({"units": "required"}, "5", "5 km", False, True),
    ({"units": "required"}, r"\$5", "5", False, True),
    ({"units": "required"}, "$5", "5", False, True),
    ({"units": "required"}, "5 km", "5 km", True, True),
    ({"units": "required"}, "5 km", "5000 m", True, True),
    ({"units": "ignored"}, "5 km", "5 m", True, False),
    ({"units": "ignored"}, "5 km", "6 km", False, False),
    ({"percent": "value"}, r"25\%", "25", False, True),
    ({"percent": "value"}, r"25\%", "0.25", True, True),
    ({"percent": "value"}, r"25\%", r"\frac14", True, True),
    ({"multiple": "any"}, "1, 2", "2", True, False),
    ({"multiple": "any"}, "1, 2", "2, 1", True, True),
    ({"multiple": "any"}, "1, 2", "1, 3", False, False),
    ({"multiple": "any"}, "1", "1, 2", False, False),
    ({"multiple": "any"}, r"x=\pm 2", "-2", True, False),
    ({"multiple": "any"}, "(1, 2)", "1", False, False),
    ({"ordered": True}, "1, 2", "2, 1", False, True),
    ({"ordered": True}, r"\{1, 2\}", r"\{2, 1\}", False, True),
    ({"ordered": True}, "1, 2", "1, 2", True, True),
    ({"ordered": True}, r"\pm 1", "1, -1", True, True),
]


@pytest.mark.parametrize(("options", "gold", "answer", "with_them", "without"), OPTIONS)
def test_an_option_changes_what_counts_as_the_same(
    options: dict[str, Any], gold: str, answer: str, with_them: bool, without: bool
) -> None:
    problem = Problem("test/0", "", gold)
    assert MathVerifier(mode="answer", **options).verify(answer, problem).correct is with_them
    assert MathVerifier(mode="answer").verify(answer, problem).correct is without


def test_the_answer_of_a_worked_gold_solution_is_extracted() -> None:
    assert verify("7", "3+4=<<3+4=7>>7\n#### 7").correct
    assert verify("7", r"So $3+4=\boxed{7}$.").correct


def test_plain_data_builds_the_same_verifier() -> None:
    verifier = MathVerifier(
        mode="answer",
        precision=4,
        units="required",
        percent="value",
        multiple="any",
        ordered=True,
        timeout_s=0.5,
    )
    data = json.loads(json.dumps(verifier.to_dict()))
    again = verifier_from_dict(data)
    assert isinstance(again, MathVerifier)
    assert again.to_dict() == data
    assert verifier_from_dict({"type": "math"}).to_dict() == MathVerifier().to_dict()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"type": "maths"}, "Did you mean 'math'"),
        ({}, "type must be one of"),
        ({"type": "math", "mod": "answer"}, "Did you mean 'mode'"),
        ({"type": "math", "mode": "answers"}, "Did you mean 'answer'"),
        ({"type": "math", "precision": 0}, "precision must be a whole number of at least 1"),
        ({"type": "math", "units": "require"}, "Did you mean 'required'"),
        ({"type": "math", "percent": 1}, "percent must be one of 'either', 'value'"),
        ({"type": "math", "multiple": "al"}, "Did you mean 'all'"),
        ({"type": "math", "ordered": 1}, "ordered must be True or False, got 1"),
        ({"type": "math", "timeout_s": 0}, "timeout_s must be a number of seconds above 0"),
    ],
)
def test_a_wrong_option_raises_an_error_with_the_remedy(
    data: dict[str, object], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        verifier_from_dict(data)


def test_a_batch_returns_one_verdict_per_answer_in_order() -> None:
    problems = [Problem(f"test/{gold}", "", str(gold)) for gold in range(4)]
    verdicts = MathVerifier().verify_batch(
        ["A: 0", "A: 0", "A: 2", "nothing at all here"], problems
    )
    assert [verdict.correct for verdict in verdicts] == [True, False, True, False]
    with pytest.raises(ArgumentError, match="as many as answers"):
        MathVerifier().verify_batch(["A: 0"], problems)


def test_a_batch_with_slow_answers_returns_the_verdicts_of_each_alone() -> None:
    golds = ["7", r"\frac12", "5", "1", "red"]
    answers = ["7", r"\int_0^1 x\,dx", "2^{1000000000}-2^{1000000000}+5", "(", "red"]
    problems = [Problem("test/0", "", gold) for gold in golds]
    verifier = MathVerifier(mode="answer")
    verdicts = verifier.verify_batch(answers, problems)
    assert verdicts == list(map(verifier.verify, answers, problems))
    reasons = [verdict.reason.value for verdict in verdicts]
    assert reasons == ["equal", "equal", "timed_out", "unreadable", "equal"]


ANSWERS = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="0123456789xyi+-*/^()[]{}=<,. \\$%|!_", max_size=16),
    st.sampled_from([side for pair in SAME + NOT_SAME for side in pair if len(side) < 60]),
)


@settings(deadline=None, max_examples=150)
@given(ANSWERS, ANSWERS)
def test_any_pair_of_texts_has_a_verdict_and_swapping_the_sides_keeps_it(
    left: str, right: str
) -> None:
    assert verify(left, right).correct is verify(right, left).correct


@settings(deadline=None, max_examples=100)
@given(ANSWERS, st.sampled_from(["5", r"\frac12", "(1,2)", "x+1", "x<5", "red"]))
def test_spaces_around_an_answer_change_nothing(answer: str, gold: str) -> None:
    assert verify(f" \n{answer}  ", f" {gold} ").correct is verify(answer, gold).correct


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=4), st.integers(-9, 9))
def test_a_polynomial_equals_its_horner_form_and_no_other(factors: list[int], extra: int) -> None:
    powers = "+".join(f"({factor})x^{{{place}}}" for place, factor in enumerate(factors))
    horner = "0"
    for factor in reversed(factors):
        horner = f"x({horner})+({factor})"
    assert verify(powers, horner).correct
    assert verify(f"{powers}+({extra})", horner).correct is (extra == 0)


def test_importing_the_verifier_is_cheap_and_imports_no_mathematics_library() -> None:
    program = f"""
import sys, time, types
package = types.ModuleType("rethink_gym")  # stands in for our own, which loads gymnasium
package.__path__ = [{str(Path(rethink_gym.__file__).parent)!r}]
sys.modules["rethink_gym"] = package
started = time.process_time()
from rethink_gym.verifiers.math.verifier import MathVerifier
seconds = time.process_time() - started
from rethink_gym.problem import Problem
for answer in ("A: 3/4", "A: x=3/4", "A: 3+4"):
    MathVerifier().verify(answer, Problem("test/0", "", "0.75"))
print(seconds, *sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    seconds, *modules = done.stdout.split()
    assert not {"sympy", "mpmath", "numpy", "gymnasium"} & set(modules)
    assert float(seconds) < 0.15  # 0.05 on an idle machine


def test_every_label_of_the_real_model_attempts_is_reproduced(data_dir: Path) -> None:
    verifier = MathVerifier()
    models = ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")
    num_attempts = 0
    with (data_dir / "gsm8k" / "example_model_solutions.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            problem = Problem("gsm8k", "", row["ground_truth"].rpartition("A: ")[2])
            for attempt in (row[model] for model in models):
                verdict = verifier.verify(attempt["solution"], problem)
                assert verdict.correct is attempt["is_correct"], attempt
                num_attempts += 1
    assert num_attempts == 5_276
