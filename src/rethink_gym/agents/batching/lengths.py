"""Rows of similar lengths, so that little padding is computed."""

from collections.abc import Iterator, Mapping

__all__ = ["length_groups"]


def length_groups(lengths: Mapping[int, int], max_tokens: int) -> Iterator[list[int]]:
    """Cut rows into parts of similar lengths.

    Args:
        lengths: Number of tokens of each row, by its index.
        max_tokens: Maximum number of tokens in one part, padding included; a longer row
            is a part by itself.

    Yields:
        Indices of rows, the shortest first; each is in exactly one part.
    """
    part: list[int] = []
    for index in sorted(lengths, key=lengths.__getitem__):
        if part and (len(part) + 1) * lengths[index] > max_tokens:
            yield part
            part = []
        part.append(index)
    if part:
        yield part
