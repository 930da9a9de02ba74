"""How widely a policy searches: distinct answers and solutions, entropy, coverage, support."""

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
    """Count the different answers among the samples of a problem.

    Args:
        answers: In the form in which equal answers are equal; None, for a sample
            without an answer, is not counted.

    Returns:
        How many there are.
    """
    return len(set(answers) - {None})


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, so that white space makes no difference."""
    return tuple(text.split())


def distinct_solutions(
    texts: Iterable[str], normalise: Callable[[str], Hashable | None] = words_of
) -> int:
    """Count the different solutions among texts.

    Args:
        texts: The solutions; give the right ones only to count those.
        normalise: Gives equal values for solutions that count as one, such as those
            that differ in the order of summands; None for a text that is no solution.
            By default, texts that differ in white space only are one.

    Returns:
        How many there are.
    """
    return len({normalise(text) for text in texts} - {None})


def coverage(found: Iterable[Hashable], every: Collection[Hashable]) -> float:
    """Return the share of all right solutions that was found.

    Args:
        found: What was found, in canonical form; what is not right does not count.
        every: All right solutions, where the task can list them; not empty.

    Returns:
        The share, in [0, 1].

    Raises:
        ArgumentError: If ``every`` is empty.
    """
    right = set(every)
    if not right:
        raise argument_error("every", "one or more solutions", every)
    return len(right.intersection(found)) / len(right)


def answer_entropy(answers: Iterable[Hashable | None]) -> float:
    """Return the entropy of the answers that the samples of a problem give.

    Args:
        answers: In the form in which equal answers are equal; samples without an
            answer count together as one answer.

    Returns:
        Nats, from 0 to the logarithm of how many answers there are; 0 without any.
    """
    counts = Counter(answers)
    total = counts.total()
    return -sum(count / total * math.log(count / total) for count in counts.values()) + 0.0


def effective_number(answers: Iterable[Hashable | None]) -> float:
    """Return how many equally frequent answers would have the same entropy.

    Args:
        answers: As for `answer_entropy`.

    Returns:
        ``exp(entropy)``, at least 1.
    """
    return math.exp(answer_entropy(answers))


def token_entropy(log_probs: Sequence[Sequence[float]]) -> float:
    """Estimate the entropy per token from what was drawn.

    The mean of ``-log p`` over sampled tokens; what it estimates is the entropy of the
    distribution that was drawn from, so at temperature 0 it says nothing.

    Args:
        log_probs: Of the sampled tokens of each message, natural logarithms.

    Returns:
        Nats per token; NaN if no token is known.
    """
    each = [log_prob for message in log_probs for log_prob in message]
    return -math.fsum(each) / len(each) + 0.0 if each else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportChange:
    """What training did to the set of right solutions that a policy can reach.

    Attributes:
        retention: Share of the base's solutions that are still reached; NaN if the
            base reached none.
        discovery: Share of the solutions reached now that the base did not reach; NaN
            if none is reached now.
        balance: Harmonic mean of the two; 0 if one of them is 0 or NaN.
        net_change: What was gained less what was lost, over all that either reached,
            in [-1, 1]; 0 if neither reached any.
    """

    retention: float
    discovery: float
    balance: float
    net_change: float


def support_change(base: AbstractSet[Hashable], trained: AbstractSet[Hashable]) -> SupportChange:
    """Compare the right solutions that two policies reach with equally many samples.

    Args:
        base: What the base reaches, such as pairs of problem and canonical solution.
        trained: What the trained policy reaches.

    Returns:
        What was kept, found and lost.

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
