"""The promises of the solver: every solution, each once."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import permutations
from random import Random
from typing import Any

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.verifiers.puzzles.countdown import canonical_solution, find_solutions

Valued = tuple[str, Fraction]


def trees(numbers: Sequence[int]) -> Iterator[Valued]:
    """Write every expression of the numbers in this order, fully bracketed."""
    if len(numbers) == 1:
        yield str(numbers[0]), Fraction(numbers[0])
    for place in range(1, len(numbers)):
        for left, x in trees(numbers[:place]):
            for right, y in trees(numbers[place:]):
                yield f"({left}+{right})", x + y
                yield f"({left}-{right})", x - y
                yield f"({left}*{right})", x * y
                if y:
                    yield f"({left}/{right})", x / y


def by_brute_force(numbers: Sequence[int]) -> Iterator[Valued]:
    """Write every expression of the numbers."""
    for order in set(permutations(numbers)):
        yield from trees(order)


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


def test_two_expressions_share_a_form_where_they_are_one_function_up_to_sign() -> None:
    """The oracle puts random values for the numbers and compares modulo a prime."""
    prime = 2**61 - 1
    random = Random(1)
    names = (1009, 10007, 100003)
    values = {name: [random.randrange(prime) for _ in range(3)] for name in names}

    def signature(text: str) -> tuple[int, ...]:
        results = []
        for point in range(3):
            value = _modular(text, {str(name): values[name][point] for name in names}, prime)
            results.append(value)
        return min(tuple(results), tuple(-value % prime for value in results))

    pairs = {(canonical_solution(text), signature(text)) for text, _ in by_brute_force(names)}
    assert len(pairs) == len({form for form, _ in pairs}) == len({mark for _, mark in pairs}) == 47


def _modular(text: str, values: dict[str, int], prime: int) -> int:
    """Work out a fully bracketed expression modulo a prime, with values for its numbers."""
    stack: list[int | str] = []
    token = ""
    for sign in text:
        if sign.isdigit():
            token += sign
            continue
        if token:
            stack.append(values[token])
            token = ""
        if sign == ")":
            right, operator, left = stack.pop(), stack.pop(), stack.pop()
            assert isinstance(left, int)
            assert isinstance(right, int)
            stack.append(
                {
                    "+": left + right,
                    "-": left - right,
                    "*": left * right,
                    "/": left * pow(right, -1, prime),
                }[str(operator)]
                % prime
            )
        elif sign != "(":
            stack.append(sign)
    [value] = stack
    assert isinstance(value, int)
    return value


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("8-(3-1)*2", "(1-3)*2+8", True),
        ("1+2+3", "3+(2+1)", True),
        ("6/(2/3)", "3*6/2", True),
        ("(9-4)*(7-2)", "(4-9)*(2-7)", True),
        ("6*4*1", "6*4/1", True),
        (r"6 \times 4", "4·6", True),
        ("6*4", "8*3", False),
        ("(2+2)*6", "2*2*6", False),
        ("6-2-1", "6-(2-1)", False),
    ],
)
def test_ways_to_write_a_solution_are_told_from_solutions(
    one: str, other: str, is_same: bool
) -> None:
    assert (canonical_solution(one) == canonical_solution(other)) is is_same


@pytest.mark.parametrize("text", ["", "6*", "x+1", "6/(3-3)", "2**3", "-3", "1 2", "(" * 200])
def test_what_is_no_expression_has_no_canonical_form(text: str) -> None:
    assert canonical_solution(text) is None


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
def test_what_is_no_puzzle_is_refused(
    numbers: tuple[int, ...], target: int, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        find_solutions(numbers, target, **options)
