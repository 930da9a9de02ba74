"""The promises of the math verifier: what is the same answer, and what never happens."""

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

import rethink_gym
from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers import MathVerifier, verifier_from_dict

SAME = [
    # numbers
    ("7", "7.0"), ("1,234", "1234"), ("1234567", r"1{,}234{,}567"), ("10080", r"10,\!080"),
    ("1000", "1 000"), ("3", "+3"), ("7/2", "3 1/2"), (r"\frac{7}{2}", r"3\frac12"), ("7/2", "3½"),
    (r"\frac{1}{6}", r"0.1\overline{6}"), ("54", "204_5"), ("2500000", "2.5 million"),
    ("300000000", r"3\times10^8"), ("1e-9", "10^{-9}"), ("-5", "–5"), ("5", "٥"),  # noqa: RUF001
    # percent, units and money
    (r"25\%", "0.25"), (r"25\%", r"\frac14"), (r"28\%", "28 percent"), (r"50\%", "50"),
    ("5", "5 apples"), (r"5\text{ cm}^2", r"5 \mathrm{cm}^{2}"), ("12 mph", "12 miles per hour"),
    ("36 inches", "3 feet"), (r"\$1,250", "1250 dollars"), ("¥1000", "1000 yen"),
    (r"90^\circ", "90 degrees"), (r"60^\circ", r"\frac{\pi}{3}"), ("5 m/s", "5 m/s"),
    # expressions
    (r"\sqrt{12}", r"2\sqrt3"), (r"\frac{1}{\sqrt2}", r"\frac{\sqrt2}{2}"), ("2^{10}", "1024"),
    (r"\sqrt[3]{20+14\sqrt2}+\sqrt[3]{20-14\sqrt2}", "4"), ("(x+1)^2", "x^2+2x+1"),
    ("4.123105625617661", r"\sqrt{17}"), (r"\sin 2x", r"2\sin x\cos x"),
    (r"\sec^2 x", r"1+\tan^2 x"),
    (r"\cos 20^\circ\cos 40^\circ\cos 80^\circ", r"\frac18"), (r"\log_2 8", "3"), ("720", "6!"),
    (r"\binom{5}{2}", "10"), (r"e^{i\pi}", "-1"), (r"\frac{1}{1+i}", r"\frac{1-i}{2}"),
    (r"\sum_{k=1}^{10}k", "55"), (r"\int_0^1 x^2\,dx", r"\frac13"), ("|{-5}|", "5"), ("x^0", "1"),
    (r"\lim_{x\to0}\frac{\sin x}{x}", "1"), (r"\frac{d}{dx}e^x", "e^x"),
    (r"\lfloor 5.7\rfloor", "5"),
    ("1+" * 2000 + "1", "2001"), (r"10^{10^{100}} \bmod 7", "4"), ("x-x", "0"),
    # several values
    ("1,2,3", r"\{3,1,2\}"), (r"\pm\sqrt2", r"\sqrt2,-\sqrt2"), ("1, 2 and 3", "3,2,1"),
    ("(1,2)", "(1.0, 4/2)"), ("(1,2)", "x=1,y=2"), ("(x,y)=(1,2)", "(1,2)"), ("A(1,2)", "(1,2)"),
    (r"\langle1,-2\rangle", "(1,-2)"), ("p=5,q=2;p=7,q=2", "(5,2),(7,2)"), ("3:4", "6:8"),
    (r"\begin{pmatrix}2&4\\6&8\end{pmatrix}", r"2\begin{bmatrix}1&2\\3&4\end{bmatrix}"),
    (r"\begin{vmatrix}1&2\\3&4\end{vmatrix}", "-2"),
    ("[[1,2],[3,4]]", r"\begin{pmatrix}1&2\\3&4\end{pmatrix}"),
    # equations, inequalities, sets
    ("5", "x=5"), ("x=5", "5"), ("y=2x+3", "y-3=2x"), ("x^2+y^2=1", "2x^2+2y^2=2"),
    ("f(x)=x^2", "x^2"),
    ("x>3", "3<x"), ("x>3", "-x<-3"), ("1<x<2", "x>1 and x<2"), ("|x|>1", "x<-1 or x>1"),
    (r"x\ge3", r"[3,\infty)"), (r"x \in [-2,7]", r"-2\le x\le7"),
    (r"(-\infty,\infty)", r"\mathbb{R}"),
    (r"(-\infty,2)\cup(2,\infty)", r"\mathbb{R}\setminus\{2\}"), ("[1,2]\\cup[2,3]", "[1,3]"),
    (r"x \neq 5", "x != 5"), (r"\{x\mid 2\le x<5\}", "[2,5)"), ("x^2<4", "(-2,2)"),
    ("105", "(35 + 70 = 105)"), (r"(0,1)", "]0,1["), ("[0,1)", "[0,1["), ("(0,1]", "]0,1]"),
    (r"]-\infty,2[\cup]2,\infty[", r"\mathbb{R}\setminus\{2\}"), (r"2\,\text{cis}\,60^\circ",
    r"1+i\sqrt3"), (r"\begin{pmatrix}1&3\\2&4\end{pmatrix}^T", "[[1,2],[3,4]]"),
    # words
    ("13/28", "计划的比例为13/28"), ("4000", "面积 = 72000 / 18 = 4000千克"), ("192", "192公斤"),
    ("Total cost: 5", r"\$5"), ("area = 3 * 4 = 12", "12"),
    (r"\text{Evelyn}", "evelyn"), ("A", r"\textbf{(A)}"), ("no solution", r"\text{No solution}"),
]  # fmt: skip

