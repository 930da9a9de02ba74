"""Split a worked solution into steps."""

import re
from typing import NamedTuple

__all__ = ["Span", "split_steps"]


class Span(NamedTuple):
    """Position of a step in the text.

    Attributes:
        start: Index of its first character.
        end: Index after its last character.
    """

    start: int
    end: int


_HEADING = re.compile(r"^[ \t>*_#]*step[ \t]+[0-9]+\b", re.MULTILINE | re.IGNORECASE)
_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s)|\Z)", re.DOTALL)


def split_steps(text: str) -> tuple[Span, ...]:
    r"""Split a worked solution into its steps.

    If at least two lines start with headings such as "Step 1", each heading starts a step.
    Otherwise every line is a step. If there is only one line, every sentence is a step.

    Args:
        text: The solution.

    Returns:
        The nonempty steps in order, without outer blanks.

    Examples:
        >>> text = "16 - 7 = 9\n9 * 2 = 18"
        >>> [text[start:end] for start, end in split_steps(text)]
        ['16 - 7 = 9', '9 * 2 = 18']
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
        sentences = _SENTENCE.finditer(text, only.start, only.end)
        steps = _stripped(text, [Span(*match.span()) for match in sentences])
    return steps


def _stripped(text: str, pieces: list[Span]) -> tuple[Span, ...]:
    """Remove the outer blanks of every piece, and drop blank pieces."""
    steps = []
    for start, end in pieces:
        piece = text[start:end]
        if step := piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            steps.append(Span(first, first + len(step)))
    return tuple(steps)
