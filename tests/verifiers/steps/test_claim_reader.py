"""The claims that are found in a step, and whether they are correct."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rethink_gym.problem import Problem
from rethink_gym.verifiers.steps import StepVerifier
from rethink_gym.verifiers.steps.magnitude import CONVERSION_FACTORS

VERIFIER = StepVerifier()

RIGHT = [
    # arithmetic
    "16-3-4=9", "16 - 3 - 4 = 9.", "<<9*2=18>>", "So there are 48/2 = <<48/2=24>>24 clips left.",
    "5 + -3 = 2", "7 - -7 = 14", "(3 + 4) * 2 = 14", "2(3 + 4) = 14", "(2)(3) = 6", "2^3 = 8",
    "2**3 = 8", "3 × 4 = 12", "12 ÷ 4 = 3", "0.2 x 50 = 10", "5 times 3 equals 15", "3! = 6",
    "1,000 + 1,000 = 2,000", "100 000 + 1 = 100 001", "3 1/2 + 1 = 4 1/2", "-5 + 3 = -2",
    r"\frac{1}{2} + \frac{1}{3} = \frac{5}{6}", r"$3 \times 4 = 12$", r"\(2 \cdot 3 = 6\)",
    r"\[(-4)^2 = 16\] \[(-1)^2 = 1\]", "$2 + 3 = 5$ $2 * 3 = 6$", "$5$ + $3$ = $8$",
    "sqrt(16) = 4", r"\sqrt{2} \cdot \sqrt{8} = 4", "(5 + 3 = 8)", "**5 + 3 = 8**", "- 5 + 3 = 8",
    "- 5 + 3 = -2",
    "1) 5 + 3 = 8", "10 > 3", "3 <= 3", "2 != 3", "180//3 = 60",
    # chains
    "2 + 3 * 4 = 2 + 12 = 14", "First 5 + 3 = 8, then 8 * 2 = 16", "5 + 3 = 8 so 8 * 2 = 16",
    "5 + 3 = 8 + 2 = 10",  # two claims, as people write them
    # roundings
    "10/3 = 3.33", "10/3 = 3.3", "2/3 = 0.67", "2/3 = 0.66", "1.005 * 3 = 3.02", "22/7 ≈ 3.14",
    # percent, units, money
    "11/18*162 = 99.00000000000001",
    "20% of 50 = 10", "20% of the 50 apples = 10 apples", "1/2 of 50 = 25", "100% - 20% = 80%",
    "5/20 = 25%", "5/20*100 = 25%", "15 trucks / 90 vehicles * 100% = 16.67%", "50 * 20% = 10",
    "3 kg + 2 kg = 5 kg", "3 kg + 500 g = 3500 g", "2 hours = 120 minutes", "3 m = 300 cm",
    "2 hours * 60 minutes = 120 minutes", "5 apples * 3 = 15 apples",
    "1 hour + 30 minutes = 1.5 hours",
    "$5 + $3 = $8", "9 * 2 = $18 a day", "$2.50 - $2.24 = 26 cents", "120*3.5 = 420 million",
    "2 million + 500 thousand = 2.5 million", "60 miles/hour * 2 hours = 120 miles",
    # algebra
    "2(x+1) = 2x + 2", "2x + 3x = 5x", "(a+b)^2 = a^2 + 2ab + b^2", "x = x",
]  # fmt: skip

WRONG = [
    "16-3-4=8", "<<9*2=19>>", "There are 48/2 = <<48/2=25>>25 clips left.", "5 + -3 = 8",
    "7 - -7 = 0", "(3 + 4) * 2 = 11", "0.2 x 50 = 100", "1,000 + 1,000 = 3,000", "2^3 = 6",
    r"\frac{1}{2} + \frac{1}{3} = \frac{2}{5}", r"\sqrt{2} \cdot \sqrt{8} = 5", "(5 + 3 = 9)",
    "1) 5 + 3 = 9", "10 < 3", "2 + 3 * 4 = 5 * 4 = 20", "2 + 2 = 4 = 5",
    "8 * 2 = 17 so 17 - 1 = 16",
    "10/3 = 3.5", "1/0 = 5", "0 = 1/0", "7/2 = 3", "1.25 + 2.30 = 3.56", "22/7 ≈ 4.5",
    "20% of 50 = 20", "100% - 20% = 70%", "5/20 = 30%", "3 kg + 2 kg = 6 kg", "3 kg + 2 kg = 5 g",
    "$5 + $3 = $9", "$5 + $3 = 8 cents", "9 * 2 = $17 a day", "5 apples * 3 = 16 apples",
    "2 m = 20 cm", "2x + 3x = 6x", "5 + 3 = 8 + 2 = 11",
]  # fmt: skip

UNKNOWN = [
    "", "There are 12 apples.", "Let x be the number of apples.", "x = 5", "2x + 3 = 7",
    "5 + tax = 8", "total - 5 = 3", "Total cost = 15", "Day 1 = 15", "5 apples = 10 dollars",
    "12:30 + 1 = 13:30", "5 + 3 = 9 is wrong", "He said 5 + 3 = 9, which is wrong", "10/3 = 4",
    "3 dozen * 2 = 72", "pages 5-10 = 6 pages", "f(x) = 3x", "5 + 3 = ?", "= 5", "5 =",
    r"\binom{7}{4} = 35", r"14 \sin x = 7", r"6_8 \cdot 7_8 = 42_{10}", "f(3) - f(1) = 6",
    "4 + ... + 6 = 15", r"0.\overline{3} = 1/3",
    "weeks 1-2 = 96", "since 4/7 is equal to $24", "60 + 60 = 2 hours", "2 * 3 -> 7",
]  # fmt: skip


def score(step: str) -> float | None:
    """Score a solution of one step."""
    (scored,) = VERIFIER.verify_steps([step], Problem("test/0", "", "1")).steps
    return scored.score


@pytest.mark.parametrize("step", RIGHT)
def test_a_correct_claim_is_confirmed(step: str) -> None:
    assert score(step) == 1.0


@pytest.mark.parametrize("step", WRONG)
def test_an_incorrect_claim_is_refuted(step: str) -> None:
    assert score(step) == 0.0


@pytest.mark.parametrize("step", UNKNOWN)
def test_where_nothing_can_be_checked_the_score_is_unknown(step: str) -> None:
    assert score(step) is None


@st.composite
def expressions(draw: st.DrawFn) -> tuple[str, int]:
    """Draw an expression of whole numbers, and its value."""
    text, value = str(draw(st.integers(0, 999))), 0
    value = int(text)
    for _ in range(draw(st.integers(1, 4))):
        operator, number = draw(st.sampled_from("+-*")), draw(st.integers(-99, 99))
        text = f"({text}) {operator} {number}"
        value = {"+": value + number, "-": value - number, "*": value * number}[operator]
    return text, value


FRAMES = st.sampled_from(
    ["{} = {}", "So we get {} = {}.", "<<{}={}>>", "${} = {}$", "{} = {} apples in all",
     "**{} = {}**", "1. {} = {}", "It costs {} = ${}, which is a lot.", "- {} = {}"]
)  # fmt: skip


@given(expressions(), FRAMES)
def test_a_true_claim_is_never_refuted(expression: tuple[str, int], frame: str) -> None:
    text, value = expression
    assert score(frame.format(text, value)) == 1.0


@given(expressions(), FRAMES, st.integers(-50, 50).filter(bool))
def test_a_false_claim_is_refuted_unless_it_may_be_a_conversion(
    expression: tuple[str, int], frame: str, error: int
) -> None:
    text, value = expression
    # "3 = 36 apples" may convert a unit that is not named.
    other = value + error
    factors = [max(abs(value), abs(other)), min(abs(value), abs(other))]
    is_conversion = factors[1] and Fraction(*factors) in CONVERSION_FACTORS
    assume(not (is_conversion and ("apples" in frame or "$" in frame)))
    assert score(frame.format(text, value + error)) == 0.0


@given(st.integers(-30, 30), st.integers(2, 12), st.integers(-30, 30), st.integers(-9, 9))
def test_an_equation_is_followed_to_its_end(x: int, a: int, b: int, error: int) -> None:
    right = a * x + b
    steps = [f"{a}x + {b} = {right}", f"{a}x = {right - b}", f"x = {x + error}"]
    scored = VERIFIER.verify_steps(steps, Problem("test/0", "", "1")).steps
    assert [step.score for step in scored] == [None, 1.0, 0.0 if error else 1.0]
