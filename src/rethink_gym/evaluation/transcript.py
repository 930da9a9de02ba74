"""Selection of episodes for the report, one problem per transcript."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count
from rethink_gym.evaluation.evaluate import Evaluation
from rethink_gym.metrics.turns import correct_answers

__all__ = ["Transcript", "choose_transcripts"]

_OUTCOMES = {
    (False, True): "repaired",
    (True, False): "broken",
    (True, True): "correct both times",
    (False, False): "incorrect both times",
}


@dataclass(frozen=True, slots=True)
class Transcript:
    """Episodes of several policies on one problem.

    Attributes:
        problem_id: Id of the problem.
        outcome: Transition of the last policy from its first to its last answer.
        episodes: Episode of each policy, by display name.
    """

    problem_id: str
    outcome: str
    episodes: Mapping[str, Episode]

    @property
    def prompt(self) -> str:
        """The problem statement, from the first observation."""
        return next(iter(self.episodes.values())).turns[0].observation


def choose_transcripts(evaluations: Mapping[str, Evaluation], count: int) -> list[Transcript]:
    """Choose episodes so that every outcome of the last policy is shown.

    Args:
        evaluations: Evaluation of each policy on the same problems, by display name.
        count: Maximum number of transcripts.

    Returns:
        The first problem of each outcome, then the second of each, and so on. Within a round,
        repaired and broken answers come first.

    Raises:
        ArgumentError: If ``count`` is below 0, ``evaluations`` is empty, or the policies played
            different problems.
    """
    check_count("count", count, 0)
    if not evaluations:
        raise argument_error("evaluations", "one or more evaluations", evaluations)
    # The first of several samples of a problem is shown.
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
        for index, outcome in _alternate(by_outcome)[:count]
    ]


def _alternate(by_outcome: Mapping[str, Sequence[int]]) -> list[tuple[int, str]]:
    """Take one problem of each outcome in turn, until none is left."""
    num_rounds = max(map(len, by_outcome.values()))
    return [
        (indices[position], outcome)
        for position in range(num_rounds)
        for outcome, indices in by_outcome.items()
        if position < len(indices)
    ]
