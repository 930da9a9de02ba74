"""Find the claims in the text of a step."""

import re
from collections.abc import Iterator
from dataclasses import replace

from rethink_gym.verifiers.steps.claim import Chain, Side
from rethink_gym.verifiers.steps.prose import TokenKind, tokenize_prose
from rethink_gym.verifiers.steps.quantity import with_unit_letters
from rethink_gym.verifiers.steps.side_reader import CUTS, STARTS, SideReader, SideSpan

__all__ = ["MAX_CHAINS", "find_annotations", "find_chains", "without_annotations"]

MAX_CHAINS = 200
"""Maximum number of claims of a step; further ones are ignored."""

MAX_MARK_TOKENS = 3
"""Maximum length of a list marker, such as "(a)", in tokens."""
MAX_CLAUSE_TOKENS = 16
"""Number of tokens before a claim that are searched for words of assumption."""

_ANNOTATION = re.compile(r"<<([^<>\n]{0,400})>>")
_PREMISE_WORDS = """
    let if when for where suppose assume assuming case try trying put set setting given say with
    substitute substituting define denote plug plugging letting
"""
_PREMISE = frozenset(_PREMISE_WORDS.split())
_HYPOTHETICAL_WORDS = "if case cases suppose assume assuming when otherwise either"
_HYPOTHETICAL = frozenset(_HYPOTHETICAL_WORDS.split())
_DENIAL_WORDS = frozenset(("not", "said", "wrote", "claimed", "instead", "than", "of", "isn't"))
_CALLED_INCORRECT = re.compile(
    r"[\s\"'),.:;*$`]*(?:\w+\s)?(?:(?:is|was|would be|can't be|cannot be)\s"
    r"(?:clearly |obviously |just )?(?:not|wrong|incorrect|false|impossible|a mistake|an error)\b"
    r"|isn't\b|wasn't\b)",
    re.IGNORECASE,
)


def find_annotations(step: str) -> list[str]:
    """Return the contents of a step's calculator annotations, such as ``<<48/2=24>>``."""
    return _ANNOTATION.findall(step)[:MAX_CHAINS]


def without_annotations(step: str) -> str:
    """Return a step without its calculator annotations."""
    return _ANNOTATION.sub("", step)


def find_chains(step: str) -> list[Chain]:
    """Find the claims of a step, in linear time.

    Args:
        step: The step, without annotations.

    Returns:
        Its chains of equations and comparisons, in order.
    """
    chains = []
    for chain in _Finder(step).chains():
        chains.append(chain)
        if len(chains) >= MAX_CHAINS:
            break
    return chains


