"""Which episodes are shown to people."""

import pytest
from tests.evaluation.scripted import ByTurn, always, even, never

from rethink_gym.errors import ArgumentError
from rethink_gym.evaluation.evaluate import Evaluation, evaluate
from rethink_gym.evaluation.transcript import choose_transcripts


def played(policy: ByTurn, problems: int = 40, env_id: str = "MathSelfCorrect-v0") -> Evaluation:
    return evaluate(policy, env_id, problems=problems)


def by_rest(rest: int, *others: int) -> ByTurn:
    """Correct where the answer modulo 4 is one of the given rests, first and second turn."""
    return ByTurn(lambda n: n % 4 in (rest, 3), lambda n: n % 4 in (*others, 3))


def test_every_outcome_of_the_last_policy_is_shown_in_turn() -> None:
    evaluations = {"base": played(ByTurn(never, never)), "trained": played(by_rest(0, 1))}
    outcomes = [transcript.outcome for transcript in choose_transcripts(evaluations, 6)]
    assert outcomes == [
        "repaired",
        "broken",
        "correct both times",
        "incorrect both times",
        "repaired",
        "broken",
    ]


def test_both_policies_are_shown_on_the_same_problem() -> None:
    evaluations = {"base": played(ByTurn(even, even)), "trained": played(ByTurn(even, always))}
    for transcript in choose_transcripts(evaluations, 8):
        assert list(transcript.episodes) == ["base", "trained"]
        ids = {episode.problem_id for episode in transcript.episodes.values()}
        assert ids == {transcript.problem_id}
        assert transcript.prompt.startswith("Compute ")


def test_there_are_never_more_than_there_are_problems() -> None:
    assert len(choose_transcripts({"only": played(ByTurn(even, even), problems=3)}, 12)) == 3
    assert choose_transcripts({"only": played(ByTurn(even, even), problems=3)}, 0) == []


def test_a_single_turn_is_correct_or_incorrect() -> None:
    evaluations = {"only": played(ByTurn(even), env_id="Math-v0")}
    outcomes = {transcript.outcome for transcript in choose_transcripts(evaluations, 40)}
    assert outcomes == {"correct", "incorrect"}


def test_policies_that_played_different_problems_are_refused() -> None:
    evaluations = {"a": played(ByTurn(even, even), 3), "b": played(ByTurn(even, even), 4)}
    with pytest.raises(ArgumentError, match="of the same problems in the same order, got 'a'"):
        choose_transcripts(evaluations, 2)
    with pytest.raises(ArgumentError, match="one or more evaluations"):
        choose_transcripts({}, 2)
