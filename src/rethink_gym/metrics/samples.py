"""What several samples of one problem are worth: pass@k, votes, reranking.

Arrays hold one row per problem and one column per sample. Samples are independent,
so the first k of them are any k of them.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from math import comb

import numpy as np
import numpy.typing as npt

from rethink_gym.errors import argument_error, check_count

__all__ = [
    "crossover",
    "expected_majority_at_k",
    "majority_at_k",
    "pass_at_k",
    "rerank_at_k",
    "sample_counts",
]

Answer = Hashable | None
"""An answer in the form in which equal answers are equal; None if there is none."""
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


def pass_at_k(is_correct: BoolArray, k: int) -> FloatArray:
    """Return how likely one of k samples is right, by the unbiased estimate.

    ``1 - C(n - c, k) / C(n, k)`` for c right ones of n samples. Putting c / n into
    ``1 - (1 - p)^k`` instead gives too little.

    Args:
        is_correct: Which samples are right, shape ``(problems, samples)``.
        k: How many are looked at, at most as many as there are.

    Returns:
        Probabilities, shape ``(problems,)``.

    Raises:
        ArgumentError: If ``is_correct`` is not of that shape, or ``k`` out of its range.

    References:
        Chen et al., "Evaluating Large Language Models Trained on Code", 2021,
        section 2.1 (arXiv:2107.03374).
    """
    num_samples = _checked(is_correct, k)
    counts = is_correct.sum(axis=1).tolist()
    return np.array([1.0 - comb(num_samples - c, k) / comb(num_samples, k) for c in counts])


def majority_at_k(answers: Sequence[Sequence[Answer]], is_correct: BoolArray, k: int) -> BoolArray:
    """Return whether the answer that most of k samples give is right.

    Args:
        answers: Of each sample, in the form in which equal answers are equal; a
            sample without an answer has no vote.
        is_correct: Which samples are right, shape ``(problems, samples)``.
        k: How many samples vote, the first ones.

    Returns:
        Truth values, shape ``(problems,)``. Of answers with equally many votes the
        one that was given first wins; without any vote the problem is lost.

    Raises:
        ArgumentError: If the shapes do not fit, or ``k`` is out of its range.

    References:
        Wang et al., "Self-Consistency Improves Chain of Thought Reasoning in Language
        Models", 2023 (arXiv:2203.11171).
    """
    rows = _winners(answers, is_correct, k)
    return np.array([bool(winners and correct[winners[0]]) for winners, correct in rows])


def expected_majority_at_k(
    answers: Sequence[Sequence[Answer]], is_correct: BoolArray, k: int
) -> FloatArray:
    """Return how likely the vote is right if ties are broken by chance.

    Args:
        answers: As for `majority_at_k`.
        is_correct: Which samples are right, shape ``(problems, samples)``.
        k: How many samples vote, the first ones.

    Returns:
        Probabilities, shape ``(problems,)``.

    Raises:
        ArgumentError: If the shapes do not fit, or ``k`` is out of its range.
    """
    rows = _winners(answers, is_correct, k)
    return np.array(
        [float(correct[winners].mean()) if winners else 0.0 for winners, correct in rows]
    )


def rerank_at_k(is_correct: BoolArray, scores: npt.ArrayLike, k: int) -> BoolArray:
    """Return whether the sample that a scorer likes best is right.

    Args:
        is_correct: Which samples are right, shape ``(problems, samples)``.
        scores: What the scorer says of each, same shape.
        k: Among how many samples it chooses, the first ones.

    Returns:
        Truth values, shape ``(problems,)``; of equal scores the first counts.

    Raises:
        ArgumentError: If the shapes do not fit, or ``k`` is out of its range.

    References:
        Cobbe et al., "Training Verifiers to Solve Math Word Problems", 2021
        (arXiv:2110.14168).
    """
    _checked(is_correct, k)
    numbers = np.asarray(scores, dtype=np.float64)
    if numbers.shape != is_correct.shape:
        raise argument_error("scores", f"of shape {is_correct.shape}", numbers.shape)
    chosen = numbers[:, :k].argmax(axis=1)
    right: BoolArray = is_correct[np.arange(len(chosen)), chosen]
    return right


def crossover(base: Mapping[int, float], trained: Mapping[int, float]) -> int | None:
    """Return from how many samples on the base is at least as good as what it became.

    Args:
        base: Mean pass@k of the base by k.
        trained: The same of the trained policy.

    Returns:
        The smallest k that both were measured at where the base is not behind; None
        if it is behind everywhere.

    References:
        Yue et al., "Does Reinforcement Learning Really Incentivize Reasoning Capacity
        in LLMs Beyond the Base Model?", 2025 (arXiv:2504.13837).
    """
    return min((k for k in base if k in trained and base[k] >= trained[k]), default=None)


def sample_counts(num_samples: int) -> tuple[int, ...]:
    """Return the k to measure at: the powers of two up to all samples, and all of them.

    Args:
        num_samples: How many there are, at least 1.

    Returns:
        Such as ``(1, 2, 4, 6)`` for 6.

    Raises:
        ArgumentError: If it is no such number.
    """
    check_count("num_samples", num_samples)
    powers = {2**exponent for exponent in range(num_samples.bit_length())}
    return tuple(sorted(powers | {num_samples}))


def _winners(
    answers: Sequence[Sequence[Answer]], is_correct: BoolArray, k: int
) -> list[tuple[list[int], BoolArray]]:
    """Return for each problem where each most frequent answer stands first, in order."""
    _checked(is_correct, k)
    shape = (len(answers), *{len(row) for row in answers})
    if shape != is_correct.shape:
        raise argument_error("answers", f"of shape {is_correct.shape}", shape)
    rows = []
    for given, correct in zip(answers, is_correct, strict=True):
        votes = Counter(answer for answer in given[:k] if answer is not None)
        most = max(votes.values(), default=0)
        first = [list(given).index(answer) for answer, count in votes.items() if count == most]
        rows.append((first, correct))
    return rows


def _checked(is_correct: BoolArray, k: int) -> int:
    """Check the table and k; returns how many samples there are."""
    if is_correct.ndim != 2 or is_correct.dtype != np.bool_ or 0 in is_correct.shape:
        got = f"{is_correct.dtype} of shape {is_correct.shape}"
        raise argument_error("is_correct", "truth values of shape (problems, samples)", got)
    num_samples = int(is_correct.shape[1])
    if check_count("k", k) > num_samples:
        raise argument_error("k", f"at most the number of samples ({num_samples})", k)
    return num_samples
