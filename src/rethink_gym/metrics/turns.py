"""Metrics of multi-turn episodes: accuracy per turn, corrections, regressions, edits."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from rethink_gym.episode import Episode, Turn
from rethink_gym.errors import argument_error
from rethink_gym.metrics.text import edit_ratio
from rethink_gym.verdict import Reason, Verdict

__all__ = ["TurnMetrics", "correct_answers", "problem_values", "reason_counts", "turn_metrics"]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnMetrics:
    """Means over the problems of a set of episodes; fractions are in [0, 1].

    Attributes:
        num_problems: Number of episodes.
        accuracies: Fraction of correct answers at each turn.
        i_to_c: Fraction of *all* problems with an incorrect first and a correct last
            answer.
        c_to_i: Fraction of *all* problems with a correct first and an incorrect last
            answer.
        changed: Fraction of turns after the first whose answer, as text, differs from the
            answer of the turn before.
        edit_ratio: Mean `edit_ratio` of two consecutive messages.
        num_errors: Number of verdicts with the reason ``error``, for which the verifier
            itself failed. They count as incorrect, so the metrics are biased unless this
            is 0.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 3 (arXiv:2409.12917).
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
        """Accuracy of the last turn minus that of the first: i_to_c - c_to_i, in [-1, 1]."""
        return self.accuracies[-1] - self.accuracies[0]

    @property
    def fix_rate(self) -> float:
        """Fraction of the incorrect first answers that were corrected; NaN without any."""
        incorrect = 1.0 - self.accuracies[0]
        return self.i_to_c / incorrect if incorrect > 0.0 else math.nan

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build the metrics from what `to_dict` returned."""
        return cls(**{**data, "accuracies": tuple(data["accuracies"])})

    def to_dict(self) -> dict[str, Any]:
        """Return the metrics as plain JSON data."""
        return asdict(self)

    def to_scalars(self) -> dict[str, float]:
        """Return the metrics as one number per name, for a logger.

        Returns:
            ``accuracy@t1``, ``accuracy@t2``, …; with more than one turn also ``delta``,
            ``i_to_c``, ``c_to_i``, ``changed`` and ``edit_ratio``.
        """
        scalars = {f"accuracy@t{turn}": value for turn, value in enumerate(self.accuracies, 1)}
        if len(self.accuracies) > 1:
            scalars["delta"] = self.delta
            for name in ("i_to_c", "c_to_i", "changed", "edit_ratio"):
                scalars[name] = getattr(self, name)
        return scalars


def turn_metrics(episodes: Sequence[Episode]) -> TurnMetrics:
    """Compute the metrics of a set of episodes.

    Args:
        episodes: Verified episodes, one per problem. In an episode shorter than the
            longest one, the last answer counts for the missing turns.

    Returns:
        The means over all episodes.

    Raises:
        ArgumentError: If ``episodes`` is empty, or a turn has no verdict.
    """
    is_correct = correct_answers(episodes)
    first, last = is_correct[:, 0], is_correct[:, -1]
    is_changed, edit_ratios = _changes(episodes, is_correct.shape[1])
    return TurnMetrics(
        num_problems=len(episodes),
        accuracies=tuple(is_correct.mean(axis=0, dtype=np.float64).tolist()),
        i_to_c=float(np.mean(~first & last)),
        c_to_i=float(np.mean(first & ~last)),
        changed=float(is_changed.mean()) if is_changed.size else 0.0,
        edit_ratio=float(edit_ratios.mean()) if edit_ratios.size else 0.0,
        num_errors=sum(counts.get(Reason.ERROR, 0) for counts in reason_counts(episodes)),
    )


def problem_values(episodes: Sequence[Episode]) -> dict[str, BoolArray | FloatArray]:
    """Return the contribution of each problem to the mean of each metric.

    Args:
        episodes: Verified episodes, one per problem.

    Returns:
        Arrays of shape ``(problems,)`` by the names of `TurnMetrics.to_scalars`: booleans
        for proportions, floats for the others.

    Raises:
        ArgumentError: If ``episodes`` is empty, or a turn has no verdict.
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
    """Return which answers are correct.

    Args:
        episodes: Verified episodes.

    Returns:
        Booleans, shape ``(problems, turns)``, with the number of turns of the longest
        episode. In a shorter episode, the last answer counts for the missing turns.

    Raises:
        ArgumentError: If ``episodes`` is empty, or a turn has no verdict.
    """
    if not episodes:
        raise argument_error("episodes", "one or more episodes", episodes)
    num_turns = max(len(episode.turns) for episode in episodes)
    rows = [[_verdict(turn).correct for turn in episode.turns] for episode in episodes]
    return np.array([row + row[-1:] * (num_turns - len(row)) for row in rows], dtype=np.bool_)


def reason_counts(episodes: Sequence[Episode]) -> tuple[dict[Reason, int], ...]:
    """Count the reasons of the verdicts at each turn.

    Args:
        episodes: Verified episodes.

    Returns:
        For each turn of the longest episode, the number of verdicts by reason.

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
    """Return whether answers changed and the edit ratios, both of shape (problems, turns - 1)."""
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
        remedy = "Play the episodes in an environment that verifies every answer."
        raise argument_error("episodes", "verified at every turn", turn.completion.text, remedy)
    return turn.verdict
