"""Where one step of a worked solution ends and the next begins."""

import re
from typing import NamedTuple

__all__ = ["Span", "split_steps"]


class Span(NamedTuple):
    """Where a step stands.

    Attributes:
        start: Index of its first character.
        end: Index behind its last one.
    """

    start: int
    end: int


_HEADING = re.compile(r"^[ \t>*_#]*step[ \t]+[0-9]+\b", re.MULTILINE | re.IGNORECASE)
_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s)|\Z)", re.DOTALL)


def split_steps(text: str) -> tuple[Span, ...]:
    """Split a worked solution into its steps.

    Where two or more lines open with "Step 1", "Step 2", ..., a step goes from one
    such line to the next. Otherwise every line is a step; if there is only one line,
    every sentence is.

    Args:
        text: The solution.

    Returns:
        The steps in order, without the blanks around them; none is empty.
    """
    headings = [match.start() for match in _HEADING.finditer(text)]
    if len(headings) > 1:
        starts = [0, *headings]
        pieces = list(map(Span, starts, [*headings, len(text)]))
    else:
        pieces = [Span(*match.span()) for match in _LINE.finditer(text)]
    steps = _stripped(text, pieces)
    if len(steps) == 1 and len(headings) < 2:
        only = steps[0]
        found = _SENTENCE.finditer(text, only.start, only.end)
        steps = _stripped(text, [Span(*match.span()) for match in found])
    return steps


def _stripped(text: str, pieces: list[Span]) -> tuple[Span, ...]:
    """Take the blanks off both ends of every piece, and drop pieces of nothing else."""
    steps = []
    for start, end in pieces:
        piece = text[start:end]
        if step := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            steps.append(Span(first, first + len(step)))
    return tuple(steps)
