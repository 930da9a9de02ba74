"""Metrics of several samples per problem: pass@k, majority voting, reranking, crossover.

Arrays have one row per problem and one column per sample. Samples are independent and
identically distributed, so the first k of them represent any k of them.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from math import comb

import numpy as np
import numpy.typing as npt

from rethink_gym.errors import argument_error, check_count

__all__ = ["crossover", "majority_at_k", "pass_at_k", "rerank_at_k", "sample_counts"]

Answer = Hashable | None
"""An answer, normalized so that equivalent answers are equal; None without an answer."""
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


def pass_at_k(is_correct: BoolArray, k: int) -> FloatArray:
    """Return the unbiased estimate of pass@k: at least one of k samples is correct.

    It is ``1 - C(n - c, k) / C(n, k)`` for c correct ones of n samples. The plug-in
    estimate, ``1 - (1 - c/n)^k``, is biased downwards.

    Args:
        is_correct: Whether each sample is correct, shape ``(problems, samples)``.
        k: Number of samples drawn, at most the number of samples.

    Returns:
        Probabilities, shape ``(problems,)``.

    Raises:
        ArgumentError: If ``is_correct`` does not have that shape, or ``k`` is not a number
            from 1 to the number of samples.

    References:
        Chen et al., "Evaluating Large Language Models Trained on Code", 2021,
        section 2.1 (arXiv:2107.03374).
    """
    num_samples = _check_samples(is_correct, k)
    counts = is_correct.sum(axis=1).tolist()
    return np.array([1.0 - comb(num_samples - c, k) / comb(num_samples, k) for c in counts])


def majority_at_k(answers: Sequence[Sequence[Answer]], is_correct: BoolArray, k: int) -> BoolArray:
    """Return whether the majority answer of k samples is correct (self-consistency).

    Args:
        answers: One answer per sample, normalized so that equivalent answers are equal. A
            sample without an answer (None) has no vote.
        is_correct: Whether each sample is correct, shape ``(problems, samples)``.
        k: Number of samples that vote; these are the first ones.

    Returns:
        Booleans, shape ``(problems,)``. Among answers with equally many votes, the one
        that was sampled first wins. A problem without any vote counts as incorrect.

    Raises:
        ArgumentError: If the shapes differ, or ``k`` is not a number from 1 to the number
            of samples.

    References:
        Wang et al., "Self-Consistency Improves Chain of Thought Reasoning in Language
        Models", 2023 (arXiv:2203.11171).
    """
    _check_samples(is_correct, k)
    shape = (len(answers), *{len(row) for row in answers})
    if shape != is_correct.shape:
        raise argument_error("answers", f"of shape {is_correct.shape}", shape)
    is_majority_correct = np.zeros(len(answers), dtype=np.bool_)
    for row, sampled in enumerate(answers):
        votes = Counter(answer for answer in sampled[:k] if answer is not None)
        if votes:
            # A Counter keeps the order of insertion, so max returns the first of a tie.
            winner = max(votes, key=votes.__getitem__)
            is_majority_correct[row] = is_correct[row, list(sampled).index(winner)]
    return is_majority_correct


def rerank_at_k(is_correct: BoolArray, scores: npt.ArrayLike, k: int) -> BoolArray:
    """Return whether the best-scored of k samples is correct (best-of-n).

    Args:
        is_correct: Whether each sample is correct, shape ``(problems, samples)``.
        scores: Scores of the samples, same shape.
        k: Number of samples to choose from; these are the first ones.

    Returns:
        Booleans, shape ``(problems,)``. Of equal scores, the first one is chosen.

    Raises:
        ArgumentError: If the shapes differ, or ``k`` is not a number from 1 to the number
            of samples.

    References:
        Cobbe et al., "Training Verifiers to Solve Math Word Problems", 2021
        (arXiv:2110.14168).
    """
    _check_samples(is_correct, k)
    numbers = np.asarray(scores, dtype=np.float64)
    if numbers.shape != is_correct.shape:
        raise argument_error("scores", f"of shape {is_correct.shape}", numbers.shape)
    chosen = numbers[:, :k].argmax(axis=1)
    is_chosen_correct: BoolArray = is_correct[np.arange(len(chosen)), chosen]
    return is_chosen_correct


def crossover(base: Mapping[int, float], trained: Mapping[int, float]) -> int | None:
    """Return the smallest k at which the base policy's pass@k reaches the trained policy's.

    Args:
        base: Mean pass@k of the base policy, by k.
        trained: Mean pass@k of the trained policy, by k.

    Returns:
        The smallest common k with ``base[k] >= trained[k]``; None if there is no such k.

    References:
        Yue et al., "Does Reinforcement Learning Really Incentivize Reasoning Capacity
        in LLMs Beyond the Base Model?", 2025 (arXiv:2504.13837).
    """
    return min((k for k in base if k in trained and base[k] >= trained[k]), default=None)


def sample_counts(num_samples: int) -> tuple[int, ...]:
    """Return the values of k to report: the powers of two below ``num_samples``, and itself.

    Args:
        num_samples: Number of samples per problem, at least 1.

    Returns:
        The values in increasing order, such as ``(1, 2, 4, 6)`` for 6 samples.

    Raises:
        ArgumentError: If ``num_samples`` is not a whole number of at least 1.
    """
    check_count("num_samples", num_samples)
    powers = {2**exponent for exponent in range(num_samples.bit_length())}
    return tuple(sorted(powers | {num_samples}))


def _check_samples(is_correct: BoolArray, k: int) -> int:
    """Check ``is_correct`` and ``k``; return the number of samples per problem."""
    if is_correct.ndim != 2 or is_correct.dtype != np.bool_ or 0 in is_correct.shape:
        got = f"{is_correct.dtype} of shape {is_correct.shape}"
        raise argument_error("is_correct", "booleans of shape (problems, samples)", got)
    num_samples = int(is_correct.shape[1])
    if check_count("k", k) > num_samples:
        raise argument_error("k", f"at most the number of samples ({num_samples})", k)
    return num_samples