class _Finder:
    """Finds the chains of a step from left to right."""

    def __init__(self, step: str) -> None:
        self.step = step
        self.tokens = with_unit_letters(tokenize_prose(step))
        self.reader = SideReader(self.tokens)

    def chains(self) -> Iterator[Chain]:
        position = 0
        while position < len(self.tokens):
            kind = self.reader.kind(position)
            if kind is TokenKind.RELATION:  # the left side is in words
                first = self.reader.read(position + 1)
                position = first.end if first.side else position + 1
            elif kind in STARTS or kind is TokenKind.OPERATOR:
                first = self._first_side(position)
                position = first.end if first.side else first.stopped
            else:
                position += 1
                continue
            if first.side is None or self.reader.kind(position) is not TokenKind.RELATION:
                continue
            chain, position = self._read_chain(first)
            if chain is not None:
                yield chain

    def _first_side(self, position: int) -> SideSpan:
        """Read the first side of a chain; what precedes it can make it doubtful."""
        tokens, reader = self.tokens, self.reader
        before = reader.kind(position - 1)
        is_after_word = before in (TokenKind.WORD, TokenKind.NAME)
        if reader.kind(position) is TokenKind.OPERATOR:
            after = tokens[position + 1] if position + 1 < len(tokens) else None
            if after is None:
                return SideSpan(None, position, position, position + 1)
            is_sign = reader.text(position) in ("-", "+") and not after.is_spaced
            if not is_sign or (is_after_word and not tokens[position].is_spaced):
                # a list marker, a dash, or the end of an unreadable expression
                span = reader.read(position + 1, is_first=True)
                if position == 0:
                    return _with_sign(span) if reader.text(position) == "-" else span
                is_dash = reader.text(position) == "-" and tokens[position].is_spaced
                return _with_doubt(span) if is_dash else _as_unreadable(span)
        span = reader.read(position, is_first=True)
        side = span.side
        if side is None:
            return span
        is_bare_number = side.is_lone and tokens[position].kind is not TokenKind.NAME
        is_mixed = (
            reader.kind(position) is TokenKind.NUMBER
            and reader.kind(position + 1) is TokenKind.NUMBER
        )
        is_foreign = before is TokenKind.WORD or (bool(side.units) and not side.kind)
        if (is_bare_number and is_foreign) or is_mixed or self._is_cut(position, span.end):
            return _with_doubt(span)
        return span

    def _is_cut(self, position: int, end: int) -> bool:
        """Return whether the tokens before a side seem to belong to it."""
        reader, tokens = self.reader, self.tokens
        before = reader.kind(position - 1)
        if before is TokenKind.CLOSE and position <= MAX_MARK_TOKENS:
            return False  # a list marker, such as "(a)"
        if before in (TokenKind.NUMBER, TokenKind.NAME, TokenKind.CLOSE, TokenKind.OPERATOR):
            return reader.kind(position) is not TokenKind.NAME
        if before is TokenKind.UNREAD or (
            before is TokenKind.STOP and reader.text(position - 1) in CUTS
        ):
            return True
        if before is not TokenKind.WORD:
            return False
        # A mixed number in words, such as "3 and 1/2".
        if reader.text(position - 1) == "and" and reader.kind(position - 2) is TokenKind.NUMBER:
            return True
        # The word before is an operand itself, as in "5 + tax".
        if any(reader.kind(position - back) is TokenKind.OPERATOR for back in (2, 3)):
            return True
        is_range = end == position + 3 and reader.text(position + 1) == "-"
        if is_range and not tokens[position + 1].is_spaced:  # weeks 1-2
            return True
        # A name or fraction before a relation in words, as in "4/7 is equal to $24", can be a
        # part of a longer phrase.
        is_in_words = end < len(tokens) and tokens[end].end - tokens[end].start > 2
        is_name = end == position + 1 and reader.kind(position) is TokenKind.NAME
        is_fraction = end == position + 3 and reader.text(position + 1) == "/"
        return is_in_words and (is_name or is_fraction)

    def _read_chain(self, first: SideSpan) -> tuple[Chain | None, int]:
        """Read the rest of a chain; return it and the index of the token after it."""
        assert first.side is not None
        tokens, reader = self.tokens, self.reader
        sides, operators = [first.side], []
        position = last = first.end
        while reader.kind(position) is TokenKind.RELATION:
            span = reader.read(position + 1)
            if span.side is None:
                if len(sides) == 1:
                    return None, position + 1
                break
            operators.append(reader.text(position))
            sides.append(span.side)
            position = last = span.end
        if len(sides) < 2:
            return None, position
        before, after = reader.text(first.first - 1).lower(), reader.text(last).lower()
        end = tokens[last - 1].end
        chain = Chain(
            tokens[first.first].start,
            end,
            tuple(sides),
            tuple(operators),
            is_premise=before in _PREMISE,
            is_quoted=before in _DENIAL_WORDS
            or _CALLED_INCORRECT.match(self.step, end) is not None,
            is_alternative="or" in (before, after),
            is_hypothetical=any(
                reader.text(first.first - back).lower() in _HYPOTHETICAL
                for back in range(1, MAX_CLAUSE_TOKENS)
            ),
        )
        return chain, position


def _with_doubt(span: SideSpan) -> SideSpan:
    return span if span.side is None else span._replace(side=replace(span.side, is_doubtful=True))


def _with_sign(span: SideSpan) -> SideSpan:
    """Add the reading in which the dash at the start of a line is a sign, not a list marker."""
    side = span.side
    if side is None or not side.text:
        return span
    return span._replace(side=replace(side, other_text=f"-{side.text}"))


def _as_unreadable(span: SideSpan) -> SideSpan:
    return span if span.side is None else span._replace(side=Side(""))
