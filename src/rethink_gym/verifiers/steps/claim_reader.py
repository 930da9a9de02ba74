"""Finds the claims in the words of a step."""

import re
from collections.abc import Iterator
from dataclasses import replace

from rethink_gym.verifiers.steps.claim import Chain, Side
from rethink_gym.verifiers.steps.prose import TokenKind, tokenize_prose
from rethink_gym.verifiers.steps.quantity import with_unit_letters
from rethink_gym.verifiers.steps.side_reader import CUTS, STARTS, SideReader, Taken

__all__ = ["MAX_CHAINS", "find_annotations", "find_chains", "without_annotations"]

MAX_CHAINS = 200
"""Of one step; more are not looked at."""

MAX_MARK_TOKENS = 3
MAX_CLAUSE_TOKENS = 16

_ANNOTATION = re.compile(r"<<([^<>\n]{0,400})>>")
_PREMISE_WORDS = """
    let if when for where suppose assume assuming case try trying put set setting given say with
    substitute substituting define denote plug plugging letting
"""
_PREMISE = frozenset(_PREMISE_WORDS.split())
_HYPOTHETICAL_WORDS = "if case cases suppose assume assuming when otherwise either"
_HYPOTHETICAL = frozenset(_HYPOTHETICAL_WORDS.split())
_DENIED = frozenset(("not", "said", "wrote", "claimed", "instead", "than", "of", "isn't"))
_WRONG = re.compile(
    r"[\s\"'),.:;*$`]*(?:\w+\s)?(?:(?:is|was|would be|can't be|cannot be)\s"
    r"(?:clearly |obviously |just )?(?:not|wrong|incorrect|false|impossible|a mistake|an error)\b"
    r"|isn't\b|wasn't\b)",
    re.IGNORECASE,
)


def find_annotations(step: str) -> list[str]:
    """Return what stands in the calculator annotations ``<<48/2=24>>`` of a step."""
    return _ANNOTATION.findall(step)[:MAX_CHAINS]


def without_annotations(step: str) -> str:
    """Return a step as a person reads it."""
    return _ANNOTATION.sub("", step)


def find_chains(step: str) -> list[Chain]:
    """Find what a step claims, in linear time.

    Args:
        step: The step, without annotations.

    Returns:
        The chains of equations and comparisons in it, in order.
    """
    chains = []
    for chain in _Finder(step).chains():
        chains.append(chain)
        if len(chains) >= MAX_CHAINS:
            break
    return chains