NOT_SAME = [
    ("7", "8"), ("7", "-7"), ("7", ""), ("0", "None"), ("0", "nan"), ("1", "True"), ("5", "gold"),
    ("5", "5 or 6"), ("5", "x=5, x=6"), ("5", r"\pm 5"), ("5", "5 6"), ("5", "4 < x < 6"),
    ("5", "(0,10)"),
    ("123", "1,23"), ("1,2,3", "123"), ("1331 and 1728", "1728"), ("2 or 3", "3"), ("15", "51"),
    (r"10110_2", r"10110_3"), (r"\frac{1}{2004!}", r"\frac{1}{2006!}"), (r"2^{-99}", r"2^{-98}"),
    (r"1-\frac1e", r"1+\frac1e"), (r"\sqrt{2}+\sqrt{3}", r"\sqrt5"), (r"\frac{22}{7}", r"\pi"),
    (r"\sqrt2", r"\sqrt2+10^{-60}"), ("10^{100}", "10^{99}"), ("0", r"2^{1000}\pi+5-2^{1000}\pi"),
    ("ABC", "CBA"), ("pat", "tap"), ("x^2+y^2", "(x+y)^2"), ("a+b", "b-a"), ("i", "-i"),
    ("x", "x^2"),
    (r"\sin^{-1} x", r"\frac{1}{\sin x}"), (r"\tan 15^\circ", r"2+\sqrt3"), (r"\frac{0}{0}", "1"),
    (r"\frac{1}{0}", r"\frac{1}{0}"), (r"\infty", r"-\infty"), (r"\infty", "10^{100}"),
    ("5 km", "5 m"), (r"\$5", "5 cents"), (r"20^\circ C", r"20^\circ F"),
    ("60 minutes", "60 hours"),
    (r"25\%", r"2.5\%"), ("5", "500"), ("0.07", "7"), (r"\frac{\pi}{2}", "90"),
    ("3:45 PM", "3:45 AM"),
    ("(1,2)", "(2,1)"), ("[0,1]", "(0,1)"), ("(1,2)", "[1,2]"), ("(1,2,3)", "(1,2)"),
    ("12:00", "1:00"),
    ("x+y=1", "1"), ("x=6", "5"), ("y=x^2", "x=y^2"), ("x^2=4", "x=2"), ("a=b+1", "a=b+2"),
    ("0", "a+3z=0"),
    ("x>3", r"x\ge3"), ("x>3", "-x>-3"), ("x>3", "y>3"), ("a<b", "b<a"), ("f(2)<f(1)", "f(1)<f(2)"),
    (r"\emptyset", r"\{0\}"), (r"(2,12)\cup(12,102)", "(2,102)"), ("Tuesday", "Thursday"),
    ("105", "(35 + 71 = 105)"), ("[0,1]", "[0,1["), ("(0,1)", "]0,1]"), ("5", "not: 5"),
    ("5", "minus: 5"),
    ("length = 5", "width = 5"), ("5公斤", "5千米"), ("5", "Mary: 5, John: 6"), ("7", "3+4=8"),
    ("5", "print(5)"), ("5", "__import__('os').system('true') or 5"), ("5", "str(5)"),
    ("5", "{'a':5}"),
    (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{pmatrix}1&3\\2&4\end{pmatrix}"),
]  # fmt: skip

BOMBS = [
    "10^{10^{10}}", "2^{2^{2^{2^{2^{2}}}}}", "(10^9)!", "((100!)!)!", "9" * 5000, "(x+1)^{1000}",
    "1e1000000", "(" * 9000, r"\sqrt{" * 500 + "2" + "}" * 500, r"\log(" * 100 + "5" + ")" * 100,
    "x=" * 4000 + "1", ",".join("1" * 4000), "-" * 9000 + "6", "3^^^3", r"\sin(10^{10^{10}})",
    "+".join(f"1/{2 * k + 1}" for k in range(1200)),
    ",".join(rf"\sqrt{{{k}}}" for k in range(2, 800)),
    r"\sum_{k=1}^{4000}\sum_{j=1}^{4000} kj", r"\int_0^1 e^{e^{e^x}} dx", "|x|<" * 1000 + "5",
    r"\begin{pmatrix}" + "1&" * 2000 + r"1\end{pmatrix}^{100}",
    r"\boxed{" * 5000, "$" * 9999, "^" * 9999,
]  # fmt: skip


def judge(answer: str, gold: str, mode: str = "answer") -> Verdict:
    return MathVerifier(mode=mode).verify(answer, Problem("test/0", "", gold))


@pytest.mark.parametrize(("left", "right"), SAME)
def test_the_same_answer_in_other_words_is_right(left: str, right: str) -> None:
    assert judge(left, right).reason is Reason.EQUAL
    assert judge(right, left).reason is Reason.EQUAL


@pytest.mark.parametrize(("left", "right"), NOT_SAME)
def test_another_answer_is_wrong_whichever_side_is_gold(left: str, right: str) -> None:
    assert not judge(left, right).correct
    assert not judge(right, left).correct


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb[:20])
def test_a_bomb_is_judged_wrong_in_bounded_time_from_any_thread(bomb: str) -> None:
    verdicts: list[Verdict] = []
    judge(r"\int_0^1 x\,dx", "1/2")  # the worker is started by now
    thread = threading.Thread(target=lambda: verdicts.append(judge(bomb, "5")))
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
def test_the_reason_says_what_was_wrong(answer: str, reason: Reason) -> None:
    assert judge(answer, "7").reason is reason


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
def test_hedges_and_junk_around_an_answer_are_not_the_answer(response: str, correct: bool) -> None:
    assert judge(response, "7", "response").correct is correct


