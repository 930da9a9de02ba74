"""Read one side of a claim from the tokens of a step."""

from dataclasses import replace
from typing import NamedTuple

from rethink_gym.verifiers.steps.claim import Side
from rethink_gym.verifiers.steps.prose import Token, TokenKind
from rethink_gym.verifiers.steps.side_builder import SideBuilder

__all__ = ["CUTS", "STARTS", "SideReader", "SideSpan"]

MAX_UNIT_WORDS = 4
"""Maximum number of words of a unit."""
MAX_REMARK_TOKENS = 40
"""Number of tokens after a bracket that are searched for words."""

STARTS = frozenset(
    (TokenKind.NUMBER, TokenKind.NAME, TokenKind.COMMAND, TokenKind.OPEN, TokenKind.MONEY)
)
"""Kinds of token at the start of an operand."""

_FUNCTION_WORDS = """
    a an and are as at be because but by equals for from given gives had has have he her his if in
    is it its let now of on or our she since so than that the their then there therefore they this
    thus to was we were when where which while who will with you
"""
_NO_UNITS = frozenset(_FUNCTION_WORDS.split())

CUTS = frozenset("_|'^°@#~\\∘⊕")
"""Signs after which the expression continues in an unsupported notation."""


class SideSpan(NamedTuple):
    """A side and its position among the tokens.

    Attributes:
        side: The side, or None if the tokens are not a side.
        first: Index of its first token.
        end: Index after its last token.
        stopped: Index of the token at which reading stopped; ``end`` or a later one.
    """

    side: Side | None
    first: int
    end: int
    stopped: int


