"""Read what follows a value: factorial, percent and degree signs, and units."""

from rethink_gym.verifiers.math.expression.parsing.lexer import TokenKind
from rethink_gym.verifiers.math.expression.parsing.node import percent_node
from rethink_gym.verifiers.math.expression.parsing.token_stream import TokenStream
from rethink_gym.verifiers.math.expression.tree import Call, Node, Quantity, UnreadableError
from rethink_gym.verifiers.number import Number
from rethink_gym.verifiers.units import UNIT_LETTERS

__all__ = ["is_unit_after", "is_unit_letter_after", "read_postfix", "read_unit"]

MAX_UNIT_TOKENS = 12

_UNIT_ENDS = (",", ";", "and", "or", ")", "]", "=", "\\}", ":")
"""Signs that end a unit."""


def read_postfix(tokens: TokenStream, node: Node) -> Node:
    """Read factorial, percent and degree signs, and apply them to a node."""
    while True:
        if tokens.is_sign("!") and tokens.ahead(1).text != "=":
            tokens.take()
            node = Call("factorial", (node,))
        elif tokens.take_sign("%"):
            node = percent_node(node)
        elif tokens.take_command("degree"):
            token = tokens.token
            if token.kind is TokenKind.NAME and token.text in "CF":
                node = Quantity(node, f"degree {tokens.take().text}")
            elif token.kind is TokenKind.WORD and token.text in ("Celsius", "Fahrenheit"):
                node = Quantity(node, f"degree {tokens.take().text[0]}")
            else:
                node = Call("degree", (node,))
        else:
            return node


def read_unit(tokens: TokenStream) -> str:
    """Read a unit up to the end of the answer or of the item.

    Raises:
        UnreadableError: If a number or a command appears that a unit cannot have, or if
            the unit is longer than ``MAX_UNIT_TOKENS``.
    """
    words: list[str] = []
    while tokens.token.kind is not TokenKind.END and not tokens.is_sign(*_UNIT_ENDS):
        token = tokens.take()
        if token.kind is TokenKind.COMMAND and token.text not in ("frac", "cdot", "times"):
            raise UnreadableError(f"a unit contains {token.text!r}")
        if token.kind is TokenKind.NUMBER and not (words and words[-1].strip() in "^{/"):
            raise UnreadableError("a second number follows a unit")
        words.append(f" {token.text}" if token.is_spaced else token.text)
        if len(words) > MAX_UNIT_TOKENS:
            raise UnreadableError("words follow the answer")
    return "".join(words).strip()


def is_unit_letter_after(tokens: TokenStream, value: Node) -> bool:
    """Return whether the next token may be a unit of one letter, as in ``5 m``."""
    token = tokens.token
    return (
        isinstance(value, Number)
        and token.kind is TokenKind.NAME
        and token.text in UNIT_LETTERS
        and token.is_spaced
    )


def is_unit_after(tokens: TokenStream, value: Node) -> bool:
    """Return whether the next token is a unit of one letter rather than a factor."""
    if not is_unit_letter_after(tokens, value):
        return False
    after = tokens.ahead(1)
    return after.kind is TokenKind.END or after.text in ("/", "^", ",", ")")
