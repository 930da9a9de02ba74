"""Random formulas of propositional logic."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise, permutations

from rethink_gym.envs.tasks.base.random import TaskRNG
from rethink_gym.verifiers.puzzles.logic import Connective, Formula

__all__ = ["NAMES", "draw_formula", "draw_implication", "exchange", "names_in"]

NAMES = "pqrstu"
"""The names of the variables; formulas use the first ones."""

_SIGNS = ("&", "|", "->", "&", "|", "<->")


def draw_formula(
    rng: TaskRNG, num_variables: int, max_literals: int, max_arity: int = 2
) -> Formula:
    """Draw a formula.

    Args:
        rng: The only source of randomness.
        num_variables: Number of variables to draw from, at least 2.
        max_literals: Maximum number of literals, at least 2. A variable is repeated only
            after all others have been used.
        max_arity: Maximum number of operands of "and" and "or".

    Returns:
        A formula with at least two literals.
    """
    num_literals = rng.randint(2, max_literals)
    names: tuple[str, ...] = ()
    while len(names) < num_literals:
        names += rng.choice(_orders(num_variables))
    return _join(rng, names[:num_literals], max_arity)


def draw_implication(rng: TaskRNG, premise: Formula, conclusion: Formula) -> Formula:
    """Draw one of three equivalent forms of an implication."""
    shape = rng.randint(0, 2)
    if shape == 0:
        return Connective("->", (premise, conclusion))
    if shape == 1:
        return Connective("|", (_denial(premise), conclusion))
    return Connective("~", (Connective("&", (premise, _denial(conclusion))),))


def exchange(formula: Formula, names: Mapping[str, str]) -> Formula:
    """Replace the variables of a formula by others."""
    if isinstance(formula, str):
        return names[formula]
    return Connective(formula.sign, tuple([exchange(part, names) for part in formula.parts]))


def names_in(formulas: Iterable[Formula]) -> tuple[str, ...]:
    """Return the variables of formulas, sorted and without repetition."""
    names: set[str] = set()
    stack = list(formulas)
    while stack:
        formula = stack.pop()
        if isinstance(formula, str):
            names.add(formula)
        else:
            stack += formula.parts
    return tuple(sorted(names))


@lru_cache(maxsize=len(NAMES))
def _orders(num_variables: int) -> tuple[tuple[str, ...], ...]:
    """Return all permutations of the first variables."""
    return tuple(permutations(NAMES[:num_variables]))


def _join(rng: TaskRNG, names: tuple[str, ...], max_arity: int) -> Formula:
    """Connect variables to a formula, in the given order."""
    size = len(names)
    if size == 1:
        return Connective("~", names) if rng.randbelow(3) == 0 else names[0]
    sign = rng.choice(_SIGNS)
    if size == 2:
        parts = [_join(rng, names[:1], 2), _join(rng, names[1:], 2)]
    else:
        max_parts = min(max_arity, size) if sign in "&|" else 2
        num_parts = rng.randint(2, max_parts) if max_parts > 2 else 2
        cuts = sorted(rng.sample(range(1, size), num_parts - 1))
        bounds = pairwise((0, *cuts, size))
        parts = [_join(rng, names[start:end], max_arity) for start, end in bounds]
    formula = Connective(sign, tuple(parts))
    return Connective("~", (formula,)) if rng.randbelow(6) == 0 else formula


def _denial(formula: Formula) -> Formula:
    if not isinstance(formula, str) and formula.sign == "~":
        return formula.parts[0]
    return Connective("~", (formula,))
