"""Reads one side of a chain out of the tokens of a sentence."""

from dataclasses import replace
from typing import NamedTuple

from rethink_gym.verifiers.steps.claim import Side
from rethink_gym.verifiers.steps.prose import Token, TokenKind
from rethink_gym.verifiers.steps.side_builder import Run

__all__ = ["CUTS", "STARTS", "SideReader", "Taken"]

MAX_UNIT_WORDS = 4
MAX_REMARK_TOKENS = 40

STARTS = frozenset(
    (TokenKind.NUMBER, TokenKind.NAME, TokenKind.COMMAND, TokenKind.OPEN, TokenKind.MONEY)
)
"""What an operand can start with."""

_FUNCTION_WORDS = """
    a an and are as at be because but by equals for from given gives had has have he her his if in
    is it its let now of on or our she since so than that the their then there therefore they this
    thus to was we were when where which while who will with you
"""
_NO_UNITS = frozenset(_FUNCTION_WORDS.split())

CUTS = frozenset("_|'^°@#~\\∘⊕")
"""Signs that go on with mathematics in a way that is not read."""


class Taken(NamedTuple):
    """A side, and where it stands among the tokens.

    Attributes:
        side: The side, or None if there is none.
        first: Index of its first token.
        behind: Index of the token behind it.
        stopped: Index of the token that reading stopped at, ``behind`` or a later one.
    """

    side: Side | None
    first: int
    behind: int
    stopped: int


