"""Read the terms and factors of a polynomial as it is written."""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

from rethink_gym.verifiers.math.expression.tree import CONSTANTS, Call, Node, Symbol, number_node
from rethink_gym.verifiers.number import Number

__all__ = ["factors_of", "is_primitive", "terms_of"]

MAX_EXPONENT = 1_000

Powers = tuple[tuple[str, int], ...]
"""The variables of a term with their exponents, in the order of their names."""

_MINUS_ONE = number_node(-1)


def terms_of(node: Node) -> Mapping[Powers, Fraction] | None:
    """Return the terms of a polynomial that is written as a sum of unlike terms.

    Args:
        node: Any tree.

    Returns:
        The coefficient of each term; None if the tree is not a polynomial, or can be
        multiplied out, collected or cancelled further.
    """
    terms: dict[Powers, Fraction] = {}
    for part in _operands(node, "add"):
        term = _read_term(part)
        if term is None or term[0] in terms or (term[0] and not term[1]):
            return None
        terms[term[0]] = term[1]
    return terms


def factors_of(node: Node) -> list[tuple[Node, int]] | None:
    """Return the factors of a product, without its sign.

    Args:
        node: Any tree; any tree but a product is its own only factor.

    Returns:
        Each factor with its exponent; None if an exponent is not a positive whole number.
    """
    factors: list[tuple[Node, int]] = []
    for part in _operands(node, "multiply"):
        base, exponent = part, 1
        if isinstance(part, Call) and part.name == "power":
            base, raised = part.arguments
            count = _whole_exponent(raised)
            if count is None:
                return None
            exponent = count
        if base != _MINUS_ONE:
            factors.append((base, exponent))
    return factors


def is_primitive(terms: Mapping[Powers, Fraction]) -> bool:
    """Return whether the coefficients are whole numbers without a common factor."""
    if any(factor.denominator != 1 for factor in terms.values()):
        return False
    return math.gcd(*(int(factor) for factor in terms.values())) == 1


def _operands(node: Node, name: str) -> Iterator[Node]:
    """Yield the operands of nested sums (``"add"``) or products (``"multiply"``)."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Call) and part.name == name:
            waiting += part.arguments
        else:
            yield part


def _read_term(node: Node) -> tuple[Powers, Fraction] | None:
    """Return the variables and the coefficient of a term; None if it is not a reduced term."""
    numerators: list[Fraction] = []
    denominators: list[Fraction] = []
    powers: dict[str, int] = {}
    sign = 1
    for part in _operands(node, "multiply"):
        base, exponent = part, 1
        if isinstance(part, Call) and part.name == "power":
            base, raised = part.arguments
            if raised == _MINUS_ONE and isinstance(base, Number):
                denominators.append(base.value)
                continue
            count = _whole_exponent(raised)
            if count is None or not isinstance(base, Symbol):
                return None
            exponent = count
        if part == _MINUS_ONE:
            sign = -sign
        elif isinstance(base, Number):
            numerators.append(base.value)
        elif isinstance(base, Symbol) and base.name not in CONSTANTS and base.name not in powers:
            powers[base.name] = exponent
        else:
            return None
    if len(numerators) > 1 or len(denominators) > 1 or not all(denominators):
        return None
    numerator = numerators[0] if numerators else Fraction(1)
    denominator = denominators[0] if denominators else Fraction(1)
    if denominators and denominator.denominator != 1:
        return None
    if denominators and math.gcd(numerator.numerator, denominator.numerator) != 1:
        return None  # it can be cancelled
    return tuple(sorted(powers.items())), sign * numerator / denominator


def _whole_exponent(node: Node) -> int | None:
    if isinstance(node, Number) and node.value.denominator == 1 and 0 < node.value <= MAX_EXPONENT:
        return int(node.value)
    return None
