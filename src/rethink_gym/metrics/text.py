"""How far texts are from each other."""

from collections.abc import Sequence

from rethink_gym.errors import MissingExtraError, argument_error, check_count

__all__ = ["distinct_n", "edit_distance", "edit_ratio", "self_bleu"]


def edit_distance(first: str, second: str) -> int:
    """Count the characters to insert, delete or replace to turn one text into the other.

    A column of the table of distances is kept as two whole numbers of one bit per
    character, so that the cost is ``len(first) * len(second) / 64`` machine words.

    Args:
        first: A text.
        second: The other one.

    Returns:
        The Levenshtein distance, from 0 to the length of the longer text.

    References:
        Hyyrö, "A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit
        Distances", 2003, figure 3.
    """
    if first == second:
        return 0
    if not first or not second:
        return max(len(first), len(second))
    positions: dict[str, int] = {}
    for index, character in enumerate(first):
        positions[character] = positions.get(character, 0) | 1 << index
    last = 1 << (len(first) - 1)
    everything = (1 << len(first)) - 1
    rises, falls = everything, 0  # where the column grows or shrinks by one, downwards
    distance = len(first)
    for character in second:
        equal = positions.get(character, 0)
        straight = (((equal & rises) + rises) ^ rises) | equal | falls
        across_up = falls | (everything & ~(straight | rises))
        across_down = rises & straight
        if across_up & last:
            distance += 1
        elif across_down & last:
            distance -= 1
        across_up = across_up << 1 | 1
        across_down = across_down << 1
        rises = everything & (across_down | ~(straight | across_up))
        falls = across_up & straight & everything
    return distance


def edit_ratio(first: str, second: str) -> float:
    """Return the edit distance over the summed lengths of both texts.

    Args:
        first: A text.
        second: The other one.

    Returns:
        From 0 (the same text) to 1; two texts of one length are at most 0.5 apart.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 4 (arXiv:2409.12917).
    """
    length = len(first) + len(second)
    return edit_distance(first, second) / length if length else 0.0


def distinct_n(texts: Sequence[str], n: int) -> float:
    """Return how many of the n-grams of words in texts differ from each other.

    Args:
        texts: The texts; words are what white space separates.
        n: How many words make an n-gram, at least 1.

    Returns:
        Different n-grams over all n-grams, in (0, 1]; 0 if no text has n words.

    Raises:
        ArgumentError: If ``n`` is out of its range.

    References:
        Li et al., "A Diversity-Promoting Objective Function for Neural Conversation
        Models", 2016, section 5.3 (arXiv:1510.03055).
    """
    check_count("n", n)
    words = [text.split() for text in texts]
    grams = [tuple(row[i : i + n]) for row in words for i in range(len(row) - n + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0


def self_bleu(texts: Sequence[str], *, max_n: int = 4) -> float:
    """Return how alike texts are: the mean BLEU of each beside all others.

    Computed by nltk, with its first smoothing method, since short texts have no
    n-gram of the longest kind in common.

    Args:
        texts: Two or more; words are what white space separates.
        max_n: Words in the longest n-gram; all lengths weigh alike.

    Returns:
        From 0, nothing in common, to 1, all equal.

    Raises:
        ArgumentError: If there are fewer than two texts, or ``max_n`` is below 1.
        MissingExtraError: If nltk is not installed.

    References:
        Zhu et al., "Texygen: A Benchmarking Platform for Text Generation Models",
        2018, section 2.2 (arXiv:1802.01886).
    """
    check_count("max_n", max_n)
    if len(texts) < 2:
        raise argument_error("texts", "two or more texts", texts)
    try:
        from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            'Self-BLEU needs nltk. Install it by `pip install "rethink-gym[graders]"`.'
        ) from error
    words = [text.split() for text in texts]
    weights = (1 / max_n,) * max_n
    smoothing = SmoothingFunction().method1
    scores = [
        sentence_bleu(words[:i] + words[i + 1 :], row, weights, smoothing) if row else 0.0
        for i, row in enumerate(words)
    ]
    return float(sum(scores) / len(scores))
