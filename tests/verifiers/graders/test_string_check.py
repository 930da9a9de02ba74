"""The grader that compares two texts character by character."""

import pytest

from rethink_gym.verifiers.graders import Grade, grader_from_dict

TEXTS = {"input": "{{sample.output_text}}", "reference": "{{item.reference}}"}


def check(text: str, reference: str, operation: str) -> Grade:
    config = {"type": "string_check", "name": "check", "operation": operation, **TEXTS}
    return grader_from_dict(config).grade(text, {"reference": reference})


@pytest.mark.parametrize(
    ("text", "reference", "holding"),
    [
        ("Paris", "Paris", {"eq", "like", "ilike"}),
        ("paris", "Paris", {"ne", "neq", "ilike"}),
        ("It is Paris.", "Paris", {"ne", "neq", "like", "ilike"}),
        ("It is PARIS.", "Paris", {"ne", "neq", "ilike"}),
        ("Par", "Paris", {"ne", "neq"}),
        ("Paris ", "Paris", {"ne", "neq", "like", "ilike"}),
        ("", "Paris", {"ne", "neq"}),
        ("Paris", "", {"ne", "neq", "like", "ilike"}),
        ("STRASSE", "Straße", {"ne", "neq", "ilike"}),
        ("{{item.reference}}", "Paris", {"ne", "neq"}),
        ("P.ris", "P.ris", {"eq", "like", "ilike"}),
        ("Paris", "P.ris", {"ne", "neq"}),
    ],
)
def test_a_string_check_scores_one_or_zero(text: str, reference: str, holding: set[str]) -> None:
    operations = ("eq", "ne", "neq", "like", "ilike")
    scores = {operation: check(text, reference, operation).score for operation in operations}
    assert scores == {operation: float(operation in holding) for operation in operations}
