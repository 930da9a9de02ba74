"""How far two texts are from each other."""

__all__ = ["edit_distance", "edit_ratio"]


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
