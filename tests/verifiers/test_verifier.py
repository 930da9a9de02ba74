"""The contract of a verifier: batches, pending answers and the defaults of the other methods."""

from collections.abc import Sequence
from typing import Any

import pytest

from rethink_gym.errors import ArgumentError
from rethink_gym.problem import Problem
from rethink_gym.verdict import Reason, Verdict
from rethink_gym.verifiers.verifier import Pending, Verifier, read_options

PROBLEM = Problem("test/0", "", "5")


def verdict_of(answer: str, detail: str) -> Verdict:
    return Verdict(0.0, False, Reason.DIFFERENT, answer, detail)


class Plain(Verifier):
    """Defines only what every verifier must define."""

    def verify(self, answer: str, problem: Problem) -> Verdict:
        return verdict_of(answer, f"alone, for {problem.id}")

    def to_dict(self) -> dict[str, Any]:
        return {"type": "plain"}


class Split(Plain):
    """Leaves answers that start with "slow" for later, and records the batches of them."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def verify_at_once(self, answer: str, problem: Problem) -> Verdict | Pending:
        is_slow = answer.startswith("slow")
        return Pending(problem, answer) if is_slow else verdict_of(answer, "at once")

    def verify_slow_batch(self, pending: Sequence[Pending]) -> list[Verdict]:
        self.batches.append([item.work for item in pending])
        return [verdict_of(item.work, f"later, for {item.problem.id}") for item in pending]


class Unfinished(Split):
    """Leaves answers for later, but cannot verify them."""

    verify_slow_batch = Verifier.verify_slow_batch


def test_a_verifier_without_slow_answers_verifies_a_batch_one_by_one() -> None:
    problems = [Problem(f"test/{number}", "", "5") for number in range(2)]
    verdicts = Plain().verify_batch(["a", "b"], problems)
    assert [verdict.detail for verdict in verdicts] == ["alone, for test/0", "alone, for test/1"]


def test_slow_answers_are_verified_in_one_batch_and_all_verdicts_keep_their_order() -> None:
    verifier = Split()
    answers = ["quick 1", "slow 1", "quick 2", "slow 2"]
    problems = [Problem(f"test/{number}", "", "5") for number in range(4)]
    verdicts = verifier.verify_batch(answers, problems)
    assert [verdict.answer for verdict in verdicts] == answers
    details = ["at once", "later, for test/1", "at once", "later, for test/3"]
    assert [verdict.detail for verdict in verdicts] == details
    assert verifier.batches == [["slow 1", "slow 2"]]


def test_no_slow_batch_starts_without_slow_answers() -> None:
    verifier = Split()
    assert verifier.verify_batch([], []) == []
    assert len(verifier.verify_batch(["quick"], [PROBLEM])) == 1
    assert verifier.batches == []


@pytest.mark.parametrize("kind", [Plain, Split])
def test_every_answer_of_a_batch_needs_its_problem(kind: type[Verifier]) -> None:
    with pytest.raises(ArgumentError, match=r"problems must be as many as answers \(2\), got 1"):
        kind().verify_batch(["a", "b"], [PROBLEM])


def test_a_verifier_that_leaves_answers_for_later_must_verify_them() -> None:
    with pytest.raises(NotImplementedError, match=r"Unfinished.verify_slow_batch must be defined"):
        Unfinished().verify_batch(["slow"], [PROBLEM])


def test_by_default_solutions_are_unknown_and_a_hint_may_reveal_the_gold() -> None:
    verifier = Plain()
    assert verifier.list_solutions(PROBLEM) is None
    assert verifier.canonical_solution(" 5\n", PROBLEM) == "5"
    assert verifier.hint_text(PROBLEM) == "5"


def test_options_are_read_without_the_kind_and_an_unknown_one_is_refused() -> None:
    assert read_options({"type": "math", "mode": "answer"}, ["mode"]) == {"mode": "answer"}
    with pytest.raises(ArgumentError, match="Did you mean 'mode'"):
        read_options({"type": "math", "mod": "answer"}, ["mode"])