class SideReader:
    """Reads as many tokens as make up mathematics.

    Args:
        tokens: Those of the step.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens

    def kind(self, place: int) -> TokenKind | None:
        """Return the kind of a token, None outside the step."""
        return self._tokens[place].kind if 0 <= place < len(self._tokens) else None

    def text(self, place: int) -> str:
        """Return the text of a token, nothing outside the step."""
        return self._tokens[place].text if 0 <= place < len(self._tokens) else ""

    def read(self, first: int, *, is_first: bool = False) -> Taken:
        """Read the side that starts at a token.

        Args:
            first: Index of the token; a sign or an operand.
            is_first: Whether the chain begins with it.

        Returns:
            The side; None if the tokens there make up none.
        """
        run = Run(is_first)
        place = first
        opened: list[int] = []
        end = -1
        needs_operand = True
        while place < len(self._tokens):
            token = self._tokens[place]
            kind = token.kind
            if needs_operand:
                if kind is TokenKind.OPEN:
                    opened.append(len(run.pieces))
                    run.add(token)
                elif kind is TokenKind.MONEY:
                    run.money = True
                elif kind is TokenKind.COMMAND or (
                    kind is TokenKind.OPERATOR and token.text in ("-", "+")
                ):
                    run.add(token)
                elif kind in (TokenKind.NUMBER, TokenKind.NAME):
                    run.add(token)
                    needs_operand = False
                else:
                    break
                place += 1
            else:
                before = place
                place, needs_operand = self._go_on(run, place, opened)
                if place == before:
                    break
            if not needs_operand and not opened:
                end, run.kept = place, len(run.pieces)
        if opened and not needs_operand and self.kind(place) is TokenKind.RELATION:
            run.pieces = run.pieces[opened[-1] + 1 :]  # a bracket around the whole chain
            end, run.kept = place, len(run.pieces)
        if end < 0:
            return Taken(None, first, place, max(place, first + 1))
        side = run.side()
        if self.kind(end) is TokenKind.UNREAD or (
            self.kind(end) is TokenKind.STOP and self.text(end) in CUTS
        ):
            return Taken(Side(""), first, end, max(place, first + 1))
        if end < place or self.kind(end) is TokenKind.OPERATOR:
            dangling = self.text(end) if self.kind(end) is TokenKind.OPERATOR else ""
            is_dash = dangling == "-" and self._tokens[end].is_spaced
            if dangling and not is_dash:
                side = Side("")
            elif dangling:
                side = replace(side, is_doubtful=True)
        return Taken(side, first, end, max(place, first + 1))

    def _go_on(self, run: Run, place: int, opened: list[int]) -> tuple[int, bool]:
        """Read what may follow an operand; the same place back if nothing does."""
        token = self._tokens[place]
        before, after = self.kind(place - 1), self.kind(place + 1)
        match token.kind:
            case TokenKind.OPERATOR:
                run.is_doubtful |= token.text == "^" and before is TokenKind.WORD  # cm^2
                run.operate(token, is_in_words=token.end - token.start > 2)
                run.is_doubtful |= (
                    token.text == "/" and not token.is_spaced and before is TokenKind.WORD
                )
                return place + 1, True
            case TokenKind.SUFFIX:
                run.add(token)
                return place + 1, False
            case TokenKind.CLOSE if opened:
                opened.pop()
                run.add(token)
                return place + 1, False
            case TokenKind.NAME if token.text in "xX" and self._is_times(place):
                run.operate(token, "*")
                return place + 1, True
            case TokenKind.NAME | TokenKind.OPEN | TokenKind.COMMAND if before is TokenKind.WORD:
                return place, False
            case TokenKind.NAME if token.text in "aAI" and after is TokenKind.WORD:
                return place, False  # a word after all
            case TokenKind.NAME:
                run.add(token)
                run.is_product = True
                return place + 1, False
            case TokenKind.NUMBER if before is TokenKind.CLOSE:
                run.operate(token, "*")
                run.is_doubtful = True
                return place, True
            case TokenKind.OPEN:
                if token.is_spaced and before is TokenKind.NUMBER:
                    if self._has_words(place + 1):
                        return place, False
                    run.is_doubtful = True  # a product, or a remark
                opened.append(len(run.pieces))
                run.is_product = True
                run.add(token)
                return place + 1, True
            case TokenKind.COMMAND:
                run.is_product = True
                run.add(token)
                return place + 1, True
            case TokenKind.NUMBER if token.is_spaced and self._is_mixed(place):
                run.add(token)
                return place + 1, False
            case TokenKind.WORD if token.text == "of" and run.is_share():
                if self.text(place + 1) == "the":
                    place, after = place + 1, self.kind(place + 2)
                if after in STARTS:
                    run.operate(token, "*")
                    run.has_share = True
                    return place + 1, True
                return place, False
            case TokenKind.WORD:
                return self._units(run, place), False
            case _:
                return place, False

    def _has_words(self, place: int) -> bool:
        """Tell whether a bracket holds words."""
        for at in range(place, place + MAX_REMARK_TOKENS):
            if self.kind(at) in (TokenKind.CLOSE, None):
                return False
            if self.kind(at) is TokenKind.WORD:
                return True
        return True

    def _is_times(self, place: int) -> bool:
        """Tell whether an x multiplies: it stands between two figures."""
        after = self.kind(place + 1)
        if after is TokenKind.MONEY or after is TokenKind.NUMBER:
            return True
        return after is TokenKind.OPEN and self._tokens[place].is_spaced

    def _is_mixed(self, place: int) -> bool:
        parts = [self.kind(place - 1), self.kind(place), self.kind(place + 2)]
        return parts == [TokenKind.NUMBER] * 3 and self.text(place + 1) == "/"

    def _units(self, run: Run, place: int) -> int:
        """Read the words behind a number; none if the last thing was a name."""
        if self.kind(place - 1) not in (TokenKind.NUMBER, TokenKind.CLOSE, TokenKind.SUFFIX):
            return place
        words: list[str] = []
        while self.kind(place) is TokenKind.WORD and len(words) < MAX_UNIT_WORDS:
            word = self.text(place)
            if word.lower() in _NO_UNITS:
                break
            words.append(word)
            place += 1
            if self.text(place) == "/" and self.kind(place + 1) is TokenKind.WORD:
                words.append("/")
                place += 1
        if words:
            run.unite(" ".join(words).replace(" / ", "/"))
        return place
