"""What episodes show: accuracy by turn, repairs, spoilt answers, changes of mind."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import argument_error
from rethink_gym.metrics import correctness
from rethink_gym.metrics.text import edit_ratio
from rethink_gym.verdict import Reason, Verdict

__all__ = ["TurnMetrics", "correct_answers", "problem_values", "reason_counts", "turn_metrics"]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnMetrics:
    """Means over the problems of a set of episodes; shares are in [0, 1].

    Attributes:
        num_problems: How many episodes were counted.
        accuracies: Share of right answers at each turn.
        i_to_c: Share of *all* problems whose first answer is incorrect and whose
            last one is correct.
        c_to_i: Share of *all* problems whose first answer is correct and whose
            last one is incorrect.
        changed: Share of turns after the first whose answer, as text, is not the
            answer of the turn before.
        edit_ratio: Mean edit distance from one message to the next, over their
            summed lengths.
        num_errors: Verdicts that are none, because the verifier itself failed.
            They count as wrong; anything but 0 says that the numbers are off.
    """

    num_problems: int
    accuracies: tuple[float, ...]
    i_to_c: float
    c_to_i: float
    changed: float
    edit_ratio: float
    num_errors: int = 0

    @property
    def delta(self) -> float:
        """Accuracy of the last turn minus that of the first, in [-1, 1]."""
        return self.accuracies[-1] - self.accuracies[0]

    @property
    def fix_rate(self) -> float:
        """Share of the wrong first answers that were put right; NaN if none was wrong."""
        wrong = 1.0 - self.accuracies[0]
        return self.i_to_c / wrong if wrong > 0.0 else math.nan

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build the metrics from what `to_dict` returned."""
        return cls(**{**data, "accuracies": tuple(data["accuracies"])})

    def to_dict(self) -> dict[str, Any]:
        """Return the metrics as plain JSON data."""
        return asdict(self)

    def to_scalars(self) -> dict[str, float]:
        """Return one number per name, as a logger takes them.

        Returns:
            ``accuracy@t1``, ``accuracy@t2``, …; and, if there is more than one
            turn, ``delta``, ``i_to_c``, ``c_to_i``, ``changed``, ``edit_ratio``.
        """
        scalars = {f"accuracy@t{turn}": share for turn, share in enumerate(self.accuracies, 1)}
        if len(self.accuracies) > 1:
            scalars["delta"] = self.delta
            for name in ("i_to_c", "c_to_i", "changed", "edit_ratio"):
                scalars[name] = getattr(self, name)
        return scalars


def turn_metrics(episodes: Sequence[Episode]) -> TurnMetrics:
    """Measure what a set of episodes shows.

    Args:
        episodes: What was played, one episode per problem; each turn judged. An
            episode shorter than the longest one stands by its last answer.

    Returns:
        The means over all episodes.

    Raises:
        ArgumentError: If there are no episodes, or a turn has no verdict.
    """
    is_correct = correct_answers(episodes)
    is_changed, edit_ratios = _changes(episodes, is_correct.shape[1])
    return TurnMetrics(
        num_problems=len(episodes),
        accuracies=tuple(correctness.accuracies(is_correct).tolist()),
        i_to_c=correctness.i_to_c(is_correct),
        c_to_i=correctness.c_to_i(is_correct),
        changed=float(is_changed.mean()) if is_changed.size else 0.0,
        edit_ratio=float(edit_ratios.mean()) if edit_ratios.size else 0.0,
        num_errors=sum(counts.get(Reason.ERROR, 0) for counts in reason_counts(episodes)),
    )


def problem_values(episodes: Sequence[Episode]) -> dict[str, BoolArray | FloatArray]:
    """Return the number that each problem adds to the mean of each metric.

    Args:
        episodes: What was played, one episode per problem; each turn judged.

    Returns:
        Arrays of shape ``(problems,)`` under the names of `TurnMetrics.to_scalars`:
        of truth values for what is a proportion, of floats for the rest.

    Raises:
        ArgumentError: If there are no episodes, or a turn has no verdict.
    """
    is_correct = correct_answers(episodes)
    num_turns = is_correct.shape[1]
    values: dict[str, BoolArray | FloatArray] = {
        f"accuracy@t{turn + 1}": is_correct[:, turn] for turn in range(num_turns)
    }
    if num_turns == 1:
        return values
    first, last = is_correct[:, 0], is_correct[:, -1]
    is_changed, edit_ratios = _changes(episodes, num_turns)
    values["delta"] = last.astype(np.float64) - first
    values["i_to_c"] = ~first & last
    values["c_to_i"] = first & ~last
    values["changed"] = is_changed[:, 0] if num_turns == 2 else is_changed.mean(axis=1)
    values["edit_ratio"] = edit_ratios.mean(axis=1)
    return values


def correct_answers(episodes: Sequence[Episode]) -> BoolArray:
    """Return which answers are right.

    Args:
        episodes: What was played; each turn judged.

    Returns:
        Truth values, shape ``(problems, turns)`` for the longest episode's turns; a
        shorter episode stands by its last answer.

    Raises:
        ArgumentError: If there are no episodes, or a turn has no verdict.
    """
    if not episodes:
        raise argument_error("episodes", "one or more episodes", episodes)
    num_turns = max(len(episode.turns) for episode in episodes)
    rows = [[_verdict(turn).correct for turn in episode.turns] for episode in episodes]
    return np.array([row + row[-1:] * (num_turns - len(row)) for row in rows], dtype=np.bool_)


def reason_counts(episodes: Sequence[Episode]) -> tuple[dict[Reason, int], ...]:
    """Count why answers got their verdicts, so that wrong and unreadable stay apart.

    Args:
        episodes: What was played; each turn judged.

    Returns:
        One count of verdicts per reason for each turn that any episode has.

    Raises:
        ArgumentError: If a turn has no verdict.
    """
    counts: list[dict[Reason, int]] = []
    for episode in episodes:
        for index, turn in enumerate(episode.turns):
            if index == len(counts):
                counts.append({})
            reason = _verdict(turn).reason
            counts[index][reason] = counts[index].get(reason, 0) + 1
    return tuple(counts)


def _changes(episodes: Sequence[Episode], num_turns: int) -> tuple[BoolArray, FloatArray]:
    """Return whether answers changed and by how much texts did, (problems, turns - 1)."""
    is_changed = np.zeros((len(episodes), num_turns - 1), dtype=np.bool_)
    edit_ratios = np.zeros((len(episodes), num_turns - 1))
    for row, episode in enumerate(episodes):
        pairs = zip(episode.turns, episode.turns[1:], strict=False)
        for column, (before, after) in enumerate(pairs):
            is_changed[row, column] = _verdict(before).answer != _verdict(after).answer
            edit_ratios[row, column] = edit_ratio(before.completion.text, after.completion.text)
    return is_changed, edit_ratios


def _verdict(turn: Turn) -> Verdict:
    if turn.verdict is None:
        remedy = "Play the episodes in an environment that judges every answer."
        raise argument_error("episodes", "judged at every turn", turn.completion.text, remedy)
    return turn.verdict