class SideReader:
    """Reads sides; a side is as long as the tokens are mathematics.

    Args:
        tokens: Tokens of the step.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens

    def kind(self, position: int) -> TokenKind | None:
        """Return the kind of a token; None outside the step."""
        return self._tokens[position].kind if 0 <= position < len(self._tokens) else None

    def text(self, position: int) -> str:
        """Return the text of a token; empty outside the step."""
        return self._tokens[position].text if 0 <= position < len(self._tokens) else ""

    def read(self, first: int, *, is_first: bool = False) -> SideSpan:
        """Read the side that starts at a token.

        Args:
            first: Index of the token, a sign or an operand.
            is_first: Whether it is the first side of a chain.

        Returns:
            The side with its position.
        """
        # Operands and operators alternate. A complete side ends after an operand and outside
        # all brackets; tokens after its end are read on trial and dropped if they lead nowhere.
        builder = SideBuilder(is_first)
        position = first
        opened: list[int] = []
        end = -1
        needs_operand = True
        while position < len(self._tokens):
            token = self._tokens[position]
            kind = token.kind
            if needs_operand:
                if kind is TokenKind.OPEN:
                    opened.append(len(builder.pieces))
                    builder.add(token)
                elif kind is TokenKind.MONEY:
                    builder.is_money = True
                elif kind is TokenKind.COMMAND or (
                    kind is TokenKind.OPERATOR and token.text in ("-", "+")
                ):
                    builder.add(token)
                elif kind in (TokenKind.NUMBER, TokenKind.NAME):
                    builder.add(token)
                    needs_operand = False
                else:
                    break
                position += 1
            else:
                before = position
                position, needs_operand = self._read_continuation(builder, position, opened)
                if position == before:
                    break
            if not needs_operand and not opened:
                end, builder.num_complete = position, len(builder.pieces)
        if opened and not needs_operand and self.kind(position) is TokenKind.RELATION:
            # The bracket encloses the whole chain.
            builder.pieces = builder.pieces[opened[-1] + 1 :]
            end, builder.num_complete = position, len(builder.pieces)
        if end < 0:
            return SideSpan(None, first, position, max(position, first + 1))
        side = builder.side()
        if self.kind(end) is TokenKind.UNREAD or (
            self.kind(end) is TokenKind.STOP and self.text(end) in CUTS
        ):
            return SideSpan(Side(""), first, end, max(position, first + 1))
        if end < position or self.kind(end) is TokenKind.OPERATOR:
            # An operator without an operand after it: a dash ends the side, another operator
            # makes it unreadable.
            dangling = self.text(end) if self.kind(end) is TokenKind.OPERATOR else ""
            is_dash = dangling == "-" and self._tokens[end].is_spaced
            if dangling and not is_dash:
                side = Side("")
            elif dangling:
                side = replace(side, is_doubtful=True)
        return SideSpan(side, first, end, max(position, first + 1))

    def _read_continuation(
        self, builder: SideBuilder, position: int, opened: list[int]
    ) -> tuple[int, bool]:
        """Read one token after an operand.

        Returns:
            The index of the next token, unchanged if the side ends here, and whether an
            operand must follow.
        """
        token = self._tokens[position]
        before, after = self.kind(position - 1), self.kind(position + 1)
        match token.kind:
            case TokenKind.OPERATOR:
                builder.is_doubtful |= token.text == "^" and before is TokenKind.WORD  # cm^2
                builder.add_operator(token, is_in_words=token.end - token.start > 2)
                builder.is_doubtful |= (
                    token.text == "/" and not token.is_spaced and before is TokenKind.WORD
                )
                return position + 1, True
            case TokenKind.SUFFIX:
                builder.add(token)
                return position + 1, False
            case TokenKind.CLOSE if opened:
                opened.pop()
                builder.add(token)
                return position + 1, False
            case TokenKind.NAME if token.text in "xX" and self._is_times(position):
                builder.add_operator(token, "*")
                return position + 1, True
            case TokenKind.NAME | TokenKind.OPEN | TokenKind.COMMAND if before is TokenKind.WORD:
                return position, False
            case TokenKind.NAME if token.text in "aAI" and after is TokenKind.WORD:
                return position, False  # "a" and "I" are words here
            case TokenKind.NAME:
                builder.add(token)
                builder.is_product = True
                return position + 1, False
            case TokenKind.NUMBER if before is TokenKind.CLOSE:
                builder.add_operator(token, "*")
                builder.is_doubtful = True
                return position, True
            case TokenKind.OPEN:
                if token.is_spaced and before is TokenKind.NUMBER:
                    if self._has_words(position + 1):
                        return position, False
                    builder.is_doubtful = True  # a product, or a remark
                opened.append(len(builder.pieces))
                builder.is_product = True
                builder.add(token)
                return position + 1, True
            case TokenKind.COMMAND:
                builder.is_product = True
                builder.add(token)
                return position + 1, True
            case TokenKind.NUMBER if token.is_spaced and self._is_mixed(position):
                builder.add(token)
                return position + 1, False
            case TokenKind.WORD if token.text == "of" and builder.ends_in_fraction():
                if self.text(position + 1) == "the":
                    position, after = position + 1, self.kind(position + 2)
                if after in STARTS:
                    builder.add_operator(token, "*")
                    builder.has_fraction_of = True
                    return position + 1, True
                return position, False
            case TokenKind.WORD:
                return self._read_units(builder, position), False
            case _:
                return position, False

    def _has_words(self, position: int) -> bool:
        """Return whether a bracket contains words."""
        for index in range(position, position + MAX_REMARK_TOKENS):
            if self.kind(index) in (TokenKind.CLOSE, None):
                return False
            if self.kind(index) is TokenKind.WORD:
                return True
        return True

    def _is_times(self, position: int) -> bool:
        """Return whether an x between two numbers is a multiplication sign."""
        after = self.kind(position + 1)
        if after is TokenKind.MONEY or after is TokenKind.NUMBER:
            return True
        return after is TokenKind.OPEN and self._tokens[position].is_spaced

    def _is_mixed(self, position: int) -> bool:
        parts = [self.kind(position - 1), self.kind(position), self.kind(position + 2)]
        return parts == [TokenKind.NUMBER] * 3 and self.text(position + 1) == "/"

    def _read_units(self, builder: SideBuilder, position: int) -> int:
        """Read the unit after a number; return the index after it."""
        if self.kind(position - 1) not in (TokenKind.NUMBER, TokenKind.CLOSE, TokenKind.SUFFIX):
            return position
        words: list[str] = []
        while self.kind(position) is TokenKind.WORD and len(words) < MAX_UNIT_WORDS:
            word = self.text(position)
            if word.lower() in _NO_UNITS:
                break
            words.append(word)
            position += 1
            if self.text(position) == "/" and self.kind(position + 1) is TokenKind.WORD:
                words.append("/")
                position += 1
        if words:
            builder.add_unit(" ".join(words).replace(" / ", "/"))
        return position
