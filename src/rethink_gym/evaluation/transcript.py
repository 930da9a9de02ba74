"""Chooses the episodes that are worth reading, and lays them out side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count
from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.metrics.turns import correct_answers

__all__ = ["Transcript", "choose_transcripts"]

_OUTCOMES = {
    (False, True): "repaired",
    (True, False): "spoilt",
    (True, True): "right both times",
    (False, False): "wrong both times",
}


@dataclass(frozen=True, slots=True)
class Transcript:
    """One problem, as each of several policies played it.

    Attributes:
        problem_id: Which problem.
        outcome: What became of the last policy's first answer.
        episodes: What each policy said, by the name to show.
    """

    problem_id: str
    outcome: str
    episodes: Mapping[str, Episode]

    @property
    def prompt(self) -> str:
        """The question, as the first observation asks it."""
        return next(iter(self.episodes.values())).turns[0].observation


def choose_transcripts(evaluations: Mapping[str, Evaluation], count: int) -> list[Transcript]:
    """Choose episodes so that every outcome of the last policy is shown.

    Args:
        evaluations: What each policy did on the same problems, by the name to show.
        count: How many transcripts, if there are so many problems.

    Returns:
        The first problem of each outcome, then the second of each, and so on;
        outcomes that tell most come first.

    Raises:
        ArgumentError: If ``count`` is below 0, there is no evaluation, or the
            policies played different problems.
    """
    check_count("count", count, 0)
    if not evaluations:
        raise argument_error("evaluations", "one or more evaluations", evaluations)
    # Of several samples of a problem, the first.
    by_name = {name: each.episodes[:: each.samples] for name, each in evaluations.items()}
    last = list(by_name.values())[-1]
    for name, episodes in by_name.items():
        if [e.problem_id for e in episodes] != [e.problem_id for e in last]:
            raise argument_error("evaluations", "of the same problems in the same order", name)
    is_correct = correct_answers(last)
    by_outcome: dict[str, list[int]] = {outcome: [] for outcome in _OUTCOMES.values()}
    for index, row in enumerate(is_correct.tolist()):
        by_outcome[_OUTCOMES[row[0], row[-1]]].append(index)
    return [
        Transcript(
            problem_id=last[index].problem_id,
            outcome=outcome if is_correct.shape[1] > 1 else outcome.split()[0],
            episodes={name: episodes[index] for name, episodes in by_name.items()},
        )
        for index, outcome in _in_turn(by_outcome)[:count]
    ]


def _in_turn(by_outcome: Mapping[str, Sequence[int]]) -> list[tuple[int, str]]:
    rounds = max(map(len, by_outcome.values()))
    return [
        (indices[place], outcome)
        for place in range(rounds)
        for outcome, indices in by_outcome.items()
        if place < len(indices)
    ]
