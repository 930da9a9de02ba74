"""A place in a list of tokens, and the budget that reading may spend."""

from rethink_gym.verifiers.math.expression.parsing.lexer import Token, TokenKind
from rethink_gym.verifiers.math.expression.tree import OverLimitError, UnreadableError

__all__ = ["Cursor"]

MAX_DEPTH = 40


class Cursor:
    """Walks over tokens, one ahead of what is read.

    Args:
        tokens: What `tokenize` returned.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self._tokens[self._place]

    def ahead(self, distance: int) -> Token:
        """Return the token that comes ``distance`` after the next one."""
        return self._tokens[min(self._place + distance, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Read the next token and step over it."""
        token = self._tokens[self._place]
        if token.kind is not TokenKind.END:
            self._place += 1
        return token

    def split(self, first: Token, rest: Token) -> None:
        """Replace the next token by two."""
        self._tokens[self._place : self._place + 1] = [first, rest]

    def is_sign(self, *signs: str) -> bool:
        """Tell whether the next token is one of these signs."""
        token = self.token
        return token.kind is TokenKind.SIGN and token.text in signs

    def is_command(self, *names: str) -> bool:
        """Tell whether the next token is one of these commands."""
        token = self.token
        return token.kind is TokenKind.COMMAND and token.text in names

    def take_sign(self, *signs: str) -> str | None:
        """Step over the next token if it is one of these signs, and return it."""
        return self.take().text if self.is_sign(*signs) else None

    def expect(self, *signs: str) -> str:
        """Step over one of these signs.

        Raises:
            UnreadableError: If the next token is none of them.
        """
        if not self.is_sign(*signs):
            raise UnreadableError(f"expected {' or '.join(signs)}, found {self.token.text!r}")
        return self.take().text

    def enter(self) -> None:
        """Go one level deeper.

        Raises:
            OverLimitError: If that is too deep.
        """
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise OverLimitError(f"more than {MAX_DEPTH} levels deep")

    def leave(self) -> None:
        """Come back up one level."""
        self._depth -= 1
