"""Distances between texts, and diversity of several texts."""

from collections.abc import Sequence

from rethink_gym.errors import MissingExtraError, argument_error, check_count

__all__ = ["distinct_n", "edit_distance", "edit_ratio", "self_bleu"]


def edit_distance(first: str, second: str) -> int:
    """Return the Levenshtein distance of two texts.

    It is the smallest number of characters to insert, delete or replace to turn one text
    into the other. Each column of the dynamic program is stored as two integers with one
    bit per character, so the cost is ``len(first) * len(second) / 64`` machine words.

    Args:
        first: One text.
        second: The other text.

    Returns:
        The distance, from 0 to the length of the longer text.

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
    """Return the edit distance divided by the summed lengths of both texts.

    Args:
        first: One text.
        second: The other text.

    Returns:
        The ratio, from 0 (equal texts) to 1; at most 0.5 for two texts of equal length.

    References:
        Kumar et al., "Training Language Models to Self-Correct via Reinforcement
        Learning", 2024, section 4 (arXiv:2409.12917).
    """
    length = len(first) + len(second)
    return edit_distance(first, second) / length if length else 0.0


def distinct_n(texts: Sequence[str], n: int) -> float:
    """Return distinct-n: the fraction of the n-grams of several texts that are distinct.

    Args:
        texts: The texts. Words are separated by white space.
        n: Number of words per n-gram, at least 1.

    Returns:
        Number of distinct n-grams divided by number of n-grams, in (0, 1]; 0 if no text has
        n words.

    Raises:
        ArgumentError: If ``n`` is below 1.

    References:
        Li et al., "A Diversity-Promoting Objective Function for Neural Conversation
        Models", 2016, section 5.3 (arXiv:1510.03055).
    """
    check_count("n", n)
    words = [text.split() for text in texts]
    grams = [tuple(row[i : i + n]) for row in words for i in range(len(row) - n + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0


def self_bleu(texts: Sequence[str], *, max_n: int = 4) -> float:
    """Return Self-BLEU: the mean BLEU of each text with all others as references.

    Computed by sacrebleu with effective order: n-grams longer than a text do not count, so
    that equal texts score 1 at every length. A precision of zero is smoothed exponentially.

    Args:
        texts: Two or more texts. Words are separated by white space.
        max_n: Number of words of the longest n-gram; all lengths have equal weight.

    Returns:
        The mean, from 0 (no common word) to 1 (all texts are equal). A text without words
        scores 1 if another text has no words either, else 0.

    Raises:
        ArgumentError: If there are fewer than two texts, or ``max_n`` is below 1.
        MissingExtraError: If sacrebleu is not installed.

    References:
        Zhu et al., "Texygen: A Benchmarking Platform for Text Generation Models",
        2018, section 2.2 (arXiv:1802.01886).
    """
    check_count("max_n", max_n)
    if len(texts) < 2:
        raise argument_error("texts", "two or more texts", texts)
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            'Self-BLEU needs sacrebleu. Install it by `pip install "rethink-gym[graders]"`.'
        ) from error
    bleu = BLEU(max_ngram_order=max_n, effective_order=True, tokenize="none")
    texts = [" ".join(text.split()) for text in texts]
    scores = []
    for index, text in enumerate(texts):
        others = [*texts[:index], *texts[index + 1 :]]
        if text:
            # sacrebleu gives 100.00000000000004 for equal texts.
            scores.append(min(bleu.sentence_score(text, others).score / 100, 1.0))
        else:
            scores.append(float("" in others))
    return float(sum(scores) / len(scores))
