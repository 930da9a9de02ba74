"""What several episodes of each problem show: accuracy, votes, pass@k, exploration."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np
import numpy.typing as npt

from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count
from rethink_gym.metrics.exploration import (
    answer_entropy,
    distinct_answers,
    distinct_solutions,
    token_entropy,
)
from rethink_gym.metrics.samples import majority_at_k, pass_at_k, rerank_at_k, sample_counts
from rethink_gym.metrics.turns import correct_answers, problem_values

__all__ = ["last_answers", "sample_values"]

FloatArray = npt.NDArray[np.float64]


def sample_values(
    episodes: Sequence[Episode],
    num_samples: int,
    *,
    scores: Sequence[float] | None = None,
    normalise: Callable[[str], Hashable] = str.strip,
) -> dict[str, FloatArray]:
    """Return the number that each problem adds to the mean of each metric.

    Args:
        episodes: What was played, all samples of a problem one after the other; each
            turn judged.
        num_samples: Episodes per problem.
        scores: What a scorer says of each episode; without them there is no rerank@k.
        normalise: Gives equal values for answers that count as one.

    Returns:
        Arrays of shape ``(problems,)``: the names of `TurnMetrics.to_scalars`, each the
        mean over the samples of a problem; then, of last answers, ``pass@k``, ``maj@k``
        and ``rerank@k`` for the k of `sample_counts`, ``distinct_answers``,
        ``distinct_right`` (texts with a right answer), ``answer_entropy``, and
        ``token_entropy`` where log-probabilities are known.

    Raises:
        ArgumentError: If the episodes are not of that order, there are none, or a turn
            has no verdict.
    """
    groups = _groups(episodes, num_samples)
    values: dict[str, FloatArray] = {
        name: each.astype(np.float64).reshape(-1, num_samples).mean(axis=1)
        for name, each in problem_values(episodes).items()
    }
    is_correct = correct_answers(episodes)[:, -1].reshape(-1, num_samples)
    answers = [last_answers(group, normalise) for group in groups]
    counts = [k for k in sample_counts(num_samples) if k > 1]
    for k in counts:
        values[f"pass@{k}"] = pass_at_k(is_correct, k)
    for k in counts:
        values[f"maj@{k}"] = majority_at_k(answers, is_correct, k).astype(np.float64)
    if scores is not None:
        if len(scores) != len(episodes):
            raise argument_error("scores", f"{len(episodes)} numbers", len(scores))
        table = np.asarray(scores, dtype=np.float64).reshape(is_correct.shape)
        for k in counts:
            values[f"rerank@{k}"] = rerank_at_k(is_correct, table, k).astype(np.float64)
    values["distinct_answers"] = np.array([float(distinct_answers(row)) for row in answers])
    values["distinct_right"] = np.array(
        [float(distinct_solutions(_right_texts(group))) for group in groups]
    )
    values["answer_entropy"] = np.array([answer_entropy(row) for row in answers])
    entropies = np.array([token_entropy(_log_probs(group)) for group in groups])
    if np.isfinite(entropies).all():
        values["token_entropy"] = entropies
    return values


def last_answers(
    episodes: Sequence[Episode], normalise: Callable[[str], Hashable] = str.strip
) -> list[Hashable | None]:
    """Return what each episode's last turn was read as.

    Args:
        episodes: What was played.
        normalise: Gives equal values for answers that count as one.

    Returns:
        One answer per episode; None where none was found.
    """
    verdicts = [episode.turns[-1].verdict for episode in episodes]
    return [
        None if verdict is None or verdict.answer is None else normalise(verdict.answer)
        for verdict in verdicts
    ]


def _groups(episodes: Sequence[Episode], num_samples: int) -> list[Sequence[Episode]]:
    check_count("num_samples", num_samples)
    starts = range(0, len(episodes), num_samples)
    groups = [episodes[start : start + num_samples] for start in starts]
    for group in groups:
        if len(group) != num_samples or len({episode.problem_id for episode in group}) != 1:
            must_be = f"{num_samples} of each problem, one problem after the other"
            raise argument_error("episodes", must_be, [episode.problem_id for episode in group])
    return groups


def _right_texts(episodes: Sequence[Episode]) -> list[str]:
    turns = [episode.turns[-1] for episode in episodes]
    return [turn.completion.text for turn in turns if turn.verdict and turn.verdict.correct]


def _log_probs(episodes: Sequence[Episode]) -> list[tuple[float, ...]]:
    return [turn.completion.log_probs for episode in episodes for turn in episode.turns]
