"""Expressions as quotients of polynomials with exact coefficients and limited size."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from rethink_gym.verifiers.math.expression.tree import Call, Node, Symbol, UndefinedError
from rethink_gym.verifiers.math.expression.values.exact import exact_value
from rethink_gym.verifiers.number import Number

__all__ = ["Polynomial", "PolynomialLimitError", "Quotient", "quotient_of"]

MAX_TERMS = 60
"""Maximum number of terms of a polynomial."""
MAX_DEGREE = 12
"""Maximum degree of a polynomial."""
MAX_BITS = 2_000
"""Maximum number of bits of a numerator or denominator."""

_CONSTANTS = frozenset(("pi", "oo", "reals", "integers", "rationals", "naturals", "empty"))
"""Names of constants, which are never unknowns."""

Monomial = tuple[tuple[str, int], ...]
"""Names with their exponents, sorted by name."""


class PolynomialLimitError(Exception):
    """A polynomial has too many terms, too high a degree or too many digits."""


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A polynomial in several unknowns.

    Attributes:
        terms: The nonzero coefficients by monomial.
    """

    terms: Mapping[Monomial, Fraction]

    @classmethod
    def of(cls, value: Fraction) -> "Polynomial":
        """Return a constant polynomial."""
        return cls({(): value} if value else {})

    def __add__(self, other: "Polynomial") -> "Polynomial":
        terms = dict(self.terms)
        for monomial, factor in other.terms.items():
            terms[monomial] = terms.get(monomial, Fraction(0)) + factor
        return _checked(terms)

    def __sub__(self, other: "Polynomial") -> "Polynomial":
        return self + other.scaled(Fraction(-1))

    def __mul__(self, other: "Polynomial") -> "Polynomial":
        terms: dict[Monomial, Fraction] = {}
        for left, one in self.terms.items():
            for right, two in other.terms.items():
                exponents = dict(left)
                for name, exponent in right:
                    exponents[name] = exponents.get(name, 0) + exponent
                monomial = tuple(sorted(exponents.items()))
                terms[monomial] = terms.get(monomial, Fraction(0)) + one * two
        return _checked(terms)

    def scaled(self, factor: Fraction) -> "Polynomial":
        """Return the polynomial multiplied by a number."""
        return _checked({monomial: value * factor for monomial, value in self.terms.items()})

    @property
    def names(self) -> frozenset[str]:
        """Names of the unknowns."""
        return frozenset(name for monomial in self.terms for name, _ in monomial)

    @property
    def degree(self) -> int:
        """Total degree; 0 for a constant."""
        return max((_degree(monomial) for monomial in self.terms), default=0)

    @property
    def constant(self) -> Fraction:
        """Constant term."""
        return self.terms.get((), Fraction(0))

    def linear(self, name: str) -> Fraction:
        """Return the coefficient of the linear term of a name."""
        return self.terms.get(((name, 1),), Fraction(0))

    def substitute(self, values: Mapping[str, Fraction]) -> "Polynomial":
        """Replace names by values."""
        if not self.names & values.keys():
            return self
        terms: dict[Monomial, Fraction] = {}
        for monomial, factor in self.terms.items():
            rest: list[tuple[str, int]] = []
            for name, exponent in monomial:
                if name in values:
                    factor *= values[name] ** exponent
                else:
                    rest.append((name, exponent))
            kept = tuple(rest)
            terms[kept] = terms.get(kept, Fraction(0)) + factor
        return _checked(terms)

    def normal(self) -> "Polynomial":
        """Return the multiple whose first coefficient is 1."""
        first = min(self.terms, default=None)
        return self if first is None else self.scaled(1 / self.terms[first])


def _degree(monomial: Monomial) -> int:
    return sum(exponent for _, exponent in monomial)


def _checked(terms: dict[Monomial, Fraction]) -> Polynomial:
    kept = {monomial: factor for monomial, factor in terms.items() if factor}
    if len(kept) > MAX_TERMS or any(_degree(monomial) > MAX_DEGREE for monomial in kept):
        raise PolynomialLimitError
    for factor in kept.values():
        if max(factor.numerator.bit_length(), factor.denominator.bit_length()) > MAX_BITS:
            raise PolynomialLimitError
    return Polynomial(kept)


@dataclass(frozen=True, slots=True)
class Quotient:
    """A quotient of two polynomials; the denominator is not zero."""

    numerator: Polynomial
    denominator: Polynomial

    def minus(self, other: "Quotient") -> Polynomial:
        """Return a polynomial that is zero exactly where the quotients are equal."""
        if self.denominator == other.denominator:
            return self.numerator - other.numerator
        return self.numerator * other.denominator - other.numerator * self.denominator


_ONE = Polynomial.of(Fraction(1))


def quotient_of(node: Node) -> Quotient | None:
    """Convert an expression to a quotient of polynomials.

    Args:
        node: Tree of the expression.

    Returns:
        The quotient; None if the expression has other parts than sums, products and whole
        powers of names and numbers, divides by zero, or exceeds a limit.
    """
    try:
        return _quotient(node)
    except (PolynomialLimitError, UndefinedError):
        return None


def _quotient(node: Node) -> Quotient | None:
    match node:
        case Number(value=value):
            return Quotient(Polynomial.of(value), _ONE)
        case Symbol(name=name):
            return (
                None
                if name in _CONSTANTS
                else Quotient(Polynomial({((name, 1),): Fraction(1)}), _ONE)
            )
        case Call(name="add" | "multiply" as name, arguments=arguments):
            total: Quotient | None = None
            for part in map(_quotient, arguments):
                if part is None:
                    return None
                total = part if total is None else _combined(name, total, part)
            return total
        case Call(name="power", arguments=(base, exponent)):
            power = exact_value(exponent)
            inside = _quotient(base)
            if power is None or inside is None or power.denominator != 1:
                return _constant(node)
            return _power(inside, int(power))
        case _:
            return _constant(node)


def _constant(node: Node) -> Quotient | None:
    value = exact_value(node)
    return None if value is None else Quotient(_checked({(): value}), _ONE)


def _combined(name: str, left: Quotient, right: Quotient) -> Quotient:
    if name == "multiply":
        return Quotient(left.numerator * right.numerator, left.denominator * right.denominator)
    if left.denominator == right.denominator:
        return Quotient(left.numerator + right.numerator, left.denominator)
    return Quotient(
        left.numerator * right.denominator + right.numerator * left.denominator,
        left.denominator * right.denominator,
    )


def _power(base: Quotient, exponent: int) -> Quotient | None:
    numerator, denominator = base.numerator, base.denominator
    if exponent < 0:
        if not numerator.terms:
            return None
        numerator, denominator, exponent = denominator, numerator, -exponent
    if numerator.names or denominator.names:
        if exponent > MAX_DEGREE:
            raise PolynomialLimitError
    elif exponent * max(map(_bits, (numerator.constant, denominator.constant))) > MAX_BITS:
        raise PolynomialLimitError
    result = Quotient(_ONE, _ONE)
    for _ in range(exponent):
        result = Quotient(result.numerator * numerator, result.denominator * denominator)
    if not result.denominator.names:  # divide by a constant denominator
        return Quotient(result.numerator.scaled(1 / result.denominator.constant), _ONE)
    return result


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())
