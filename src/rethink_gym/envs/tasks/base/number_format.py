"""Numbers, sums and polynomials as text, without ``1x``, ``+-`` and the like."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

__all__ = [
    "bracketed",
    "decimal_text",
    "equation_steps",
    "evaluation_steps",
    "polynomial_text",
    "power_text",
    "product_text",
    "signed_term",
    "sum_text",
]


def bracketed(number: int) -> str:
    """Write a number as the right operand of a sign: ``5``, but ``(-5)``."""
    return f"({number})" if number < 0 else str(number)


def signed_term(factor: int, name: str = "") -> str:
    """Write a term with its sign.

    Args:
        factor: The coefficient.
        name: The variable part, such as ``x^2``; empty for a constant.

    Returns:
        The term, such as ``+7`` or ``-2x``; the empty text if ``factor`` is 0.
    """
    if name and -1 <= factor <= 1:
        return f"+{name}" if factor == 1 else f"-{name}" if factor else ""
    return f"{factor:+d}{name}" if factor else ""


def sum_text(terms: Iterable[tuple[int, str]]) -> str:
    """Write a sum.

    Args:
        terms: Coefficient and variable part of each term, in order.

    Returns:
        The sum, such as ``-2x+7``, without the terms whose coefficient is 0.
    """
    text = "".join([signed_term(factor, name) for factor, name in terms])
    return text.removeprefix("+") or "0"


def power_text(exponent: int, name: str = "x") -> str:
    """Write a power of a variable, such as ``x^2`` or ``x``; the empty text for exponent 0."""
    return f"{name}^{exponent}" if exponent > 1 else name if exponent else ""


def polynomial_text(coefficients: Sequence[int], name: str = "x") -> str:
    """Write a polynomial, highest power first.

    Args:
        coefficients: The coefficients, from the constant term to the highest power.
        name: The variable.

    Returns:
        The polynomial, such as ``3x^2-x+5``.
    """
    powers = range(len(coefficients) - 1, -1, -1)
    return sum_text((coefficients[power], power_text(power, name)) for power in powers)


def product_text(factors: Sequence[str]) -> str:
    """Write a product of sums, such as ``x(x+1)^2``.

    Args:
        factors: The factors, each written as if it were alone.

    Returns:
        The product. Equal factors are written as a power. Factors of one character come
        first; all others are in brackets.
    """
    parts = []
    for factor in sorted(dict.fromkeys(factors), key=lambda factor: len(factor) > 1):
        base = factor if len(factor) == 1 else f"({factor})"
        count = factors.count(factor)
        parts.append(base if count == 1 else f"{base}^{count}")
    return "".join(parts)


def decimal_text(value: Fraction) -> str:
    """Write a number as an exact decimal.

    Args:
        value: A number whose denominator has no prime factors other than 2 and 5.

    Returns:
        The decimal, such as ``-0.125``; an integer has no decimal point.
    """
    decimals = 0
    while value.denominator != 1 and (10**decimals) % value.denominator:
        decimals += 1
    digits = str(abs(value.numerator) * 10**decimals // value.denominator)
    sign = "-" if value < 0 else ""
    if not decimals:
        return sign + digits
    digits = digits.rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def equation_steps(*sides: object) -> list[str]:
    """Write a chain of equal expressions as equations.

    Args:
        sides: Equal expressions, from the first form to the last.

    Returns:
        One equation for each two neighbours that differ as texts, such as ``1/2=2/4``.
    """
    texts = map(str, sides)
    return [f"{left}={right}" for left, right in pairwise(texts) if left != right]


def evaluation_steps(coefficients: Sequence[int], point: int) -> list[str]:
    """Write the evaluation of a polynomial at a point, step by step.

    Args:
        coefficients: The coefficients, from the constant term to the highest power.
        point: The value of the variable.

    Returns:
        The steps, such as ``2*3^2-3=18-3`` and ``18-3=15``; the last one ends in the value.
    """
    substituted, values = "", []
    for power in range(len(coefficients) - 1, -1, -1):
        factor = coefficients[power]
        if not factor:
            continue
        values.append(factor * point**power)
        if not power:
            substituted += signed_term(factor)
            continue
        size = f"{abs(factor)}*" if abs(factor) > 1 else ""
        substituted += f"{'-' if factor < 0 else '+'}{size}{power_text(power, bracketed(point))}"
    total = sum_text((value, "") for value in values)
    return equation_steps(substituted.removeprefix("+") or "0", total, sum(values))
