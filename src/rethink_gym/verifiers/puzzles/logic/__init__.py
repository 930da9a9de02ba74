"""Propositional logic: formulas, truth tables, and the verifier of answers."""

from rethink_gym.verifiers.puzzles.logic.formula import (
    Connective,
    Formula,
    formula_symbols,
    formula_words,
    parse_formula,
    truth_table,
)
from rethink_gym.verifiers.puzzles.logic.verifier import LogicVerifier

__all__ = [
    "Connective",
    "Formula",
    "LogicVerifier",
    "formula_symbols",
    "formula_words",
    "parse_formula",
    "truth_table",
]
