"""Polynomials as they are written: their terms, their factors, and how far they go."""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

from rethink_gym.verifiers.math.expression.tree import CONSTANTS, Call, Node, Symbol, number_node
from rethink_gym.verifiers.number import Number

__all__ = ["factors_of", "is_primitive", "terms_of"]

MAX_EXPONENT = 1_000

Powers = tuple[tuple[str, int], ...]
"""The names of a term with their exponents, in the order of names."""

_MINUS_ONE = number_node(-1)


def terms_of(node: Node) -> Mapping[Powers, Fraction] | None:
    """Return the terms of a polynomial that is written as a sum of unlike terms.

    Args:
        node: Any tree.

    Returns:
        The coefficient of each term; None if something is left to multiply out, to
        collect or to cancel, or if it is no polynomial.
    """
    terms: dict[Powers, Fraction] = {}
    for part in _addends(node):
        term = _term(part)
        if term is None or term[0] in terms or (term[0] and not term[1]):
            return None
        terms[term[0]] = term[1]
    return terms


def factors_of(node: Node) -> list[tuple[Node, int]] | None:
    """Return the factors of a product, signs left out.

    Args:
        node: Any tree; what is no product is a factor by itself.

    Returns:
        Each factor with its exponent, a positive whole number; None if there is
        another exponent.
    """
    factors: list[tuple[Node, int]] = []
    for part in _multiplied(node):
        base, exponent = part, 1
        if isinstance(part, Call) and part.name == "power":
            base, above = part.arguments
            count = _count(above)
            if count is None:
                return None
            exponent = count
        if base != _MINUS_ONE:
            factors.append((base, exponent))
    return factors


def is_primitive(terms: Mapping[Powers, Fraction]) -> bool:
    """Tell whether the coefficients are whole numbers without a common factor."""
    if any(factor.denominator != 1 for factor in terms.values()):
        return False
    return math.gcd(*(int(factor) for factor in terms.values())) == 1


def _addends(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Call) and part.name == "add":
            waiting += part.arguments
        else:
            yield part


def _multiplied(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Call) and part.name == "multiply":
            waiting += part.arguments
        else:
            yield part


def _term(node: Node) -> tuple[Powers, Fraction] | None:
    """Read one number, its divisor and unlike powers of names."""
    above: list[Fraction] = []
    below: list[Fraction] = []
    powers: dict[str, int] = {}
    sign = 1
    for part in _multiplied(node):
        base, exponent = part, 1
        if isinstance(part, Call) and part.name == "power":
            base, raised = part.arguments
            if raised == _MINUS_ONE and isinstance(base, Number):
                below.append(base.value)
                continue
            count = _count(raised)
            if count is None or not isinstance(base, Symbol):
                return None
            exponent = count
        if part == _MINUS_ONE:
            sign = -sign
        elif isinstance(base, Number):
            above.append(base.value)
        elif isinstance(base, Symbol) and base.name not in CONSTANTS and base.name not in powers:
            powers[base.name] = exponent
        else:
            return None
    if len(above) > 1 or len(below) > 1 or not all(below):
        return None
    top, bottom = above[0] if above else Fraction(1), below[0] if below else Fraction(1)
    if below and (bottom.denominator != 1 or math.gcd(top.numerator, bottom.numerator) != 1):
        return None
    return tuple(sorted(powers.items())), sign * top / bottom


def _count(node: Node) -> int | None:
    if isinstance(node, Number) and node.value.denominator == 1 and 0 < node.value <= MAX_EXPONENT:
        return int(node.value)
    return None
