"""What a step claims: chains of sides with signs such as ``=`` between them."""

from dataclasses import dataclass

__all__ = ["SCALE", "Chain", "Side"]

SCALE = "scale"
"""The kind of "million" and its like, which count and measure nothing."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a chain.

    Attributes:
        text: The mathematics, units taken out, as the parser is to read it; empty if
            words stand for a value in it, as in ``5 + tax``.
        converted: The same with each quantity in the standard unit of its kind; empty
            unless every term has a known unit, all of one kind.
        kind: What the units of ``converted`` measure.
        units: The units that were taken out, in order.
        is_sum: Whether it is put together by addition and subtraction alone.
        is_lone: Whether it is a single number or name.
        other_text: A second way to read it, which holds if the first does not.
        is_doubtful: Whether more or less of the sentence may belong to it, so that
            it can agree with another side but not contradict one.
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
        end: Index behind its last one.
        sides: The sides; one more than operators.
        operators: Any of ``= ~ < > <= >= !=``; ``~`` for "about".
        is_premise: Whether it is assumed, as in "let x = 5", and not claimed.
        is_quoted: Whether the text says itself that it is wrong.
        is_hypothetical: Whether it stands in a clause of assumptions, which need not
            fit what was said before.
        is_alternative: Whether it is one of several cases, as in "or x = -2".
    """

    start: int
    end: int
    sides: tuple[Side, ...]
    operators: tuple[str, ...]
    is_premise: bool = False
    is_quoted: bool = False
    is_alternative: bool = False
    is_hypothetical: bool = False