class _Finder:
    def __init__(self, step: str) -> None:
        self.step = step
        self.tokens = with_unit_letters(tokenize_prose(step))
        self.reader = SideReader(self.tokens)

    def chains(self) -> Iterator[Chain]:
        place = 0
        while place < len(self.tokens):
            kind = self.reader.kind(place)
            if kind is TokenKind.RELATION:  # what stands in front of it is words
                taken = self.reader.read(place + 1)
                place = taken.behind if taken.side else place + 1
                first = taken
            elif kind in STARTS or kind is TokenKind.OPERATOR:
                first = self._first(place)
                place = first.behind if first.side else first.stopped
            else:
                place += 1
                continue
            if first.side is None or self.reader.kind(place) is not TokenKind.RELATION:
                continue
            chain, place = self._chain(first)
            if chain is not None:
                yield chain

    def _first(self, place: int) -> Taken:
        """Read the side that a chain begins with, and weigh what stands in front."""
        tokens, reader = self.tokens, self.reader
        before = reader.kind(place - 1)
        is_after_word = before in (TokenKind.WORD, TokenKind.NAME)
        if reader.kind(place) is TokenKind.OPERATOR:
            after = tokens[place + 1] if place + 1 < len(tokens) else None
            if after is None:
                return Taken(None, place, place, place + 1)
            is_sign = reader.text(place) in ("-", "+") and not after.is_spaced
            if not is_sign or (is_after_word and not tokens[place].is_spaced):
                # the mark of a list, a dash, or the end of something unknown
                taken = reader.read(place + 1, is_first=True)
                if place == 0:
                    return _with_sign(taken) if reader.text(place) == "-" else taken
                is_dash = reader.text(place) == "-" and tokens[place].is_spaced
                return _with_doubt(taken) if is_dash else _unknown(taken)
        taken = reader.read(place, is_first=True)
        side = taken.side
        if side is None:
            return taken
        is_bare_number = side.is_lone and tokens[place].kind is not TokenKind.NAME
        is_mixed = (
            reader.kind(place) is TokenKind.NUMBER and reader.kind(place + 1) is TokenKind.NUMBER
        )
        is_foreign = before is TokenKind.WORD or (bool(side.units) and not side.kind)
        if (is_bare_number and is_foreign) or is_mixed or self._is_cut(place, taken.behind):
            return _with_doubt(taken)
        return taken

    def _is_cut(self, place: int, behind: int) -> bool:
        """Tell whether what stands in front of a side seems to belong to it."""
        reader, tokens = self.reader, self.tokens
        before = reader.kind(place - 1)
        if before is TokenKind.CLOSE and place <= MAX_MARK_TOKENS:
            return False  # the mark of a list, such as "(a)"
        if before in (TokenKind.NUMBER, TokenKind.NAME, TokenKind.CLOSE, TokenKind.OPERATOR):
            return reader.kind(place) is not TokenKind.NAME
        if before is TokenKind.UNREAD or (
            before is TokenKind.STOP and reader.text(place - 1) in CUTS
        ):
            return True
        if before is not TokenKind.WORD:
            return False
        if reader.text(place - 1) == "and" and reader.kind(place - 2) is TokenKind.NUMBER:
            return True
        if any(reader.kind(place - back) is TokenKind.OPERATOR for back in (2, 3)):
            return True
        is_range = behind == place + 3 and reader.text(place + 1) == "-"
        if is_range and not tokens[place + 1].is_spaced:  # weeks 1-2
            return True
        is_in_words = behind < len(tokens) and tokens[behind].end - tokens[behind].start > 2
        is_name = behind == place + 1 and reader.kind(place) is TokenKind.NAME
        is_fraction = behind == place + 3 and reader.text(place + 1) == "/"
        return is_in_words and (is_name or is_fraction)

    def _chain(self, first: Taken) -> tuple[Chain | None, int]:
        assert first.side is not None
        tokens, reader = self.tokens, self.reader
        sides, operators = [first.side], []
        place = last = first.behind
        while reader.kind(place) is TokenKind.RELATION:
            taken = reader.read(place + 1)
            if taken.side is None:
                if len(sides) == 1:
                    return None, place + 1
                break
            operators.append(reader.text(place))
            sides.append(taken.side)
            place = last = taken.behind
        if len(sides) < 2:
            return None, place
        before, behind = reader.text(first.first - 1).lower(), reader.text(last).lower()
        end = tokens[last - 1].end
        chain = Chain(
            tokens[first.first].start,
            end,
            tuple(sides),
            tuple(operators),
            is_premise=before in _PREMISE,
            is_quoted=before in _DENIED or _WRONG.match(self.step, end) is not None,
            is_alternative="or" in (before, behind),
            is_hypothetical=any(
                reader.text(first.first - back).lower() in _HYPOTHETICAL
                for back in range(1, MAX_CLAUSE_TOKENS)
            ),
        )
        return chain, place


def _with_doubt(taken: Taken) -> Taken:
    return (
        taken if taken.side is None else taken._replace(side=replace(taken.side, is_doubtful=True))
    )


def _with_sign(taken: Taken) -> Taken:
    """Take the dash that a line begins with for the mark of a list, or for a sign."""
    side = taken.side
    if side is None or not side.text:
        return taken
    return taken._replace(side=replace(side, other_text=f"-{side.text}"))


def _unknown(taken: Taken) -> Taken:
    return taken if taken.side is None else taken._replace(side=Side(""))
