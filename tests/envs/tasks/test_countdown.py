"""The promises of countdown and the game of 24."""

import re
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

import pytest

from rethink_gym.envs.tasks.countdown import Countdown
from rethink_gym.envs.tasks.game24 import Game24
from rethink_gym.errors import ArgumentError
from rethink_gym.verifiers.puzzles.countdown import apply_move, find_solutions


def worth(expression: str) -> Fraction:
    """Evaluate our own expression independently of the task, with two stacks."""
    values: list[Fraction] = []
    signs: list[str] = []

    def reduce() -> None:
        right, left, sign = values.pop(), values.pop(), signs.pop()
        values.append(
            left + right if sign == "+" else left - right if sign == "-"
            else left * right if sign == "*" else left / right
        )  # fmt: skip

    rank = {"+": 1, "-": 1, "*": 2, "/": 2}
    for token in re.findall(r"\d+|[-+*/()]", expression):
        if token.isdigit():
            values.append(Fraction(int(token)))
        elif token == "(":
            signs.append(token)
        elif token == ")":
            while signs[-1] != "(":
                reduce()
            signs.pop()
        else:
            while signs and rank.get(signs[-1], 0) >= rank[token]:
                reduce()
            signs.append(token)
    while signs:
        reduce()
    return values[0]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"min_numbers": 2, "max_numbers": 2, "max_number": 9, "max_target": 50},
        {"min_numbers": 5, "max_numbers": 6, "max_number": 99, "max_target": 999},
        {"use_all": True, "max_target": 24},
    ],
)
def test_a_puzzle_of_countdown_is_within_the_arguments_and_its_gold_answer_correct(
    arguments: dict[str, Any],
) -> None:
    task = Countdown(**arguments)
    for index in range(150):
        problem = task.problem(index, "train")
        target, *numbers = map(int, re.findall(r"\d+", problem.prompt))
        assert numbers == sorted(numbers)
        assert task.min_numbers <= len(numbers) <= task.max_numbers
        assert max(numbers) <= task.max_number
        assert 1 <= target <= task.max_target
        assert task.use_all or target not in numbers
        assert worth(problem.gold) == target
        assert sorted(map(int, re.findall(r"\d+", problem.gold))) == numbers


def test_the_gold_answer_of_countdown_is_among_all_solutions_and_each_of_these_is_correct() -> None:
    task = Countdown()
    verifier = task.make_verifier()
    for index in range(40):
        problem = task.problem(index, "train")
        target, *numbers = map(int, re.findall(r"\d+", problem.prompt))
        solutions = find_solutions(numbers, target)
        assert problem.gold in solutions
        for solution in solutions:
            assert worth(solution) == target
            assert verifier.verify(f"A: {solution}", problem).correct


@pytest.mark.parametrize("task", [Countdown(), Game24(max_solutions=2)], ids=["countdown", "24"])
def test_the_worked_solution_is_played_move_by_move(task: Any) -> None:
    for index in range(60):
        problem = task.problem(index, "validation")
        *moves, _ = (problem.solution or "").splitlines()
        numbers: Any = tuple(map(int, re.findall(r"\d+", problem.prompt)))[1:]
        target = int(re.findall(r"\d+", problem.prompt)[0])
        for move in moves:
            numbers = apply_move(numbers, move)
        assert numbers == (target,)


def test_of_the_hands_of_a_deck_of_cards_1362_make_24() -> None:
    hands = combinations_with_replacement(range(1, 14), 4)
    assert sum(bool(find_solutions(hand, 24, use_all=True)) for hand in hands) == 1362


def test_the_number_of_solutions_of_the_game_of_24_is_as_wanted() -> None:
    for task in (Game24(max_solutions=1), Game24(min_solutions=8), Game24(max_number=20)):
        for index in range(40):
            problem = task.problem(index, "test")
            numbers = tuple(map(int, re.findall(r"\d+", problem.prompt)))[1:]
            solutions = find_solutions(numbers, 24, use_all=True)
            assert max(numbers) <= task.max_number
            assert task.min_solutions <= len(solutions) <= (task.max_solutions or 1_000)
            assert problem.gold in solutions


def test_a_number_of_solutions_that_no_puzzle_has_is_refused() -> None:
    with pytest.raises(ArgumentError, match="min_solutions must be a number of solutions"):
        Game24(min_solutions=1_000).problem(0, "train")
