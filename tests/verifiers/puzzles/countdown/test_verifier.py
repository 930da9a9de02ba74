"""The verifier of Countdown and of the game of 24."""

import time

import pytest

from rethink_gym.errors import ArgumentError, VerifierError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.puzzles.countdown import CountdownVerifier, find_solutions


@pytest.fixture
def puzzle() -> Problem:
    """Numbers 2, 4, 6, 6; target 24 by (6-4)*(6*2)."""
    return Problem("countdown/test/0", "Reach 24 with 2, 4, 6, 6.", "(6-4)*6*2")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("A: (6-4)*6*2", Reason.EQUAL),
        ("6-4=2\n2*6=12\n12*2=24\nA: (6-4)*6*2", Reason.EQUAL),
        ("A: 4*6", Reason.EQUAL),
        ("A: 4*6 = 24", Reason.EQUAL),
        ("A: 4 × 6.", Reason.EQUAL),
        (r"\boxed{4 \times 6}", Reason.EQUAL),
        (r"A: \(4\,\cdot 6\)", Reason.EQUAL),
        (r"$\boxed{6\cdot\left(6-2\right)}$", Reason.EQUAL),
        (r"The answer is \frac{6}{2}*(6+4).", Reason.DIFFERENT),
        (r"A: \frac{6*(6+2)}{4}*2", Reason.DIFFERENT),
        ("A: 24", Reason.DIFFERENT),
        ("A: 2 4", Reason.UNREADABLE),
        ("A: 4*6*1", Reason.DIFFERENT),
        ("A: 4*4+6+2", Reason.DIFFERENT),
        ("A: 6+6+6+6", Reason.DIFFERENT),
        ("A: 4*6=25", Reason.DIFFERENT),
        ("A: 24=4*6", Reason.DIFFERENT),
        ("A: 4*6=24=8*3", Reason.DIFFERENT),
        ("A: 6/(6-6)", Reason.DIFFERENT),
        ("A: 6/(4-4)", Reason.DIFFERENT),
        ("A: 4*6 or 6*4", Reason.UNREADABLE),
        ("A: 4*6, 6+6", Reason.UNREADABLE),
        ("A: 4(6)", Reason.UNREADABLE),
        ("A: -2*6+6*6", Reason.UNREADABLE),
        ("A: 2**4+6", Reason.UNREADABLE),
        ("A: 6^2-6-6", Reason.UNREADABLE),
        ("A: 4!", Reason.UNREADABLE),
        ("A: 24.0", Reason.UNREADABLE),
        ("A: 4*६", Reason.DIFFERENT),
        ("A: int('24')", Reason.UNREADABLE),
        ("A: __import__('os').system('true')", Reason.UNREADABLE),
        ("A: True False", Reason.UNREADABLE),
        ("A: 4*6)", Reason.UNREADABLE),
        ("A: (4*6", Reason.UNREADABLE),
        ("A: 999999999999*0", Reason.OVER_LIMIT),
        ("A: 0", Reason.DIFFERENT),
        ("", Reason.NO_ANSWER),
        (" \n\t ", Reason.NO_ANSWER),
        ("A:", Reason.NO_ANSWER),
        ("Reach 24 with 2, 4, 6, 6.", Reason.UNREADABLE),
    ],
)
def test_an_expression_counts_if_it_is_legal_and_reaches_the_target(
    puzzle: Problem, answer: str, reason: Reason
) -> None:
    verdict = CountdownVerifier().verify(answer, puzzle)
    assert verdict.reason is reason, verdict
    assert verdict.correct is (reason is Reason.EQUAL)
    assert verdict.score == float(verdict.correct)


def test_all_numbers_must_be_used_where_the_rules_say_so(puzzle: Problem) -> None:
    verifier = CountdownVerifier(use_all=True)
    assert verifier.verify(f"A: {puzzle.gold}", puzzle).correct
    verdict = verifier.verify("A: 4*6", puzzle)
    assert not verdict.correct
    assert verdict.feedback == "Not all of the numbers are used."


