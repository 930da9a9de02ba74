"""Exploration metrics: distinct answers and solutions, entropy, coverage, support."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from rethink_gym.errors import argument_error

__all__ = [
    "SupportChange",
    "answer_entropy",
    "coverage",
    "distinct_answers",
    "distinct_solutions",
    "effective_number",
    "support_change",
    "token_entropy",
    "words_of",
]


def distinct_answers(answers: Iterable[Hashable | None]) -> int:
    """Count the distinct answers among the samples of a problem.

    Args:
        answers: One answer per sample, normalized so that equivalent answers are equal.
            None, for a sample without an answer, is not counted.

    Returns:
        The number of distinct answers.
    """
    return len(set(answers) - {None})


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, without the white space between them."""
    return tuple(text.split())


def distinct_solutions(
    texts: Iterable[str], normalise: Callable[[str], Hashable | None] = words_of
) -> int:
    """Count the distinct solutions among texts.

    Args:
        texts: The solutions. To count correct solutions, pass only these.
        normalise: Maps equivalent solutions, such as two orders of the same summands, to
            equal values, and a text that is not a solution to None. By default only
            white space is ignored.

    Returns:
        The number of distinct solutions.
    """
    return len({normalise(text) for text in texts} - {None})


def coverage(found: Iterable[Hashable], every: Collection[Hashable]) -> float:
    """Return the fraction of all correct solutions that were found.

    Args:
        found: Canonical forms of the solutions found. Forms that are not in ``every`` are
            ignored.
        every: Canonical forms of all correct solutions; not empty.

    Returns:
        The fraction, in [0, 1].

    Raises:
        ArgumentError: If ``every`` is empty.
    """
    correct = set(every)
    if not correct:
        raise argument_error("every", "one or more solutions", every)
    return len(correct.intersection(found)) / len(correct)


def answer_entropy(answers: Iterable[Hashable | None]) -> float:
    """Return the entropy of the empirical distribution of a problem's answers.

    Args:
        answers: One answer per sample, normalized so that equivalent answers are equal.
            All samples without an answer (None) count as one further answer.

    Returns:
        The entropy in nats, from 0 to the logarithm of the number of distinct answers; 0
        without samples.
    """
    counts = Counter(answers)
    total = counts.total()
    return -sum(count / total * math.log(count / total) for count in counts.values()) + 0.0


def effective_number(answers: Iterable[Hashable | None]) -> float:
    """Return the effective number of answers, ``exp(entropy)``.

    It is the number of equally frequent answers that have the same entropy.

    Args:
        answers: As for `answer_entropy`.

    Returns:
        The number, at least 1.
    """
    return math.exp(answer_entropy(answers))


def token_entropy(log_probs: Sequence[Sequence[float]]) -> float:
    """Estimate the entropy per token from the sampled tokens.

    The estimate is the mean of ``-log p`` over them. It refers to the distribution that was
    sampled from, so it is meaningless for greedy decoding (temperature 0).

    Args:
        log_probs: Natural logarithms of the probabilities of the sampled tokens, one
            sequence per message.

    Returns:
        Nats per token; NaN without tokens.
    """
    each = [log_prob for message in log_probs for log_prob in message]
    return -math.fsum(each) / len(each) + 0.0 if each else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportChange:
    """How training changed the support: the set of correct solutions that a policy reaches.

    Attributes:
        retention: Fraction of the base policy's solutions that the trained policy reaches;
            NaN if the base policy reaches no solution.
        discovery: Fraction of the trained policy's solutions that the base policy does not
            reach; NaN if the trained policy reaches no solution.
        balance: Harmonic mean of the two; 0 if one of them is 0 or NaN.
        net_change: Number of solutions gained minus number lost, divided by the number of
            solutions that either policy reaches, in [-1, 1]; 0 if neither reaches any.
    """

    retention: float
    discovery: float
    balance: float
    net_change: float


def support_change(base: AbstractSet[Hashable], trained: AbstractSet[Hashable]) -> SupportChange:
    """Compare the correct solutions that two policies reach with equally many samples.

    Args:
        base: Solutions of the base policy, such as pairs of a problem id and a canonical
            solution.
        trained: Solutions of the trained policy.

    Returns:
        The fractions retained and discovered, their balance, and the net change.

    References:
        Wu et al., "The Invisible Leash: Why RLVR May Not Escape Its Origin", 2025
        (arXiv:2507.14843).
    """
    kept, gained, lost = len(base & trained), len(trained - base), len(base - trained)
    retention = kept / len(base) if base else math.nan
    discovery = gained / len(trained) if trained else math.nan
    balance = 2 / (1 / retention + 1 / discovery) if kept and gained else 0.0
    union = kept + gained + lost
    net_change = (gained - lost) / union if union else 0.0
    return SupportChange(
        retention=retention, discovery=discovery, balance=balance, net_change=net_change
    )
