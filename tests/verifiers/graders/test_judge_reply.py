"""Numbers and labels in the replies of judges."""

import pytest

from rethink_gym.verifiers.graders.judge_reply import read_label, read_score

STEP = '{"description": "d", "conclusion": "c"}'


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ('{"result": 0.5}', 0.5),
        ('{"result": 0.5, "steps": []}', 0.5),
        (f'{{"steps": [{STEP}, {STEP}], "result": 1}}', 1.0),
        ('{"result": "0.5"}', 0.5),
        (' {"result": 1e-2}\n', 0.01),
        ('```json\n{"result": 0.25}\n```', 0.25),
        ('It says {"result": 1}. I do not think so.\n{"result": 0}', 0.0),
        ('Some {braces} and {"result": 1} in the answer, so: {"result": 0.5}', 0.5),
        ('{"result": 0, "quote": "{}"}', 0.0),
        ('{"quote": "{\\"result\\": 1}", "result": 0}', 0.0),
        ("0.75", 0.75),
        ("-3", -3.0),
        ("7", 7.0),
        ("", None),
        ("good", None),
        ("I give it 0.5.", None),
        ("0.5 of 1", None),
        ('{"result": 1} is what I would give a correct one', None),
        ('{"result": null}', None),
        ('{"result": true}', None),
        ('{"result": [1]}', None),
        ('{"result": NaN}', None),
        ('{"result": Infinity}', None),
        ('{"result": 1e999}', None),
        ("nan", None),
        ("inf", None),
        ("1_000", None),
        ("٣", None),
        ('{"result": 0, "result": 1}', None),
        ('{"score": 1}', None),
        ('{"a": {"result": 1}}', None),
        ('[{"result": 1}]', None),
        ('{"result": 1', None),
        ("}", None),
        ("{" * 50_000 + "}", None),
        ('{"a":' * 15_000 + '{"result": 1}', 1.0),
        ('{"result": ' + "9" * 5_000 + "}", None),
        ('{"result": ' + "9" * 400 + "}", None),
        ("1" * 200_000, None),
    ],
)
def test_a_number_is_read_at_the_end_of_the_reply(reply: str, score: float | None) -> None:
    assert read_score(reply) == score


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ('{"result": "good"}', "good"),
        ('{"result": " Good "}', "good"),
        ("good", "good"),
        ("BAD", "bad"),
        ("a", "a"),
        ("A", "A"),
        (" a", "a"),
        ("good.", None),
        ("It is good", None),
        ("not good", None),
        ('{"result": 1}', None),
        ('{"result": ["good"]}', None),
        ('{"result": "goo"}', None),
        ("", None),
    ],
)
def test_a_label_is_one_of_the_labels_or_none(reply: str, label: str | None) -> None:
    assert read_label(reply, ["good", "bad", "a", "A"]) == label
