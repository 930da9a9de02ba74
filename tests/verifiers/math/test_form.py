"""The verifier of value and form."""

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.math.form import FormVerifier

CORRECT = {
    "-4": ["-4", "x=-4", "3-1-6=-4", "-4.0", "**-4**", "$-4$"],
    "5": ["5", "5 apples", "05", r"\boxed{5}"],
    "1000": ["1,000", "1e3", "1000"],
    "3/4": ["3/4", r"\frac34", r"\dfrac{3}{4}", "x=3/4", "¾"],
    "-3/2": ["-3/2", "-1 1/2", r"\frac{-3}{2}", r"-\frac{3}{2}"],
    "0.875": [".875", "0.875", "x = 0.8750"],
    "35%": ["35%", "35", "35 percent", r"35\%"],
    "x^2+3x+2": ["2+3x+x^2", "x^2 + 3x + 2", "3x+x²+2"],
    "6x": ["6x", "6*x", "f'(x)=6x"],
    "(x+1)(x+2)": ["(x+2)(x+1)", "(x+2)*(1+x)", "(-x-2)(-x-1)", "((x+1)(x+2))"],
    "2(x+1)(x+2)": ["2(x+2)(x+1)", "(x+1)*2*(x+2)"],
    "(x+1)^2": ["(x+1)(x+1)", "(x+1)^2", "(1+x)^2"],
    "x^2(x+3)": ["x*x*(x+3)", "(x+3)x^2"],
    "2^3*3^2*5": [r"2^3 \cdot 3^2 \cdot 5", "2*2*2*3*3*5", "5*2³×3²"],
    "2^5": ["2^5", "2*2*2*2*2"],
    "cos(x)": [r"\cos x", "cos(x)"],
    "2x*sin(x)+x^2*cos(x)": [r"x(2\sin x + x\cos x)"],
    "x=2, y=-1": ["(2,-1)", "2, -1", "y=-1, x=2", "x=2 and y=-1", "(x,y)=(2,-1)", "$x=2$, $y=-1$"],
    "3.5 km": ["3.5 km", "3.5", "3.5 kilometers", "3.5 kilometres"],
    "20 m/s": ["20 m/s", "20 metres per second"],
    "5 m^2": ["5 square meters", "5 m²"],
    "2, 3": ["x=2 or x=3", "3, 2", "{2,3}", r"x_1=2, x_2=3", "2 and 3"],
    "3, -3": [r"x=\pm 3", "-3, 3"],
    "x^3+2x+C": ["x^3+2x", "x^3+2x+C", "x^3+2x+5", "x(x^2+2)+k", "F(x)=x^3+2x+c", "x^3+2x-C"],
    "-2cos(x)+C": [r"-2\cos(x)+C", "C-2cos(x)"],
    "e^(3x)+C": ["e^{3x}", "e^(3x)+C"],
    "7+C": ["C", "7+C", "5", "7+k"],
    "x^2*y+C": ["x^2y", "yx^2+k"],
}
OTHER_FORM = {
    "-4": ["3-1-6", "-8/2", r"\frac{-8}{2}", "-400%", r"-\sqrt{16}", "-2*2"],
    "5": ["gcd(10,15)", "47 mod 7", "2+3", r"\sqrt{25}", "101_2", r"\int_0^5 1 dx"],
    "1000": ["10^3"],
    "3/4": ["6/8", "0.75", "75%", "1/2+1/4", "3*1/4", r"\frac{6}{8}"],
    "0.875": ["7/8", "87.5%"],
    "35%": ["0.35", "7/20"],
    "x^2+3x+2": ["(x+1)(x+2)", "x^2+x+2x+2", "x*x+3x+2", "x(x+3)+2", "(x+1)^2+x+1"],
    "6x": ["3*2x", r"\frac{d}{dx}(3x^2)", "2x+4x", "12x/2"],
    "(x+1)(x+2)": [
        "x^2+3x+2",
        "1(x^2+3x+2)",
        "(x^2+3x+2)^1",
        "(x-x+1)(x^2+3x+2)",
        "(0x+1)(x^2+3x+2)",
        "(x+1)/(1/(x+2))",
        "(x+1)(x+2)x/x",
        "(2x+2)(x/2+1)",
        "x(x+2)+x+2",
    ],
    "2(x+1)(x+2)": ["(2x+2)(x+2)", "2(x^2+3x+2)", "(x+1)(2x+4)"],
    "(x+1)^2": ["x^2+2x+1", "x(x+2)+1"],
    "x(x+2)": ["x^2+2x"],
    "2^3*3^2*5": ["360", "8*9*5", "2^3*45", "(2*3)^2*10", "2^3*3^2*5^1*1"],
    "2^5": ["32", "4^2*2"],
    "cos(x)": [r"\frac{d}{dx}\sin(x)"],
    "x=2, y=-1": [
        "-1, 2",
        "y=2, x=-1",
        "(y,x)=(2,-1)",
        "x=4/2, y=-1",
        "x=1+1, y=-1",
        "x=2",
        "x=2, y=-1, x=2",
        r"\{2,-1\}",
    ],
    "3.5 km": ["3500 m", "7/2 km", "350000 cm"],
    "20 m/s": ["72 km/h"],
    "5 m^2": ["50000 cm^2"],
    "2, 3": ["4/2, 3", "1+1, 3", r"\frac{5\pm1}{2}", "x^2-5x+6=0", "2", "2, 3, 5", "2 or 4"],
    "x^3+2x+C": [
        "3x^2+2",
        "x^3+2x+C*x",
        "x^3+2x+C+k",
        "C",
        "x^3",
        "x^3+2y",
        r"\int (3x^2+2) dx",
        r"\int_0^x (3t^2+2) dt",
        "(x^3+2x, 1)",
        "x^3+2x or x^3",
    ],
    "7+C": ["x", "x+C", "a+b"],
    "x^2*y+C": ["x^2*y+x", "x^2*y+y^2", "x^2"],
}


