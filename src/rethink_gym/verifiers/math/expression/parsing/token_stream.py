"""A position in a list of tokens, and the depth of nesting that is still allowed."""

from rethink_gym.verifiers.math.expression.parsing.lexer import Token, TokenKind
from rethink_gym.verifiers.math.expression.tree import (
    OverLimitError,
    UnreadableError,
    number_node,
)

__all__ = ["TokenStream"]

MAX_DEPTH = 40


class TokenStream:
    """Tokens with a read position and one token of lookahead.

    Args:
        tokens: The tokens returned by `tokenize`.

    Attributes:
        token: The next token.
        depth: Number of levels entered and not left.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0
        self.token = tokens[0]
        self.depth = 0

    def ahead(self, distance: int) -> Token:
        """Return the token ``distance`` after the next one; past the end, the last one."""
        return self._tokens[min(self._index + distance, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Return the next token and move past it."""
        token = self.token
        if token.kind is not TokenKind.END:
            self._index += 1
            self.token = self._tokens[self._index]
        return token

    def split_digit(self) -> None:
        """Split the first digit off the next token, a whole number."""
        digits, is_spaced = self.token.text, self.token.is_spaced
        self.token = _number_token(digits[0], is_spaced)
        rest = _number_token(digits[1:], is_spaced=False)
        self._tokens[self._index : self._index + 1] = [self.token, rest]

    def mark(self) -> tuple[int, int]:
        """Return the current position and depth, for `reset`."""
        return self._index, self.depth

    def reset(self, mark: tuple[int, int]) -> None:
        """Return to a position and depth that `mark` has returned."""
        self._index, self.depth = mark
        self.token = self._tokens[self._index]

    def is_sign(self, *signs: str) -> bool:
        """Return whether the next token is one of these signs."""
        token = self.token
        return token.kind is TokenKind.SIGN and token.text in signs

    def is_command(self, *names: str) -> bool:
        """Return whether the next token is one of these commands."""
        token = self.token
        return token.kind is TokenKind.COMMAND and token.text in names

    def take_sign(self, *signs: str) -> str | None:
        """Move past one of these signs and return it; None if the next token is another."""
        return self.take().text if self.is_sign(*signs) else None

    def take_command(self, *names: str) -> str | None:
        """Move past one of these commands and return it; None if the next token is another."""
        return self.take().text if self.is_command(*names) else None

    def expect_sign(self, *signs: str) -> str:
        """Move past one of these signs and return it.

        Raises:
            UnreadableError: If the next token is not one of ``signs``.
        """
        if not self.is_sign(*signs):
            raise UnreadableError(f"expected {' or '.join(signs)}, found {self.token.text!r}")
        return self.take().text

    def enter(self) -> None:
        """Enter one level of nesting.

        Raises:
            OverLimitError: If that exceeds ``MAX_DEPTH``.
        """
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise OverLimitError(f"more than {MAX_DEPTH} levels deep")

    def leave(self) -> None:
        """Leave one level of nesting."""
        self.depth -= 1


def _number_token(digits: str, is_spaced: bool) -> Token:
    return Token(TokenKind.NUMBER, digits, is_spaced, number_node(int(digits)))
