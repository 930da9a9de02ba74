"""The verifier of Python literals."""

import pytest

from rethink_gym.errors import ArgumentError, DataError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason
from rethink_gym.verifiers import verifier_from_dict
from rethink_gym.verifiers.python_values.literal import LiteralVerifier, extract_literal


def verify(answer: str, gold: str) -> Reason:
    return LiteralVerifier().verify(answer, Problem("p", "?", gold)).reason


@pytest.mark.parametrize(
    ("answer", "gold", "reason"),
    [
        ("A: [1, 2]", "[1,2]", Reason.EQUAL),
        ("It is so.\nA: 'a b'", '"a b"', Reason.EQUAL),
        ("A: {'b': 1, 'a': 2}", "{'a': 2, 'b': 1}", Reason.EQUAL),
        ("A: {2, 1}", "{1, 2}", Reason.EQUAL),
        ("A: 1", "True", Reason.EQUAL),  # as `==` has it
        ("A: 2.0", "2", Reason.EQUAL),
        ("A: (1, 2)", "[1, 2]", Reason.DIFFERENT),
        ("A: '1'", "1", Reason.DIFFERENT),
        ("A: b'a'", "'a'", Reason.DIFFERENT),
        ("A: [2, 1]", "[1, 2]", Reason.DIFFERENT),
        ("A: None", "False", Reason.DIFFERENT),
        ("A: 'BA", "'BA'", Reason.UNREADABLE),
        ("A: BA", "'BA'", Reason.UNREADABLE),
        ("A: True False", "True", Reason.UNREADABLE),
        ("A: True or False", "True", Reason.UNREADABLE),
        ("A: [1, 1+1]", "[1, 2]", Reason.UNREADABLE),
        ("A: " + "[" * 100 + "]" * 100, "[]", Reason.OVER_LIMIT),
        ("", "[]", Reason.NO_ANSWER),
        ("A:", "[]", Reason.NO_ANSWER),
        ("First this.\nThen that.", "[]", Reason.NO_ANSWER),
    ],
)
def test_a_value_is_compared_by_equality(answer: str, gold: str, reason: Reason) -> None:
    assert verify(answer, gold) is reason


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A: 1", "1"),
        ("Answer: 1", "1"),
        ("**Answer:** `[1]`", "[1]"),
        ("A: 1\nA: 2", "2"),
        ("A: 'A: 3'", "'A: 3'"),
        ("A:\n```python\n[1,\n 2]\n```", "[1,\n 2]"),
        ("A: [1,\n 2]", "[1,\n 2]"),
        ("<think>A: 1</think>\nA: 2", "2"),
        ("[1, 2]", "[1, 2]"),
        ("`[1, 2]`", "[1, 2]"),
        ("one\ntwo", None),
        ("A: ", None),
    ],
)
def test_the_value_is_found_after_the_last_mark(text: str, found: str | None) -> None:
    assert extract_literal(text) == found


def test_the_verdict_names_both_sides_for_a_person_and_no_gold_for_the_agent() -> None:
    verdict = LiteralVerifier().verify("A: [1]", Problem("p", "?", "[2]"))
    assert verdict.detail == "read as [1], gold [2]"
    assert "2" not in verdict.feedback


def test_a_gold_that_is_not_a_literal_is_the_fault_of_the_data() -> None:
    with pytest.raises(DataError, match="gold must be a Python literal, got 'x y'"):
        verify("A: 1", "x y")


def test_it_is_built_from_plain_data() -> None:
    data = LiteralVerifier().to_dict()
    assert data == {"type": "literal"}
    assert isinstance(verifier_from_dict(data), LiteralVerifier)
    with pytest.raises(ArgumentError, match="option must be"):
        verifier_from_dict({"type": "literal", "strict": True})
