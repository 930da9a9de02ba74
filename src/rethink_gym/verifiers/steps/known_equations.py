"""Equations of a solution so far, and whether the next claim is consistent with them."""

import re
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from rethink_gym.verifiers.math.expression.tree import Symbol, symbols_of
from rethink_gym.verifiers.steps.claim import Chain
from rethink_gym.verifiers.steps.magnitude import (
    Reading,
    are_close,
    compare_constants,
    read_side,
)
from rethink_gym.verifiers.steps.polynomial import (
    Polynomial,
    PolynomialLimitError,
    Quotient,
    quotient_of,
)

__all__ = ["KnownEquations"]

MAX_EQUATIONS = 12
"""Maximum number of linear, and of nonlinear, equations; the oldest are dropped."""


class KnownEquations:
    """Checks claims one after the other against the equations of earlier claims.

    Values and equations are exact. A claim without names is evaluated. A claim with names is
    correct if it follows from the known equations, incorrect if it contradicts them, and
    otherwise a new equation. After a contradiction the new claim replaces the old ones, so
    that a mistake counts once and not in every later step.
    """

    def __init__(self) -> None:
        self._values: dict[str, Fraction] = {}
        self._linear: list[Polynomial] = []  # each equals zero
        self._nonlinear: list[Polynomial] = []

    def check(self, chain: Chain) -> bool | None:
        """Check a claim and remember it.

        Args:
            chain: The claim.

        Returns:
            False if a relation of the chain is incorrect; True if at least one is correct
            and none is incorrect; None if none could be checked.
        """
        readings = [read_side(side) for side in chain.sides]
        if chain.is_quoted:
            return None
        head = _name_of(readings[0])
        if chain.is_premise:
            self._forget(_symbols_of_all(readings))
        results: list[bool | None] = []
        for left, right, operator in zip(readings[:-1], readings[1:], chain.operators, strict=True):
            if chain.is_alternative and head is not None and left is readings[0]:
                result = self._check_case(head, right)
            else:
                result = self._check_pair(left, right, operator)
            # Assumptions and cases may contradict what is known; they can only confirm.
            is_loose = chain.is_hypothetical or (chain.is_alternative and head is None)
            if result is False and is_loose and _symbols_of_all([left, right]):
                result = None
            if left.side.is_doubtful or right.side.is_doubtful:
                result = result or None
            results.append(result)
        self._excuse_run_on(chain, readings, results)
        # After a contradiction, later steps are checked against the value in this claim.
        if head is not None and False in results and not chain.is_alternative:
            last = self.value_of(readings[-1])
            if last is not None:
                self._forget((head,))
                self._values[head] = last
        return False if False in results else True if True in results else None

    def _excuse_run_on(
        self, chain: Chain, readings: list[Reading], results: list[bool | None]
    ) -> None:
        """Accept run-on equations such as ``5 + 3 = 8 + 2 = 10``, which are two claims."""
        for index in range(len(results) - 1):
            if results[index] is False and chain.operators[index] == "=":
                start = _LEADING_NUMBER.match(readings[index + 1].side.text)
                value = self.value_of(readings[index])
                if start and value is not None and value == Fraction(start[0].replace(",", "")):
                    results[index] = None

    def value_of(self, reading: Reading) -> Fraction | None:
        """Return the value of a side; None if the value of a name in it is unknown."""
        if reading.value is not None:
            return reading.value
        form = None if reading.node is None else quotient_of(reading.node)
        if form is None:
            return None
        try:
            numerator = form.numerator.substitute(self._values)
            denominator = form.denominator.substitute(self._values)
        except PolynomialLimitError:
            return None
        if numerator.names or denominator.names or not denominator.constant:
            return None
        return numerator.constant / denominator.constant

    def _check_pair(self, left: Reading, right: Reading, operator: str) -> bool | None:
        """Check one relation, if necessary with the alternative reading of its left side."""
        try:
            result = self._check_relation(left, right, operator)
        except PolynomialLimitError:
            return None
        if result is False and left.side.other_text:
            other = read_side(replace(left.side, text=left.side.other_text, other_text=""))
            return self._check_pair(other, right, operator)
        return result

    def _check_relation(self, left: Reading, right: Reading, operator: str) -> bool | None:
        if left.node is None or right.node is None:
            return None
        if left.value is not None and right.value is not None:
            return compare_constants(left, right, operator)
        one, other = quotient_of(left.node), quotient_of(right.node)
        if one is None or other is None:
            return compare_constants(left, right, operator)
        if operator != "=" or not _names(one) | _names(other):
            return None
        difference = one.minus(other)
        if not difference.terms:
            return True
        is_shaky = any(
            side.is_doubtful or (side.kind and "money" not in side.kind)
            for side in (left.side, right.side)
        )
        if is_shaky:
            return True if not self._reduced(difference).terms else None
        if _is_like_terms_mistake(one, other):
            return False
        rest = self._reduced(difference)
        if not rest.names:
            if not rest.terms:
                return True
            first, second = self.value_of(left), self.value_of(right)
            if first is None or second is None:
                return None
            agree = are_close(first, second, left.node, right.node)
            if agree is False:
                self._replace_contradicted(difference)
            return agree
        return self._add_linear(rest) if rest.degree == 1 else self._add_nonlinear(rest)

    def _reduced(self, polynomial: Polynomial) -> Polynomial:
        """Substitute known values, then eliminate names by the known linear equations."""
        result = polynomial.substitute(self._values)
        for equation in self._linear:
            pivot = _pivot(equation)
            factor = result.linear(pivot) if result.degree == 1 else Fraction(0)
            if factor:
                result = result - equation.scaled(factor / equation.linear(pivot))
        return result

    def _add_linear(self, new: Polynomial) -> bool | None:
        """Add a new linear equation, by a step of Gaussian elimination.

        Returns:
            Whether a value that the equation determines solves the nonlinear equations;
            None if there is no such value or equation.
        """
        pivot = _pivot(new)
        equations = []
        for equation in self._linear:
            factor = equation.linear(pivot)
            if factor:
                equation = equation - new.scaled(factor / new.linear(pivot))
            equations.append(equation)
        equations.append(new)
        self._linear = []
        for equation in equations[-MAX_EQUATIONS:]:
            names = equation.names
            if len(names) == 1:
                (name,) = names
                self._values[name] = -equation.constant / equation.linear(name)
            else:
                self._linear.append(equation)
        return self._solves_nonlinear({pivot} if len(new.names) == 1 else ())

    def _solves_nonlinear(self, names: Iterable[str]) -> bool | None:
        """Return whether the values of names solve the newest nonlinear equation of them."""
        for equation in reversed(self._nonlinear):
            if not equation.names & set(names):
                continue
            rest = equation.substitute(self._values)
            if not rest.names:
                return not rest.terms
        return None

    def _add_nonlinear(self, new: Polynomial) -> bool | None:
        """Add an equation of higher degree; return True if it is known already."""
        normal = new.normal()
        if normal in self._nonlinear:
            return True
        self._nonlinear = [*self._nonlinear, normal][-MAX_EQUATIONS:]
        return None

    def _check_case(self, name: str, right: Reading) -> bool | None:
        """Check one of several values of a name by the nonlinear equations."""
        value = self.value_of(right)
        self._forget((name,), keep_nonlinear=True)
        if value is None:
            return None
        rests = [
            equation.substitute({name: value})
            for equation in self._nonlinear
            if name in equation.names
        ]
        is_solved = [not rest.terms for rest in rests if not rest.names]
        return all(is_solved) if is_solved else None

    def _replace_contradicted(self, difference: Polynomial) -> None:
        """Forget all about the names of an equation that contradicts it, then add it."""
        self._forget(difference.names)
        if difference.degree == 1:
            self._add_linear(self._reduced(difference))

    def _forget(self, names: Iterable[str], *, keep_nonlinear: bool = False) -> None:
        forgotten = set(names)
        for name in forgotten:
            self._values.pop(name, None)
        self._linear = [each for each in self._linear if not each.names & forgotten]
        if not keep_nonlinear:
            self._nonlinear = [each for each in self._nonlinear if not each.names & forgotten]


_LEADING_NUMBER = re.compile(r"-?[0-9]{1,15}(?:,[0-9]{3}){0,4}(?:\.[0-9]{1,15})?(?![0-9.,])")


def _symbols_of_all(readings: list[Reading]) -> frozenset[str]:
    nodes = (reading.node for reading in readings)
    return frozenset().union(*(symbols_of(node) for node in nodes if node is not None))


def _name_of(reading: Reading) -> str | None:
    return reading.node.name if isinstance(reading.node, Symbol) else None


def _names(form: Quotient) -> frozenset[str]:
    return form.numerator.names | form.denominator.names


def _pivot(equation: Polynomial) -> str:
    """Return the name that an equation eliminates."""
    return min(equation.names)


def _is_like_terms_mistake(left: Quotient, right: Quotient) -> bool:
    """Return whether like terms were combined incorrectly, as in ``2x + 3x = 6x``.

    As an equation it would mean that x is zero, which is not written this way.
    """
    sides = (left.numerator, right.numerator)
    return (
        not _names(left) ^ _names(right)
        and all(len(side.terms) == 1 and side.degree == 1 for side in sides)
        and not left.denominator.names | right.denominator.names
    )
