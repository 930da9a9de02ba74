"""The promises of the problems of sorting."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from rethink_gym.envs.tasks.sorting import Sorting

# By kind of question: its wording, and whether one item may come right before another.
STATED: dict[str, tuple[str, Callable[[str, str], bool]]] = {
    "alphabet": ("by the alphabet:", lambda a, b: a < b),
    "backwards": ("from Z to A:", lambda a, b: a > b),
    "length": ("by length, shortest first,", lambda a, b: (len(a), a) < (len(b), b)),
    "last_letter": ("by their last letter,", lambda a, b: a[-1] + a < b[-1] + b),
    "size": ("from smallest to largest:", lambda a, b: int(a) < int(b)),
    "downwards": ("from largest to smallest:", lambda a, b: int(a) > int(b)),
    "absolute": (
        "the negative one first:",
        lambda a, b: abs(int(a)) < abs(int(b)) or int(a) == -int(b) < 0,
    ),
    "digit_sum": (
        "by the sum of their digits,",
        lambda a, b: sum(map(int, a)) * 10**6 + int(a) < sum(map(int, b)) * 10**6 + int(b),
    ),
    "last_digit": (
        "by their last digit,",
        lambda a, b: int(a) % 10 * 10**6 + int(a) < int(b) % 10 * 10**6 + int(b),
    ),
}


@pytest.mark.parametrize("arguments", [{}, {"max_items": 20, "max_number": 30}])
@pytest.mark.parametrize("kind", STATED)
def test_the_gold_holds_the_items_in_the_stated_order(kind: str, arguments: dict[str, Any]) -> None:
    task = Sorting(kind=kind, **arguments)
    wording, is_before = STATED[kind]
    for index in range(60):
        problem = task.problem(index, "train")
        assert wording in problem.prompt
        [listed] = re.findall(r": ([^:]*)\. Answer with", problem.prompt)
        items, gold = listed.split(", "), problem.gold.split(", ")
        assert sorted(items) == sorted(gold)
        assert items != gold
        assert len(set(items)) == len(items)
        assert task.min_items <= len(items) <= task.max_items
        assert all(is_before(first, second) for first, second in pairwise(gold)), gold


def test_the_mix_has_every_kind() -> None:
    prompts = [Sorting().problem(index, "train").prompt for index in range(120)]
    for wording, _ in STATED.values():
        assert any(wording in prompt for prompt in prompts)


def test_any_other_order_is_wrong() -> None:
    task = Sorting()
    verifier = task.make_verifier()
    for index in range(50):
        problem = task.problem(index, "test")
        first, second, *rest = problem.gold.split(", ")
        swapped = ", ".join([second, first, *rest])
        assert not verifier.verify(f"A: {swapped}", problem).correct
        assert not verifier.verify(f"A: {', '.join(rest)}", problem).correct


def test_from_z_to_a_a_word_comes_before_its_own_prefix() -> None:
    gold, _ = Sorting().solve(("backwards", ["pig", "seal", "pigeon"]))
    assert gold == "seal, pigeon, pig"