@pytest.mark.parametrize(
    ("answer", "feedback"),
    [
        ("A: 5*5", "There is no number 5."),
        ("A: 4+4", "The number 4 is used too often."),
        ("A: 6/4", "The expression comes to 3/2, not to 24."),
        ("A: 6/(6-6)", "The number 6 is used too often."),
        ("A: 4/(6-6)", "The expression divides by zero."),
    ],
)
def test_the_feedback_names_the_fault_and_reveals_no_solution(
    puzzle: Problem, answer: str, feedback: str
) -> None:
    assert CountdownVerifier().verify(answer, puzzle).feedback == feedback


@pytest.mark.parametrize(
    "answer",
    [
        "(" * 90_000,
        "9*" * 45_000,
        "1/" * 45_000 + "1",
        "9" * 90_000,
        "+".join("6" * 249),
        "[{" * 99,
    ],
)
def test_huge_answers_are_checked_at_once(puzzle: Problem, answer: str) -> None:
    started = time.process_time()
    assert not CountdownVerifier().verify(f"A: {answer}", puzzle).correct
    assert time.process_time() - started < 0.5


def test_the_verifier_comes_back_from_its_data() -> None:
    for use_all in (False, True):
        data = CountdownVerifier(use_all=use_all).to_dict()
        again = verifier_from_dict(data)
        assert isinstance(again, CountdownVerifier)
        assert again.use_all is use_all
    with pytest.raises(ArgumentError, match="option must be one of 'use_all'"):
        verifier_from_dict({"type": "countdown", "all": True})
    with pytest.raises(ArgumentError, match="use_all must be True or False"):
        CountdownVerifier(use_all=1)  # type: ignore[arg-type]


def test_a_gold_that_is_not_an_expression_is_a_fault_of_the_data() -> None:
    with pytest.raises(VerifierError, match="must be an expression"):
        CountdownVerifier().verify("A: 1", Problem("x", "?", "see above"))


def test_every_solution_of_a_puzzle_is_listed_in_canonical_form(puzzle: Problem) -> None:
    verifier = CountdownVerifier()
    solutions = verifier.list_solutions(puzzle)
    assert solutions is not None
    assert solutions == set(find_solutions((2, 4, 6, 6), 24))
    assert verifier.canonical_solution("6*4", puzzle) in solutions
    for solution in solutions:
        assert verifier.verify(f"A: {solution}", puzzle).correct
        assert verifier.canonical_solution(solution, puzzle) == solution


def test_the_game_of_24_lists_only_solutions_that_use_every_number() -> None:
    game = Problem("game24/test/0", "Make 24 from 3, 3, 8 and 8.", "8/(3-8/3)")
    assert CountdownVerifier(use_all=True).list_solutions(game) == frozenset(["8/(3-8/3)"])
    assert CountdownVerifier().list_solutions(game) == frozenset(["3*8", "8/(3-8/3)"])


@pytest.mark.parametrize(
    "answer", ["A: 6*4", "A: (4*6) = 24", "A: $4 \\times 6$.", "A: 6 * 4 = 24.", "\\boxed{4·6}"]
)
def test_accepted_answers_of_one_solution_share_their_canonical_form(
    puzzle: Problem, answer: str
) -> None:
    verifier = CountdownVerifier()
    verdict = verifier.verify(answer, puzzle)
    assert verdict.correct
    assert verdict.answer is not None
    assert verifier.canonical_solution(verdict.answer, puzzle) == "4*6"


@pytest.mark.parametrize(
    "gold",
    [
        "1+2+3+4+5+6",  # six numbers would take seconds
        "0+24",  # the solver knows numbers of at least 1 only
        "2-3",  # a target below 1
        "1/2",  # a target that is not whole
    ],
)
def test_solutions_that_cannot_be_listed_soon_are_not(gold: str) -> None:
    assert CountdownVerifier().list_solutions(Problem("x", "?", gold)) is None


def test_the_solutions_of_five_numbers_are_listed_within_a_second() -> None:
    started = time.process_time()
    solutions = CountdownVerifier().list_solutions(Problem("x", "?", "(2+3)*7+11*50"))
    assert solutions
    assert time.process_time() - started < 1.0


def test_a_gold_that_is_not_an_expression_lists_nothing() -> None:
    with pytest.raises(VerifierError, match="must be an expression"):
        CountdownVerifier().list_solutions(Problem("x", "?", "see above"))
