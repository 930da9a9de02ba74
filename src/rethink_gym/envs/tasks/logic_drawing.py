"""Draws formulas of propositional logic."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise, permutations
from random import Random

from rethink_gym.envs.chance import draw_between, draw_one
from rethink_gym.verifiers.logic import Connective, Formula

__all__ = ["NAMES", "draw_formula", "draw_implication", "names_in"]

NAMES = "pqrstu"
"""The variables, in the order in which they are used."""

_SIGNS = ("&", "|", "->", "&", "|", "<->")


def draw_formula(
    random: Random, num_variables: int, max_literals: int, max_arity: int = 2
) -> Formula:
    """Draw a formula.

    Args:
        random: The only source of chance.
        num_variables: How many variables to draw from, at least 2.
        max_literals: Most variables in it, at least 2; none is repeated before all others
            have been used.
        max_arity: Most parts of "and" and "or".

    Returns:
        The formula, of two literals or more.
    """
    num_literals = draw_between(random, 2, max_literals)
    names: tuple[str, ...] = ()
    while len(names) < num_literals:
        names += draw_one(random, _orders(num_variables))
    return _join(random, names[:num_literals], max_arity)


def draw_implication(random: Random, premise: Formula, conclusion: Formula) -> Formula:
    """Say in one of three ways that a formula implies another one."""
    shape = draw_between(random, 0, 2)
    if shape == 0:
        return Connective("->", (premise, conclusion))
    if shape == 1:
        return Connective("|", (_denial(premise), conclusion))
    return Connective("~", (Connective("&", (premise, _denial(conclusion))),))


def names_in(formulas: Iterable[Formula]) -> tuple[str, ...]:
    """Return the variables of formulas, each once and in order."""
    found: set[str] = set()
    stack = list(formulas)
    while stack:
        formula = stack.pop()
        if isinstance(formula, str):
            found.add(formula)
        else:
            stack += formula.parts
    return tuple(sorted(found))


@lru_cache(maxsize=len(NAMES))
def _orders(num_variables: int) -> tuple[tuple[str, ...], ...]:
    """Return all orders of the first variables."""
    return tuple(permutations(NAMES[:num_variables]))


def _join(random: Random, names: tuple[str, ...], max_arity: int) -> Formula:
    """Put variables together, in their order."""
    # One draw decides all that a node needs: formulas are drawn by the dozen.
    chance, rest = divmod(random.getrandbits(40), 6)
    size = len(names)
    parts: tuple[Formula, ...]
    if size == 1:
        return Connective("~", names) if rest < 2 else names[0]
    chance, kind = divmod(chance, len(_SIGNS))
    sign = _SIGNS[kind]
    if size == 2:
        parts = (_join(random, names[:1], 2), _join(random, names[1:], 2))
    else:
        most = min(max_arity, size) if sign in "&|" else 2
        chance, extra = divmod(chance, most - 1)
        if extra:
            cuts = sorted(random.sample(range(1, size), 1 + extra))
        else:
            cuts = [1 + chance % (size - 1)]
        bounds = pairwise((0, *cuts, size))
        parts = tuple([_join(random, names[start:end], max_arity) for start, end in bounds])
    formula = Connective(sign, parts)
    return Connective("~", (formula,)) if rest == 0 else formula


def _denial(formula: Formula) -> Formula:
    if not isinstance(formula, str) and formula.sign == "~":
        return formula.parts[0]
    return Connective("~", (formula,))
