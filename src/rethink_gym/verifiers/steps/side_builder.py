"""Build a side of a claim from its tokens."""

from rethink_gym.verifiers.steps.claim import Side
from rethink_gym.verifiers.steps.prose import Token, TokenKind
from rethink_gym.verifiers.steps.quantity import Piece, converted

__all__ = ["SideBuilder"]

MAX_SIDE_CHARS = 400
"""Maximum length of a side."""
MAX_LOOSE_WORDS = 2
"""Maximum number of words of a unit that certainly belongs to all terms of the side."""

_COUNT_WORDS = "dozen dozens pair pairs couple half halves quarter quarters third thirds"
_COUNTS = frozenset(_COUNT_WORDS.split())
"""Words after a number that change its value."""


class SideBuilder:
    """Collects the pieces of a side.

    Args:
        is_first: Whether it is the first side of a chain.

    Attributes:
        pieces: The pieces so far.
        num_complete: Number of pieces that certainly belong to the side.
        is_product: Whether it contains an implicit product.
        is_doubtful: Whether words may change its value.
        has_fraction_of: Whether it takes a fraction "of" something.
        is_money: Whether the next number follows a currency sign.
    """

    def __init__(self, is_first: bool) -> None:
        self.pieces: list[Piece] = []
        self.num_complete = 0
        self.is_first = is_first
        self.is_product = False
        self.is_doubtful = False
        self.has_fraction_of = False
        self.is_money = False

    def add(self, token: Token) -> None:
        """Add a token."""
        unit = "dollar" if self.is_money and token.kind is TokenKind.NUMBER else ""
        self.is_money = self.is_money and token.kind is not TokenKind.NUMBER
        if token.kind is TokenKind.OPERATOR and self.pieces:
            before = self.pieces[-1]
            if before.kind is TokenKind.OPERATOR and before.text.strip() in ("+", "-"):
                sign = "+" if before.text.strip() == token.text else "-"
                self.pieces[-1] = before._replace(text=f" {sign} ")
                return
        blank = " " if token.is_spaced and self.pieces else ""
        self.pieces.append(Piece(blank + token.text, token.kind, unit))

    def add_operator(self, token: Token, text: str = "", *, is_in_words: bool = False) -> None:
        """Add a binary operator."""
        # In "12 = 60 divided by 5", words may follow the complete claim "12 = 60".
        self.is_doubtful |= is_in_words and not self.is_first
        self.is_doubtful |= self._is_nested_fraction(token)
        self.pieces.append(Piece(f" {text or token.text} ", TokenKind.OPERATOR))

    def add_unit(self, unit: str) -> None:
        """Add a unit to the last piece."""
        last = self.pieces[-1]
        self.pieces[-1] = last._replace(unit=f"{last.unit} {unit}".strip())

    def _is_nested_fraction(self, token: Token) -> bool:
        """Return whether the operator follows a fraction, as in ``3 / 1/4``."""
        if token.text != "/" or len(self.pieces) < 2:
            return False
        return self.pieces[-2].text.strip() == "/" and not token.is_spaced

    def ends_in_fraction(self) -> bool:
        """Return whether it ends in a percentage or fraction, so that "of" multiplies."""
        ends = [piece.text.strip() for piece in self.pieces[-3:]]
        is_fraction = len(ends) == 3 and ends[1] == "/" and ends[0].isdigit() and ends[2].isdigit()
        return ends[-1] == "%" or is_fraction or (len(ends) > 1 and ends[-1] == "}")

    def _is_loose(self, operators: set[str], units: tuple[str, ...]) -> bool:
        """Return whether words decide what a percentage or a unit refers to."""
        if self.has_fraction_of and (not self.is_first or operators & {"+", "-"}):
            return True
        return self.is_first and bool(units) and len(units[-1].split()) > MAX_LOOSE_WORDS

    def side(self) -> Side:
        """Return the side, built from the complete pieces."""
        pieces = self.pieces[: self.num_complete]
        text = "".join(piece.text for piece in pieces).strip()
        if len(text) > MAX_SIDE_CHARS:
            return Side("")
        units = tuple(piece.unit for piece in pieces if piece.unit)
        operators = {piece.text.strip() for piece in pieces if piece.kind is TokenKind.OPERATOR}
        converted_text, kind = converted(pieces) if units else ("", "")
        num_operands = sum(piece.kind in (TokenKind.NUMBER, TokenKind.NAME) for piece in pieces)
        has_counts = any(word in _COUNTS for unit in units for word in unit.lower().split())
        return Side(
            text,
            converted_text,
            kind,
            units,
            is_sum=not self.is_product and operators <= {"+", "-"},
            is_lone=num_operands == 1,
            is_doubtful=has_counts or self.is_doubtful or self._is_loose(operators, units),
        )
