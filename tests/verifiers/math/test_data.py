"""The math verifier on the gold answers of public data sets, and on hard pairs."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from tests.verifiers.hard_pairs import HARD_PAIRS

from rethink_gym.problem import Problem
from rethink_gym.verifiers import MathVerifier

NUM_PAIRS = 20_000


def load_lines(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line)["answer"] for line in file]


def math500(folder: Path) -> list[str]:
    return load_lines(folder / "math500" / "test.jsonl")


def svamp(folder: Path) -> list[str]:
    text = (folder / "svamp" / "SVAMP.json").read_text(encoding="utf-8")
    return [str(row["Answer"]) for row in json.loads(text)]


def gsm8k(folder: Path) -> list[str]:
    paths = (folder / "gsm8k" / f"{split}.jsonl" for split in ("train", "test"))
    return [answer.rpartition("#### ")[2] for path in paths for answer in load_lines(path)]


@pytest.mark.parametrize(
    ("load", "num_golds"),
    [(math500, 500), (svamp, 1000), (gsm8k, 8792)],
    ids=["math500", "svamp", "gsm8k"],
)
def test_every_gold_is_accepted_against_itself_in_each_form(
    load: Callable[[Path], list[str]], num_golds: int, data_dir: Path
) -> None:
    golds = load(data_dir)
    assert len(golds) == num_golds
    plain, worked = MathVerifier(mode="answer"), MathVerifier()
    for gold in golds:
        problem = Problem("data", "", gold)
        assert plain.verify(gold, problem).correct, gold
        assert worked.verify(f"So it is $\\boxed{{{gold}}}$.", problem).correct, gold
        assert worked.verify(f"So much for that.\n#### {gold}", problem).correct, gold


def without_style(gold: str) -> str:
    r"""Remove what does not change the value by the policy.

    These are sizes and spaces; a unit, since a missing one does not matter (``36``,
    ``\$36`` and ``36^\circ`` are golds of three problems); and the name of the unknown
    (``x=5`` and ``5``).
    """
    for style in ("\\left", "\\right", "\\!", "\\$", "$", "^\\circ", "\\%"):
        gold = gold.replace(style, "")
    return "".join(gold.replace("dfrac", "frac").split()).removeprefix("x=")


SAME_VALUE = [
    {r"180", r"\pi"},  # an angle in degrees and in radians
    {r"15\mbox{cm}^2", "15"},  # a unit
    {"40_9", "36"},  # numbers in other bases
    {"204_5", "54"},
    {"52_8", "42"},
    {r"\frac14", r"\frac{1}{4}"},  # one notation and another
    {"10,080", "10080"},
    {"1,-2", "-2,1"},  # a list has no order, and brackets may be left out
    {"(-2,1)", "-2,1"},
]
"""All other pairs of golds with the same value by the policy, after `without_style`."""


def test_answers_of_different_problems_with_different_values_are_never_equal(
    data_dir: Path,
) -> None:
    golds = math500(data_dir)
    random = Random(4)
    verifier = MathVerifier(mode="answer")
    num_compared = 0
    accepted = []
    while num_compared < NUM_PAIRS:
        gold, answer = random.sample(golds, 2)
        one, other = without_style(gold), without_style(answer)
        if one == other or {one, other} in SAME_VALUE:
            continue
        num_compared += 1
        if verifier.verify(answer, Problem("data", "", gold)).correct:
            accepted.append((gold, answer))
    assert not accepted


@pytest.mark.parametrize(("gold", "answer", "mode", "correct"), HARD_PAIRS)
def test_hard_pairs_have_the_verdicts_of_the_policy(
    gold: str, answer: str, mode: str, correct: bool
) -> None:
    verdict = MathVerifier(mode=mode).verify(answer, Problem("hard", "", gold))
    assert verdict.correct is correct, verdict.detail
