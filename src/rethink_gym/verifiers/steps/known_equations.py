"""What a solution has said so far about its names, and whether the next claim fits."""

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
from rethink_gym.verifiers.steps.polynomial import Polynomial, Quotient, TooBigError, quotient_of

__all__ = ["Ledger"]

MAX_EQUATIONS = 12
"""Of each sort; the oldest ones are forgotten."""


class Ledger:
    """Judges one claim after the other, and remembers what each says.

    Values and equations are kept exactly. A claim without names is worked out. One
    with names is right if it follows from what was said before, wrong if it
    contradicts that, and new otherwise. After a contradiction the solution is taken
    at its word, so that a mistake counts once and not in every step built on it.
    """

    def __init__(self) -> None:
        self._values: dict[str, Fraction] = {}
        self._lines: list[Polynomial] = []
        self._curves: list[Polynomial] = []

    def judge(self, chain: Chain) -> bool | None:
        """Judge a chain.

        Args:
            chain: What a step claims.

        Returns:
            False if any of it is wrong, True if some is right and nothing is wrong;
            None if nothing of it can be told.
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
                result = self._case(head, right)
            else:
                result = self._bounded_pair(left, right, operator)
            is_loose = chain.is_hypothetical or (chain.is_alternative and head is None)
            if result is False and is_loose and _symbols_of_all([left, right]):
                result = None
            if left.side.is_doubtful or right.side.is_doubtful:
                result = result or None
            results.append(result)
        self._excuse(chain, readings, results)
        if head is not None and False in results and not chain.is_alternative:
            last = self.value_of(readings[-1])
            if last is not None:
                self._forget((head,))
                self._values[head] = last
        return False if False in results else True if True in results else None

    def _excuse(self, chain: Chain, readings: list[Reading], results: list[bool | None]) -> None:
        """Take ``5 + 3 = 8 + 2 = 10`` as two claims, which people write so."""
        for place in range(len(results) - 1):
            if results[place] is False and chain.operators[place] == "=":
                start = _START.match(readings[place + 1].side.text)
                value = self.value_of(readings[place])
                if start and value is not None and value == Fraction(start[0].replace(",", "")):
                    results[place] = None

    def value_of(self, reading: Reading) -> Fraction | None:
        """Return what a side is worth, as far as the names in it are known."""
        if reading.value is not None:
            return reading.value
        form = None if reading.node is None else quotient_of(reading.node)
        if form is None:
            return None
        try:
            above, below = form.above.replaced(self._values), form.below.replaced(self._values)
        except TooBigError:
            return None
        if above.names or below.names or not below.constant:
            return None
        return above.constant / below.constant

    def _bounded_pair(self, left: Reading, right: Reading, operator: str) -> bool | None:
        try:
            result = self._pair(left, right, operator)
        except TooBigError:
            return None
        if result is False and left.side.other_text:
            other = read_side(replace(left.side, text=left.side.other_text, other_text=""))
            return self._bounded_pair(other, right, operator)
        return result

    def _pair(self, left: Reading, right: Reading, operator: str) -> bool | None:
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
            return True if not self._replaced(difference).terms else None
        if _is_slip(one, other):
            return False
        known = self._replaced(difference)
        if not known.names:
            if not known.terms:
                return True
            first, second = self.value_of(left), self.value_of(right)
            if first is None or second is None:
                return None
            agree = are_close(first, second, left.node, right.node)
            if agree is False:
                self._learn_anew(difference)
            return agree
        return self._line(known) if known.degree == 1 else self._curve(known)

    def _replaced(self, polynomial: Polynomial) -> Polynomial:
        """Put in what is known of the names, values first, then equations."""
        result = polynomial.replaced(self._values)
        for line in self._lines:
            pivot = _pivot(line)
            factor = result.linear(pivot) if result.degree == 1 else Fraction(0)
            if factor:
                result = result - line.scaled(factor / line.linear(pivot))
        return result

    def _line(self, known: Polynomial) -> bool | None:
        """Take in a linear equation that says something new."""
        pivot = _pivot(known)
        lines = []
        for line in self._lines:
            factor = line.linear(pivot)
            lines.append(line - known.scaled(factor / known.linear(pivot)) if factor else line)
        lines.append(known)
        self._lines = []
        for line in lines[-MAX_EQUATIONS:]:
            names = line.names
            if len(names) == 1:
                (name,) = names
                self._values[name] = -line.constant / line.linear(name)
            else:
                self._lines.append(line)
        return self._fits({pivot} if len(known.names) == 1 else ())

    def _fits(self, names: Iterable[str]) -> bool | None:
        """Tell whether new values solve the equations of higher degree."""
        for curve in reversed(self._curves):  # the newest one decides
            if not curve.names & set(names):
                continue
            rest = curve.replaced(self._values)
            if not rest.names:
                return not rest.terms
        return None

    def _curve(self, known: Polynomial) -> bool | None:
        """Take in an equation of higher degree."""
        normal = known.normal()
        if normal in self._curves:
            return True
        self._curves = [*self._curves, normal][-MAX_EQUATIONS:]
        return None

    def _case(self, name: str, right: Reading) -> bool | None:
        """Judge one of several values of a name by the equations that it is to solve."""
        value = self.value_of(right)
        self._forget((name,), keep_curves=True)
        if value is None:
            return None
        rests = [curve.replaced({name: value}) for curve in self._curves if name in curve.names]
        decided = [not rest.terms for rest in rests if not rest.names]
        return all(decided) if decided else None

    def _learn_anew(self, difference: Polynomial) -> None:
        """Believe an equation that contradicts what was known of its names."""
        self._forget(difference.names)
        if difference.degree == 1:
            self._line(self._replaced(difference))

    def _forget(self, names: Iterable[str], *, keep_curves: bool = False) -> None:
        gone = set(names)
        for name in gone:
            self._values.pop(name, None)
        self._lines = [line for line in self._lines if not line.names & gone]
        if not keep_curves:
            self._curves = [curve for curve in self._curves if not curve.names & gone]


_START = re.compile(r"-?[0-9]{1,15}(?:,[0-9]{3}){0,4}(?:\.[0-9]{1,15})?(?![0-9.,])")


def _symbols_of_all(readings: list[Reading]) -> frozenset[str]:
    nodes = (reading.node for reading in readings)
    return frozenset().union(*(symbols_of(node) for node in nodes if node is not None))


def _name_of(reading: Reading) -> str | None:
    return reading.node.name if isinstance(reading.node, Symbol) else None


def _names(form: Quotient) -> frozenset[str]:
    return form.above.names | form.below.names


def _pivot(line: Polynomial) -> str:
    return min(line.names)


def _is_slip(left: Quotient, right: Quotient) -> bool:
    """Tell whether like terms were put together wrongly, as in ``2x + 3x = 6x``.

    As an equation that would say that x is zero, which nobody writes so.
    """
    sides = (left.above, right.above)
    return (
        not _names(left) ^ _names(right)
        and all(len(side.terms) == 1 and side.degree == 1 for side in sides)
        and not left.below.names | right.below.names
    )
