"""Arguments that a program changes are changed in place, if their type allows it."""

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

import pytest

from rethink_gym.verifiers.sandbox.grading.remote import adopt_changes


@pytest.mark.parametrize(
    ("value", "changed"),
    [
        ([1, 2], [2, 1, 3]),
        ([1], []),
        ({1, 2}, {3}),
        ({"a": 1}, {"b": 2}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (OrderedDict(a=1, b=2), OrderedDict(b=1)),
        (Counter("ab"), Counter("c")),
        (defaultdict(list, a=[1]), defaultdict(list, a=[1, 2])),
        (deque([1, 2], maxlen=3), deque([5], maxlen=3)),
        (bytearray(b"ab"), bytearray(b"c")),
    ],
    ids=repr,
)
def test_the_same_object_holds_the_changes(value: Any, changed: Any) -> None:
    alias = value
    assert adopt_changes(value, changed) is alias
    assert alias == changed
    assert list(alias) == list(changed)


def test_objects_within_stay_the_same_objects() -> None:
    inner, row = [1], {"x": [2]}
    value = (inner, [row, 5])
    assert adopt_changes(value, ([1, 9], [{"x": [7]}, 6])) is value
    assert inner == [1, 9]
    assert row == {"x": [7]}
    assert value == ([1, 9], [{"x": [7]}, 6])


@pytest.mark.parametrize("changed", [(1,), "x", {1: 2}, None, 5])
def test_an_argument_of_another_type_is_left_alone(changed: object) -> None:
    value = [1]
    assert adopt_changes(value, changed) is changed
    assert value == [1]
