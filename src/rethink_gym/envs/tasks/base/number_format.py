"""How tasks write numbers and sums: as people do, without ``1x``, ``+-`` and the like."""

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
    """Write a number as it stands behind a sign: ``5``, but ``(-5)``."""
    return f"({number})" if number < 0 else str(number)


def signed_term(factor: int, name: str = "") -> str:
    """Write a term with its sign.

    Args:
        factor: The number in front.
        name: What it multiplies, such as ``x^2``; empty for a number by itself.

    Returns:
        Such as ``+7`` or ``-2x``; empty for zero.
    """
    if name and -1 <= factor <= 1:
        return f"+{name}" if factor == 1 else f"-{name}" if factor else ""
    return f"{factor:+d}{name}" if factor else ""


def sum_text(terms: Iterable[tuple[int, str]]) -> str:
    """Write a sum.

    Args:
        terms: The number in front and the name of each term, in order.

    Returns:
        Such as ``-2x+7``; terms with a zero in front are left out.
    """
    text = "".join([signed_term(factor, name) for factor, name in terms])
    return text.removeprefix("+") or "0"


def power_text(exponent: int, name: str = "x") -> str:
    """Write a power of a name, such as ``x^2``, ``x`` or, for exponent 0, nothing."""
    return f"{name}^{exponent}" if exponent > 1 else name if exponent else ""


def polynomial_text(coefficients: Sequence[int], name: str = "x") -> str:
    """Write a polynomial, highest power first.

    Args:
        coefficients: The coefficients, that of the constant term first.
        name: The variable.

    Returns:
        Such as ``3x^2-x+5``.
    """
    powers = range(len(coefficients) - 1, -1, -1)
    return sum_text((coefficients[power], power_text(power, name)) for power in powers)


def product_text(factors: Sequence[str]) -> str:
    """Write a product of sums, such as ``x(x+1)^2``.

    Args:
        factors: The factors as they are written alone; equal ones stand together.

    Returns:
        The product; a factor of more than one letter is in brackets, one letter goes first.
    """
    parts = []
    for factor in sorted(dict.fromkeys(factors), key=lambda factor: len(factor) > 1):
        base = factor if len(factor) == 1 else f"({factor})"
        count = factors.count(factor)
        parts.append(base if count == 1 else f"{base}^{count}")
    return "".join(parts)


def decimal_text(value: Fraction) -> str:
    """Write a number as a decimal, exactly.

    Args:
        value: A number whose denominator has no prime factors but 2 and 5.

    Returns:
        Such as ``-0.125``; a whole number has no point.
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
    """Write how one thing becomes another.

    Args:
        sides: What is equal, from the first form to the last.

    Returns:
        One equation for each change, such as ``1/2=2/4``; none where nothing changes.
    """
    texts = map(str, sides)
    return [f"{left}={right}" for left, right in pairwise(texts) if left != right]


def evaluation_steps(coefficients: Sequence[int], point: int) -> list[str]:
    """Write how a polynomial is worked out at a point.

    Args:
        coefficients: The coefficients, that of the constant term first.
        point: Where.

    Returns:
        The steps, such as ``2*3^2-3=18-3`` and ``18-3=15``; the last one ends in the value.
    """
    placed, values = "", []
    for power in range(len(coefficients) - 1, -1, -1):
        factor = coefficients[power]
        if not factor:
            continue
        values.append(factor * point**power)
        if not power:
            placed += signed_term(factor)
            continue
        size = f"{abs(factor)}*" if abs(factor) > 1 else ""
        placed += f"{'-' if factor < 0 else '+'}{size}{power_text(power, bracketed(point))}"
    total = sum_text((value, "") for value in values)
    return equation_steps(placed.removeprefix("+") or "0", total, sum(values))
