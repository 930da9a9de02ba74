r"""Check whether an answer is worked out and written in the form of the gold answer.

An answer may have the correct value and still not answer the question: ``3-1-6`` for the
value of ``3-1-6``, ``x^2+3x+2`` for its factors, ``3500 m`` in km. The form of the gold
answer is the required one.
"""

import math
import re
from functools import lru_cache

from rethink_gym.verifiers.math.expression.comparison.monomial import (
    factors_of,
    is_primitive,
    terms_of,
)
from rethink_gym.verifiers.math.expression.comparison.normal_form import is_equation, strip_label
from rethink_gym.verifiers.math.expression.parsing.notation import plain_notation
from rethink_gym.verifiers.math.expression.parsing.parser import parse
from rethink_gym.verifiers.math.expression.tree import (
    Call,
    ExpressionError,
    Group,
    Node,
    Quantity,
    Relation,
    symbols_of,
    walk,
)
from rethink_gym.verifiers.number import Number
from rethink_gym.verifiers.units import are_same_unit, unit_factor

__all__ = ["flaw_of", "flaw_of_fractions", "has_calculus"]

_CALCULUS = frozenset(("integral", "derivative", "limit", "sum", "product"))

_FRACTION = re.compile(
    r"(?<![0-9,])([0-9][0-9,]*)\s*/\s*([0-9][0-9,]*)"
    r"|\\frac\s*(?:\{\s*-?([0-9]+)\s*\}|([0-9]))\s*(?:\{\s*-?([0-9]+)\s*\}|([0-9]))"
)
_NOT_WORKED_OUT = "it is not worked out"
_NOT_EXPANDED = "it is not a sum of unlike terms"
_NOT_FACTORED = "it is not factored completely"


def flaw_of(text: str, gold: str) -> str:
    """Return what is wrong with the form of an answer whose value is correct.

    Args:
        text: The answer.
        gold: The gold answer, in the required form: a whole number, a fraction in lowest
            terms, a decimal, a percentage; a quantity, whose unit counts; a sum of unlike
            terms; a product of polynomials, or of powers of primes; a list of numbers. A
            gold of another form only requires that derivatives, integrals and the like
            are worked out.

    Returns:
        The flaw, as a clause; empty if the form is the required one.
    """
    try:
        wanted, answer = _parse_gold(gold), parse(text)
    except (ExpressionError, RecursionError):
        return ""  # the two were equal as texts
    match wanted:
        case Group(items=items):
            return _flaw_of_list(answer, items, text)
        case _:
            return _flaw_of_value(_last_side(answer), wanted, text.rpartition("=")[2])


def flaw_of_fractions(text: str) -> str:
    """Return a clause if a fraction in an answer is not in lowest terms; else an empty text."""
    for match in _FRACTION.finditer(plain_notation(text)):
        numerator, denominator = _terms_of_fraction(match)
        if math.gcd(numerator, denominator) != 1 or denominator == 1:
            return "a fraction in it is not in lowest terms"
    return ""


def has_calculus(node: Node) -> bool:
    """Return whether an expression has an operation of calculus or an unknown function."""
    return any(
        isinstance(part, Call) and (part.name in _CALCULUS or part.name.startswith("function "))
        for part in walk(node)
    )


@lru_cache(maxsize=8192)
def _parse_gold(gold: str) -> Node:
    return parse(gold)


def _last_side(answer: Node) -> Node:
    """Return the last side of an equation such as ``x=3`` or ``1+2=3``; else the answer."""
    if not is_equation(answer):
        return answer
    value = strip_label(answer)
    return value.sides[-1] if isinstance(value, Relation) else value


def _flaw_of_value(answer: Node, gold: Node, text: str) -> str:
    if isinstance(gold, Quantity):
        if isinstance(answer, Quantity) and not _have_same_unit(answer, gold):
            return "it is in another unit"
        gold = gold.value
    if isinstance(gold, Number):
        return _flaw_of_number(answer, gold, text)
    if not symbols_of(gold) and _is_product(gold):
        return _flaw_of_primes(answer, gold)
    if terms_of(gold) is not None:
        return "" if terms_of(answer) is not None else _NOT_EXPANDED
    if _is_product(gold) and (wanted := _num_polynomials(gold)) is not None:
        return "" if _num_polynomials(answer) == wanted else _NOT_FACTORED
    return _NOT_WORKED_OUT if has_calculus(answer) else ""


def _have_same_unit(left: Quantity, right: Quantity) -> bool:
    one, other = unit_factor(left.unit), unit_factor(right.unit)
    if one is None or other is None:
        return are_same_unit(left.unit, right.unit)
    return one == other


def _flaw_of_number(answer: Node, gold: Number, text: str) -> str:
    if isinstance(answer, Quantity):
        answer = answer.value
    if not isinstance(answer, Number) or "_" in text:
        return _NOT_WORKED_OUT
    if gold.is_percent:
        is_percentage = answer.is_percent or answer.value == 100 * gold.value
        return "" if is_percentage else "it is not a percentage"
    if answer.is_percent:
        return "it is a percentage"
    fractions = [_terms_of_fraction(match) for match in _FRACTION.finditer(plain_notation(text))]
    if any(math.gcd(above, below) != 1 or below == 1 for above, below in fractions):
        return "it is not in lowest terms"
    if gold.decimals is not None:
        return "it is not written as a decimal" if fractions else ""
    if gold.value.denominator == 1:
        return ""
    return "" if fractions and answer.decimals is None else "it is not written as a fraction"


def _terms_of_fraction(match: re.Match[str]) -> tuple[int, int]:
    terms = [group.replace(",", "") for group in match.groups() if group is not None]
    numerator, denominator = map(int, terms)
    return numerator, denominator


def _is_product(node: Node) -> bool:
    return isinstance(node, Call) and node.name in ("multiply", "power")


def _flaw_of_primes(answer: Node, gold: Node) -> str:
    primes = [base for base, _ in factors_of(gold) or ()]
    factors = factors_of(answer)
    if factors is None or not all(base in primes for base, _ in factors):
        return _NOT_FACTORED
    return ""


def _num_polynomials(node: Node) -> int | None:
    """Count the polynomial factors of a product; None if it is not factored completely.

    Irreducible factors are the same in every product of one value. So two products of the
    same value have equally many factors only if neither can be factored further.
    """
    count = num_constants = 0
    for base, exponent in factors_of(node) or [(node, 0)]:
        if isinstance(base, Number):
            num_constants += exponent
            continue
        terms = terms_of(base)
        if terms is None or not any(terms) or not is_primitive(terms):
            return None
        count += exponent
    return count if num_constants < 2 else None


def _flaw_of_list(answer: Node, wanted: tuple[Node, ...], text: str) -> str:
    answer = strip_label(answer)
    items = answer.items if isinstance(answer, Group) else (answer,)
    if all(isinstance(item, Number) for item in wanted):
        for item in map(strip_label, items):
            value = item.arguments[0] if isinstance(item, Call) and item.name == "pm" else item
            if not isinstance(value, Number):
                return _NOT_WORKED_OUT
        return flaw_of_fractions(text)
    return _NOT_WORKED_OUT if has_calculus(answer) else ""
