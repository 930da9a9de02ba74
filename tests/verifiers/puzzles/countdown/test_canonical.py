"""The canonical form of solutions."""

from random import Random

import pytest
from tests.verifiers.puzzles.countdown.brute_force import by_brute_force

from rethink_gym.verifiers.puzzles.countdown import canonical_solution


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
    """Evaluate a fully bracketed expression modulo a prime, with values for its numbers."""
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
def test_equivalent_expressions_are_one_solution(one: str, other: str, is_same: bool) -> None:
    assert (canonical_solution(one) == canonical_solution(other)) is is_same


@pytest.mark.parametrize("text", ["", "6*", "x+1", "6/(3-3)", "2**3", "-3", "1 2", "(" * 200])
def test_what_is_not_an_expression_has_no_canonical_form(text: str) -> None:
    assert canonical_solution(text) is None