def test_the_verdict_names_the_answer_and_what_marked_it() -> None:
    verdict = judge("3+4=8\nA: 8", "7", "response")
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
def test_the_detail_says_what_was_read_on_both_sides_and_what_decided(
    response: str, gold: str, detail: str
) -> None:
    assert detail in judge(response, gold, "response").detail


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


def test_a_gold_solution_is_read_to_its_end() -> None:
    assert judge("7", "3+4=<<3+4=7>>7\n#### 7").correct
    assert judge("7", r"So $3+4=\boxed{7}$.").correct


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
def test_a_wrong_option_gets_an_error_that_says_the_remedy(
    data: dict[str, object], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        verifier_from_dict(data)


def test_a_batch_gets_one_verdict_each_in_order() -> None:
    problems = [Problem(f"test/{gold}", "", str(gold)) for gold in range(4)]
    verdicts = MathVerifier().verify_batch(
        ["A: 0", "A: 0", "A: 2", "nothing at all here"], problems
    )
    assert [verdict.correct for verdict in verdicts] == [True, False, True, False]
    with pytest.raises(ArgumentError, match="as many as answers"):
        MathVerifier().verify_batch(["A: 0"], problems)


def test_a_batch_with_slow_answers_gets_the_verdicts_that_each_gets_alone() -> None:
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
def test_no_pair_of_texts_fails_and_sides_may_be_swapped(left: str, right: str) -> None:
    assert judge(left, right).correct is judge(right, left).correct


@settings(deadline=None, max_examples=100)
@given(ANSWERS, st.sampled_from(["5", r"\frac12", "(1,2)", "x+1", "x<5", "red"]))
def test_blanks_around_an_answer_change_nothing(answer: str, gold: str) -> None:
    assert judge(f" \n{answer}  ", f" {gold} ").correct is judge(answer, gold).correct


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(-9, 9), min_size=1, max_size=4), st.integers(-9, 9))
def test_a_polynomial_equals_its_horner_form_and_no_other(factors: list[int], extra: int) -> None:
    powers = "+".join(f"({factor})x^{{{place}}}" for place, factor in enumerate(factors))
    horner = "0"
    for factor in reversed(factors):
        horner = f"x({horner})+({factor})"
    assert judge(powers, horner).correct
    assert judge(f"{powers}+({extra})", horner).correct is (extra == 0)


def test_loading_the_verifier_is_cheap_and_loads_no_mathematics_library() -> None:
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


def test_every_label_of_the_real_model_attempts_is_agreed_with(data_dir: Path) -> None:
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
