"""The solver of Countdown: every solution, each once."""

from typing import Any

import pytest
from tests.verifiers.puzzles.countdown.brute_force import by_brute_force

from rethink_gym.errors import ArgumentError
from rethink_gym.verifiers.puzzles.countdown import canonical_solution, find_solutions


@pytest.mark.parametrize(
    ("numbers", "target"),
    [
        ((3, 3, 8, 8), 24),
        ((1, 5, 5, 5), 24),
        ((2, 3, 6, 12), 24),
        ((4, 4, 4, 4), 24),
        ((1, 1, 2, 2), 4),
        ((1, 2, 3), 6),
        ((2, 2), 1),
        ((5,), 5),
    ],
)
def test_the_solver_finds_what_brute_force_finds(numbers: tuple[int, ...], target: int) -> None:
    forms = {canonical_solution(text) for text, value in by_brute_force(numbers) if value == target}
    assert set(find_solutions(numbers, target, use_all=True)) == forms


def test_a_solution_is_its_own_canonical_form() -> None:
    solutions = find_solutions((2, 3, 7, 11, 50), 100)
    assert len(solutions) == len(set(solutions)) > 5
    for text in solutions:
        assert canonical_solution(text) == text


def test_numbers_may_be_left_out_unless_all_must_be_used() -> None:
    assert "3*8" in find_solutions((3, 8, 9), 24)
    assert all("9" in text for text in find_solutions((3, 8, 9), 24, use_all=True))
    assert find_solutions((1, 1, 1, 1), 24) == ()


@pytest.mark.parametrize(
    ("numbers", "target", "options", "message"),
    [
        ((), 5, {}, "numbers must be 1 to 6 whole numbers"),
        ((1,) * 7, 5, {}, "numbers must be 1 to 6 whole numbers"),
        ((0, 1), 5, {}, "each of numbers must be"),
        ((1, 2), 0, {}, "target must be"),
    ],
)
def test_what_is_not_a_puzzle_is_refused(
    numbers: tuple[int, ...], target: int, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        find_solutions(numbers, target, **options)
