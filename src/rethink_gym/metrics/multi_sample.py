"""Metrics of several episodes per problem: accuracy, votes, pass@k, exploration."""

from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from rethink_gym.episode import Episode
from rethink_gym.errors import argument_error, check_count
from rethink_gym.metrics.exploration import (
    answer_entropy,
    distinct_answers,
    distinct_solutions,
    effective_number,
    token_entropy,
)
from rethink_gym.metrics.log_keys import LOG_KEYS, split_log_key
from rethink_gym.metrics.samples import majority_at_k, pass_at_k, rerank_at_k, sample_counts
from rethink_gym.metrics.text import distinct_n, self_bleu
from rethink_gym.metrics.turns import correct_answers, problem_values

__all__ = ["diversity_values", "last_answers", "sample_values", "values_of_steps"]

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


def sample_values(
    episodes: Sequence[Episode],
    num_samples: int,
    *,
    scores: Sequence[float] | None = None,
    normalise: Callable[[str], Hashable] = str.strip,
) -> dict[str, FloatArray]:
    """Return the contribution of each problem to the mean of each metric.

    Args:
        episodes: Verified episodes, all samples of a problem one after the other.
        num_samples: Number of episodes per problem.
        scores: Scores of the episodes, for rerank@k. If None, rerank@k is left out.
        normalise: Maps equivalent answers to equal values.

    Returns:
        Arrays of shape ``(problems,)`` by name: first the names of
        `TurnMetrics.to_scalars`, each the mean over the samples of a problem. Then, for the
        last answers, ``pass@k``, ``maj@k`` and ``rerank@k`` for each k of `sample_counts`,
        ``distinct_answers``, ``distinct_right`` (distinct texts with a correct answer),
        ``answer_entropy``, ``effective_number``, and ``token_entropy`` if the
        log-probabilities are known.

    Raises:
        ArgumentError: If ``episodes`` is empty, is not in that order or has a turn without
            a verdict, or if the length of ``scores`` differs.
    """
    groups = _group_by_problem(episodes, num_samples)
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
        [float(distinct_solutions(_correct_texts(group))) for group in groups]
    )
    values["answer_entropy"] = np.array([answer_entropy(row) for row in answers])
    values["effective_number"] = np.array([effective_number(row) for row in answers])
    entropies = np.array([token_entropy(_log_probs(group)) for group in groups])
    if np.isfinite(entropies).all():
        values["token_entropy"] = entropies
    return values


def values_of_steps(
    values: Mapping[str, BoolArray | FloatArray], episodes: Sequence[Episode], num_samples: int
) -> dict[str, BoolArray | FloatArray]:
    """Replace the metrics of turns by one accuracy, where the turns are steps of one attempt.

    Args:
        values: What `problem_values` or `sample_values` returned.
        episodes: The episodes.
        num_samples: Number of episodes per problem.

    Returns:
        ``solved``, the accuracy of the last turn, and all values that are not of turns.
    """
    solved: BoolArray | FloatArray = correct_answers(episodes)[:, -1]
    if num_samples > 1:
        solved = solved.reshape(-1, num_samples).mean(axis=1, dtype=np.float64)
    others = {
        name: each
        for name, each in values.items()
        if LOG_KEYS[split_log_key(name)[0]].group != "turns"
    }
    return {"solved": solved, **others}


def diversity_values(episodes: Sequence[Episode], num_samples: int) -> dict[str, FloatArray]:
    """Return how much the texts of the samples of each problem differ.

    These are metrics of the last messages as texts. Self-BLEU compares every sample with
    all others, so its cost grows with the square of ``num_samples``.

    Args:
        episodes: The episodes, all samples of a problem one after the other.
        num_samples: Number of episodes per problem, at least 2.

    Returns:
        Arrays of shape ``(problems,)``: ``distinct_1`` and ``distinct_2`` (see
        `distinct_n`), and ``self_bleu`` (see `self_bleu`).

    Raises:
        ArgumentError: If ``episodes`` is not in that order, or ``num_samples`` is below 2.
        MissingExtraError: If sacrebleu is not installed.
    """
    check_count("num_samples", num_samples, 2)
    texts = [
        [episode.turns[-1].completion.text for episode in group]
        for group in _group_by_problem(episodes, num_samples)
    ]
    return {
        "distinct_1": np.array([distinct_n(row, 1) for row in texts]),
        "distinct_2": np.array([distinct_n(row, 2) for row in texts]),
        "self_bleu": np.array([self_bleu(row) for row in texts]),
    }


def last_answers(
    episodes: Sequence[Episode], normalise: Callable[[str], Hashable] = str.strip
) -> list[Hashable | None]:
    """Return the answer that was extracted from each episode's last turn.

    Args:
        episodes: The episodes.
        normalise: Maps equivalent answers to equal values.

    Returns:
        One answer per episode; None if no answer was found.
    """
    verdicts = [episode.turns[-1].verdict for episode in episodes]
    return [
        None if verdict is None or verdict.answer is None else normalise(verdict.answer)
        for verdict in verdicts
    ]


def _group_by_problem(episodes: Sequence[Episode], num_samples: int) -> list[Sequence[Episode]]:
    check_count("num_samples", num_samples)
    starts = range(0, len(episodes), num_samples)
    groups = [episodes[start : start + num_samples] for start in starts]
    for group in groups:
        if len(group) != num_samples or len({episode.problem_id for episode in group}) != 1:
            must_be = f"{num_samples} of each problem, one problem after the other"
            raise argument_error("episodes", must_be, [episode.problem_id for episode in group])
    return groups


def _correct_texts(episodes: Sequence[Episode]) -> list[str]:
    turns = [episode.turns[-1] for episode in episodes]
    return [turn.completion.text for turn in turns if turn.verdict and turn.verdict.correct]


def _log_probs(episodes: Sequence[Episode]) -> list[tuple[float, ...]]:
    return [turn.completion.log_probs for episode in episodes for turn in episode.turns]