def rows(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(answer, gold) for gold, answers in table.items() for answer in answers]


@pytest.mark.parametrize(("answer", "gold"), rows(CORRECT))
def test_an_answer_in_the_form_of_the_gold_is_correct(answer: str, gold: str) -> None:
    verdict = FormVerifier().verify(f"A: {answer}", Problem("test/0", "", gold))
    assert (verdict.score, verdict.correct, verdict.reason) == (1.0, True, Reason.EQUAL), verdict
    assert verdict.feedback == ""


@pytest.mark.parametrize(("answer", "gold"), rows(OTHER_FORM))
def test_an_answer_in_another_form_is_incorrect(answer: str, gold: str) -> None:
    verdict = FormVerifier().verify(f"A: {answer}", Problem("test/0", "", gold))
    assert (verdict.score, verdict.correct, verdict.reason) == (0.0, False, Reason.DIFFERENT)


@pytest.mark.parametrize("gold", CORRECT)
def test_every_gold_answer_is_in_its_own_form(gold: str) -> None:
    problem = Problem("test/0", "", gold)
    assert FormVerifier().verify(f"A: {gold}", problem).correct
    assert FormVerifier(mode="answer").verify(gold, problem).correct


@pytest.mark.parametrize("gold", CORRECT)
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", Reason.NO_ANSWER),
        (" \n\t", Reason.NO_ANSWER),
        ("A:", Reason.NO_ANSWER),
        ("I am not sure about this one.", Reason.NO_ANSWER),
        ("A: True False", None),
        ("A: 5 or 6", None),
        ("A: " + "(" * 200, None),
        ("A: " + "9" * 5_000, None),
        ("A: x" + "^9" * 30, None),
        ("A: 1/0", None),
        ("A: " + "1/" * 3_000 + "1", None),
        ("A: __import__('os').system('true')", None),
    ],
)
def test_garbage_and_hostile_text_score_nothing(
    gold: str, answer: str, reason: Reason | None
) -> None:
    verdict = FormVerifier().verify(answer, Problem("test/0", "", gold))
    assert (verdict.score, verdict.correct) == (0.0, False)
    assert verdict.reason is not Reason.EQUAL
    assert reason in (None, verdict.reason)


def test_the_feedback_names_the_flaw_of_the_form() -> None:
    problem = Problem("test/0", "", "(x+1)(x+2)")
    verdict = FormVerifier().verify("A: x^2+3x+2", problem)
    assert verdict.feedback == (
        "The answer is not in the form that was asked for: it is not factored completely."
    )
    assert "but it is not factored completely" in verdict.detail
    assert FormVerifier().verify("A: x^2+3x+3", problem).feedback == ""


def test_a_batch_returns_the_verdicts_of_each_answer_alone() -> None:
    pairs = [*rows(CORRECT), *rows(OTHER_FORM)]
    verifier = FormVerifier()
    answers = [f"A: {answer}" for answer, _ in pairs]
    problems = [Problem("test/0", "", gold) for _, gold in pairs]
    alone = list(map(verifier.verify, answers, problems))
    assert verifier.verify_batch(answers, problems) == alone
    with pytest.raises(ArgumentError, match="problems must be as many as answers"):
        verifier.verify_batch(answers, problems[:-1])


def test_plain_data_builds_the_same_verifier() -> None:
    verifier = FormVerifier(mode="answer", precision=4)
    data = verifier.to_dict()
    assert data["type"] == "form"
    again = verifier_from_dict(data)
    assert isinstance(again, FormVerifier)
    assert again.to_dict() == data
