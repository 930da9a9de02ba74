"""What was read of a side so far, piece by piece."""

from rethink_gym.verifiers.steps.claim import Side
from rethink_gym.verifiers.steps.prose import Token, TokenKind
from rethink_gym.verifiers.steps.quantity import Piece, converted

__all__ = ["Run"]

MAX_SIDE_CHARS = 400
MAX_LOOSE_WORDS = 2
"""A longer unit, such as "decorations already up", may not belong to all of the sum."""

_COUNT_WORDS = "dozen dozens pair pairs couple half halves quarter quarters third thirds"
_COUNTS = frozenset(_COUNT_WORDS.split())
"""Words behind a number that change its value in a way of their own."""


class Run:
    """What was read of a side so far.

    Args:
        is_first: Whether a chain begins with it.

    Attributes:
        pieces: What was read.
        kept: How many of the pieces are known to belong to the side.
        is_product: Whether something in it is multiplied without a sign.
        is_doubtful: Whether words may change what it comes to.
        has_share: Whether it takes a part "of" something.
        money: Whether the next number stands behind a sign of money.
    """

    def __init__(self, is_first: bool) -> None:
        self.pieces: list[Piece] = []
        self.kept = 0
        self.is_first = is_first
        self.is_product = False
        self.is_doubtful = False
        self.has_share = False
        self.money = False

    def add(self, token: Token) -> None:
        """Take in a token."""
        unit = "dollar" if self.money and token.kind is TokenKind.NUMBER else ""
        self.money = self.money and token.kind is not TokenKind.NUMBER
        if token.kind is TokenKind.OPERATOR and self.pieces:
            before = self.pieces[-1]
            if before.kind is TokenKind.OPERATOR and before.text.strip() in ("+", "-"):
                sign = "+" if before.text.strip() == token.text else "-"
                self.pieces[-1] = before._replace(text=f" {sign} ")
                return
        blank = " " if token.is_spaced and self.pieces else ""
        self.pieces.append(Piece(blank + token.text, token.kind, unit))

    def operate(self, token: Token, text: str = "", *, is_in_words: bool = False) -> None:
        """Take in a sign between operands."""
        # "12 = 60 divided by 5" may go on in words after "12 = 60"
        self.is_doubtful |= is_in_words and not self.is_first
        self.is_doubtful |= self._is_nested_fraction(token)
        self.pieces.append(Piece(f" {text or token.text} ", TokenKind.OPERATOR))

    def unite(self, unit: str) -> None:
        """Give the last piece a unit."""
        last = self.pieces[-1]
        self.pieces[-1] = last._replace(unit=f"{last.unit} {unit}".strip())

    def _is_nested_fraction(self, token: Token) -> bool:
        """Tell whether ``3 / 1/4`` was written, in which blanks say what is divided."""
        if token.text != "/" or len(self.pieces) < 2:
            return False
        return self.pieces[-2].text.strip() == "/" and not token.is_spaced

    def is_share(self) -> bool:
        """Tell whether it ends in a percentage or a fraction, of which "of" takes part."""
        ends = [piece.text.strip() for piece in self.pieces[-3:]]
        is_fraction = len(ends) == 3 and ends[1] == "/" and ends[0].isdigit() and ends[2].isdigit()
        return ends[-1] == "%" or is_fraction or (len(ends) > 1 and ends[-1] == "}")

    def _is_loose(self, operators: set[str], units: tuple[str, ...]) -> bool:
        """Tell whether words decide what a percentage is of, or what is counted."""
        if self.has_share and (not self.is_first or operators & {"+", "-"}):
            return True
        return self.is_first and bool(units) and len(units[-1].split()) > MAX_LOOSE_WORDS

    def side(self) -> Side:
        """Build the side of the pieces that are known to belong to it."""
        pieces = self.pieces[: self.kept]
        text = "".join(piece.text for piece in pieces).strip()
        if len(text) > MAX_SIDE_CHARS:
            return Side("")
        units = tuple(piece.unit for piece in pieces if piece.unit)
        operators = {piece.text.strip() for piece in pieces if piece.kind is TokenKind.OPERATOR}
        in_standard, kind = converted(pieces) if units else ("", "")
        num_operands = sum(piece.kind in (TokenKind.NUMBER, TokenKind.NAME) for piece in pieces)
        has_counts = any(word in _COUNTS for unit in units for word in unit.lower().split())
        return Side(
            text,
            in_standard,
            kind,
            units,
            is_sum=not self.is_product and operators <= {"+", "-"},
            is_lone=num_operands == 1,
            is_doubtful=has_counts or self.is_doubtful or self._is_loose(operators, units),
        )
