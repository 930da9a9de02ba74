"""Claims of a step: chains of sides joined by relations such as ``=``."""

from dataclasses import dataclass

__all__ = ["SCALE", "Chain", "Side"]

SCALE = "scale"
"""Kind of words such as "million", which scale a number but are not units."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a chain.

    Attributes:
        text: Text for the expression parser, without units; empty if words represent a
            value, as in ``5 + tax``.
        converted: The same text with each quantity in the standard unit of its kind; empty
            unless every term has a known unit and all are of one kind.
        kind: Kind of the units of ``converted``, such as length.
        units: The removed units, in order.
        is_sum: Whether it has no other operators than plus and minus.
        is_lone: Whether it is a single number or name.
        other_text: Alternative reading, used if ``text`` contradicts the claim.
        is_doubtful: Whether its borders in the sentence are uncertain. A doubtful side can
            confirm a claim but not refute it.
    """

    text: str
    converted: str = ""
    kind: str = ""
    units: tuple[str, ...] = ()
    is_sum: bool = False
    is_lone: bool = False
    other_text: str = ""
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Two or more sides, compared from left to right.

    Attributes:
        start: Index of its first character in the step.
        end: Index after its last character.
        sides: The sides; one more than ``operators``.
        operators: The relations: ``= ~ < > <= >= !=``, where ``~`` means "about".
        is_premise: Whether it is assumed, as in "let x = 5", not claimed.
        is_quoted: Whether the text itself calls it incorrect.
        is_alternative: Whether it is one of several cases, as in "or x = -2".
        is_hypothetical: Whether it is part of a clause of assumptions, which may contradict
            earlier steps.
    """

    start: int
    end: int
    sides: tuple[Side, ...]
    operators: tuple[str, ...]
    is_premise: bool = False
    is_quoted: bool = False
    is_alternative: bool = False
    is_hypothetical: bool = False
